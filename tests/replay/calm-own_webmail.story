# The host's own webmail, handed in from loopback, from a private network, and
# from another machine of the host's in a German data centre, which it has
# named as its own.
home PL
set own_networks 88.99.4.0/24
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
repeat 5 1d
  login anna@firma.example 127.0.0.1
  send anna@firma.example 127.0.0.1 * jan@kunde{n}.example
  +1h
  login anna@firma.example ::1
  send anna@firma.example 10.3.4.5 * nowy{n}@sklep.example ola@dostawca.example
  +1h
  login anna@firma.example 88.99.4.{n}
  send anna@firma.example 88.99.4.{n} * mama@rodzina.example
  +1h
  send anna@firma.example 88.99.4.{n} * !literowka{n}@kunde.example
end
expect calm anna@firma.example
