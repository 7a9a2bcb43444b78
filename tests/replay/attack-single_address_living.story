# One rented machine abroad and a list on which everybody is alive: nothing
# comes back.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T10:00:00Z
repeat 60 1m
  send anna@firma.example 37.187.20.3 * 10*x{i}@fresh{n}.example
end
expect suspend anna@firma.example before 2026-11-24T10:04:01Z
