# One foreign address and a bought list, a third of it dead.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T03:00:00Z
repeat 30 1m
  send anna@firma.example 14.161.20.5 * !a@dead{n}.example b@x{n}.example c@y{n}.example
end
expect suspend anna@firma.example before 2026-11-24T03:01:01Z
