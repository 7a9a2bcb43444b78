# A dish on the roof in Poland: the GeoIP data place its addresses in Poland,
# Austria, Czechia and Denmark in turn.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
repeat 10 1d
  login anna@firma.example 129.222.60.{n}
  send anna@firma.example 129.222.60.{n} * jan@kunde{n%6}.example
  +3h
  login anna@firma.example 209.198.158.{n}
  send anna@firma.example 209.198.158.{n} * nowy{n}@sklep.example
  +3h
  login anna@firma.example 150.228.34.{n}
  send anna@firma.example 150.228.34.{n} * ola@dostawca.example
  +3h
  login anna@firma.example 150.228.64.{n}
  send anna@firma.example 150.228.64.{n} * mama@rodzina.example
end
expect open anna@firma.example
