# From now on the owner works at night.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T21:00:00Z
repeat 10 1d
  repeat 5 90m
    login anna@firma.example 83.11.5.20
    send anna@firma.example 83.11.5.20 * jan@kunde{n}.example nowy{n}{o}@sklep.example
  end
  login anna@firma.example 31.174.9.{n}
  send anna@firma.example 31.174.9.{n} * mama@rodzina.example
end
expect calm anna@firma.example
