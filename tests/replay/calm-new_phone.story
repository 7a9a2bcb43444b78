# A new telephone at another carrier with another mail program, which logs in
# in another way, on another port, and sends before it reads.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
by smtps LOGIN
repeat 10 1d
  send anna@firma.example 37.30.{n}.8 * jan@kunde{n%6}.example
  +1m
  login anna@firma.example 37.30.{n}.8
  +3h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * nowy{n}@sklep.example mama@rodzina.example
end
expect calm anna@firma.example
