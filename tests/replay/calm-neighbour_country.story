# A commuter across a border: lives in Poland, works in Germany, a German card
# in the telephone; begins on a Monday.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T06:00:00Z
repeat 12 1d
  login anna@firma.example 83.11.5.20
  +1h
  login anna@firma.example 2.208.{n}.9
  +1h
  login anna@firma.example 84.130.3.3
  send anna@firma.example 84.130.3.3 * chef@arbeit.example kollege{n}@arbeit.example
  +4h
  send anna@firma.example 84.130.3.3 * kunde{n}@arbeit{n}.example
  +4h
  login anna@firma.example 2.208.{n}.9
  send anna@firma.example 2.208.{n}.9 * mama@rodzina.example
  +1h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * jan@kunde{n%6}.example
end
expect calm anna@firma.example
