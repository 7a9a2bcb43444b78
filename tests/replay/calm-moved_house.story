# Another town, another company's line; the telephone stays.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
repeat 10 1d
  login anna@firma.example 78.88.4.4
  +1h
  send anna@firma.example 78.88.4.4 * jan@kunde{n%6}.example nowy{n}@hydraulik.example
  +3h
  login anna@firma.example 31.174.{n}.9
  +2h
  send anna@firma.example 78.88.4.4 * urzad{n}@miasto{n}.example
  +1m
  send anna@firma.example 78.88.4.4 * ola@dostawca.example
end
send anna@firma.example 78.88.4.4 * !literowka@kunde.example
expect calm anna@firma.example
