# A quiet fortnight, then one password in many hands.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
end
expect calm anna@firma.example
at 2026-11-15T03:00:00Z
send anna@firma.example 14.161.20.5 * !a@dead1.example b@x1.example
+20s
send anna@firma.example 187.20.3.4 * !a@dead2.example b@x2.example
+20s
send anna@firma.example 117.197.20.3 * !a@dead3.example b@x3.example
+20s
send anna@firma.example 85.105.3.4 * !a@dead4.example b@x4.example
+20s
send anna@firma.example 110.138.2.3 * !a@dead5.example b@x5.example
+20s
send anna@firma.example 190.24.5.6 * !a@dead6.example b@x6.example
expect suspend anna@firma.example after 2026-11-15T03:00:00Z before 2026-11-15T03:02:00Z
