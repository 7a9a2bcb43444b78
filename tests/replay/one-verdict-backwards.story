# On paper an account is told once a day, also when lines are a second late.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
end
at 2026-11-15T03:00:00Z
repeat 30 10s
  send anna@firma.example 14.161.20.5 * !a@dead{n}.example b@x{n}.example
end
expect suspend anna@firma.example before 2026-11-15T03:03:00Z
# These come from a machine whose clock is ten minutes behind.
host mx2
at 2026-11-15T02:50:00Z
repeat 5 1s
  send anna@firma.example 14.161.20.5 * !a@late{n}.example b@x{n}.example
end
host mx1
at 2026-11-15T03:06:00Z
send anna@firma.example 14.161.20.5 * !a@dead.example
expect open anna@firma.example before 2026-11-15T03:00:00Z
expect open anna@firma.example after 2026-11-15T03:04:00Z
