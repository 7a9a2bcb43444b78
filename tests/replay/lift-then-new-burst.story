# Blocked, lifted, calm while the owner works, then it begins again.
home PL
enforce
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
at 2026-11-15T03:10:00Z
lift anna@firma.example
+5m
login anna@firma.example dom
send anna@firma.example dom * jan@kunde.example
+1h
send anna@firma.example dom * ola@kunde.example jan@kunde.example
expect open anna@firma.example after 2026-11-15T03:10:00Z
at 2026-11-16T03:00:00Z
repeat 30 10s
  send anna@firma.example 187.20.3.4 * !a@dead{n}.example b@x{n}.example c@y{n}.example
end
expect suspend anna@firma.example after 2026-11-16T02:59:59Z before 2026-11-16T03:02:00Z
