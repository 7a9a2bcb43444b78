# The password was changed on the computer; the telephone tries the old one all
# night, from a dozen addresses of its carrier and from home, where others of
# the family have their mailboxes at the same host; in the morning it is told.
home PL
log others
use host
log main
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T18:00:00Z
repeat 120 5m
  fail anna@firma.example 31.174.{n%12}.9
  fail anna@firma.example 83.11.5.20
  fail ola@firma.example 83.11.5.20
end
+1h
login anna@firma.example 31.174.3.9
send anna@firma.example 31.174.3.9 * jan@kunde1.example
+10m
login anna@firma.example 83.11.5.20
send anna@firma.example 83.11.5.20 * nowy@sklep.example
+10m
login ewa@firma.example 83.11.5.20
send ewa@firma.example 83.11.5.20 * mama@rodzina.example
expect calm anna@firma.example
expect calm ewa@firma.example
