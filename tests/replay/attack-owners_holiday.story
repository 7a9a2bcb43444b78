# The owner is away for a fortnight; a thief reads, waits a day, and writes to
# a list by the hour.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-12-05T09:00:00Z
login anna@firma.example 187.36.3.4
+1d
repeat 30 10m
  login anna@firma.example 187.36.3.4
  send anna@firma.example 187.36.3.4 * 7*x{i}@a{n}.example
  +5m
  send anna@firma.example 187.36.3.4 * 7*x{i}@b{n}.example !y@dead{n}.example
end
expect suspend anna@firma.example before 2026-12-06T09:40:00Z
