# A VPN service on the telephone, for films: another country every evening, on
# and off.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T17:00:00Z
repeat 3 6d
  login anna@firma.example 149.22.80.{n}
  send anna@firma.example 149.22.80.{n} * mama@rodzina.example
  +1h
  login anna@firma.example 83.11.5.20
  +23h
  login anna@firma.example 45.43.164.{n}
  send anna@firma.example 45.43.164.{n} * jan@kunde{n}.example
  +24h
  login anna@firma.example 109.174.176.{n}
  +1h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * kuzyn@rodzina.example
  +23h
  login anna@firma.example 93.88.144.{n}
  send anna@firma.example 93.88.144.{n} * nowy{n}@sklep.example
  +24h
  login anna@firma.example 181.214.144.{n}
  send anna@firma.example 181.214.144.{n} * ola@dostawca.example
end
expect open anna@firma.example
