# Eleven days of one or two messages a day to his own mailboxes, so that his
# line looks known; then his list. The owner works on meanwhile.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T05:30:00Z
repeat 11 1d
  login anna@firma.example 188.80.4.4
  send anna@firma.example 188.80.4.4 * test{n}@freemail.example
  +2h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * jan@kunde{n}.example
end
expect open anna@firma.example
at 2026-12-04T12:00:00Z
repeat 40 90s
  send anna@firma.example 188.80.4.4 * 9*x{i}@a{n}.example !y@dead{n}.example
end
expect suspend anna@firma.example before 2026-12-04T12:06:01Z
