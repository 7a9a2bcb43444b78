# One foreign address and a bought list.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
end
at 2026-11-15T03:00:00Z
repeat 30 10s
  send anna@firma.example 14.161.20.5 * !a@dead{n}.example b@x{n}.example c@y{n}.example
end
expect suspend anna@firma.example before 2026-11-15T03:02:00Z
