# 120 recipients that do not exist within an hour, from home: the owner's own
# machine sends. One message each, and each of its own domain.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
end
at 2026-11-15T08:00:00Z
repeat 120 20s
  send anna@firma.example dom * !a{n}@dead{n}.example b@x{n}.example c@x{n}.example d@x{n}.example
end
expect suspend anna@firma.example before 2026-11-15T08:41:00Z
