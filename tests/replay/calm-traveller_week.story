# A week in Thailand: airport, hotel, the telephone with a local card, and a
# typing mistake; some mail to people met there.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T04:00:00Z
login anna@firma.example 31.174.7.7
+1h
login anna@firma.example 77.252.9.9
send anna@firma.example 77.252.9.9 * jan@kunde1.example
+13h
login anna@firma.example 110.168.3.4
send anna@firma.example 110.168.3.4 * mama@rodzina.example
+10h
repeat 6 1d
  login anna@firma.example 58.8.4.4
  send anna@firma.example 58.8.4.4 * jan@kunde{n%6}.example
  +3h
  login anna@firma.example 49.228.{n}.1
  +2h
  login anna@firma.example 49.228.{n}.1
  send anna@firma.example 49.228.{n}.1 * nowy{n}@tajlandia{n%3}.example
  +5h
  login anna@firma.example 58.8.4.4
  send anna@firma.example 58.8.4.4 * ola@dostawca.example mama@rodzina.example
end
send anna@firma.example 58.8.4.4 * !literowka@kunde.example
+1m
send anna@firma.example 58.8.4.4 * jan@kunde1.example
+16h
login anna@firma.example 83.11.5.20
send anna@firma.example 83.11.5.20 * jan@kunde1.example
expect open anna@firma.example
