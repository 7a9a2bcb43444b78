# Logins in one file, mail in the other: read by time, not by file.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  log imap
  host imap1
  login anna@firma.example dom
  +1m
  log smtp
  host mx1
  send anna@firma.example dom * jan@kunde.example
end
expect logins anna@firma.example 28
expect sent anna@firma.example 1
at 2026-11-15T03:00:00Z
repeat 20 20s
  log smtp
  send anna@firma.example 14.161.20.5 * !a@dead{n}.example b@x{n}.example
  +10s
  log imap
  login anna@firma.example 187.20.3.4
end
expect suspend anna@firma.example before 2026-11-15T03:03:00Z
