# A word that has ended is worth nothing; a stranger elsewhere never was
# covered by it.
home PL
enforce
addr dom 83.11.5.20
addr hanoi 14.161.20.5
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
  login ola@firma.example dom
  send ola@firma.example dom * jan@kunde.example
end
at 2026-11-15T03:00:00Z
trust anna@firma.example VN for 3d
trust ola@firma.example VN AS45899
at 2026-11-20T03:00:00Z
repeat 3 10m
  send anna@firma.example hanoi * !a@dead{n}.example b@x{n}.example
  send ola@firma.example hanoi * !a@dead{n}.example b@x{n}.example
end
expect suspend anna@firma.example
expect open ola@firma.example before 2026-11-25T03:00:00Z
at 2026-11-25T03:00:00Z
repeat 30 10s
  send ola@firma.example 187.20.3.4 * !a@dead{n}.example b@x{n}.example c@y{n}.example
end
expect suspend ola@firma.example after 2026-11-25T03:00:00Z before 2026-11-25T03:02:00Z
