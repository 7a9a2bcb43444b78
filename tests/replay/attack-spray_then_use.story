# One address guesses the passwords of many, is let in at one, and uses it.
home PL
log others
use host
log main
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T02:00:00Z
repeat 30 20s
  fail user{n}@firm{n%6}.example 85.105.3.4
end
fail anna@firma.example 85.105.3.4
+10s
fail anna@firma.example 85.105.3.4
+10s
login anna@firma.example 85.105.3.4
+30m
repeat 20 3m
  send anna@firma.example 85.105.3.4 * 5*x{i}@a{n}.example
end
expect suspend anna@firma.example before 2026-11-24T02:46:30Z
expect calm user7@firm1.example
