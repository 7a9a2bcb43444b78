# One whose home is known, from addresses that no GeoIP file knows.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
repeat 3 1d
  login anna@firma.example 192.0.2.{n}
  send anna@firma.example 192.0.2.{n} * jan@kunde{n%5}.example
  +2h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * ola@dostawca.example
  +2h
  send anna@firma.example 198.18.3.{n} * !literowka{n}@kunde.example nowy{n}@kunde.example
end
expect calm anna@firma.example
