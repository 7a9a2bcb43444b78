# Addresses that no GeoIP file knows: a country without a name is no foreign
# country.
home PL
at 2026-11-02T07:00:00Z
repeat 21 1d
  login anna@firma.example 192.0.2.{n}
  send anna@firma.example 192.0.2.{n} * jan@kunde{n%5}.example
  +2h
  login anna@firma.example 198.18.3.{n}
  send anna@firma.example 198.18.3.{n} * ola@dostawca.example nowy{n}@sklep.example
  +2h
  login anna@firma.example 192.0.2.{n+100}
  send anna@firma.example 192.0.2.{n+100} * mama@rodzina.example
end
send anna@firma.example 198.19.3.9 * !literowka@kunde.example nowy@kunde.example
expect calm anna@firma.example
