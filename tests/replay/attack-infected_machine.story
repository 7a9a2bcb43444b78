# A program on the owner's own machine: the owner's address, the owner's mail
# program beside it, one message a minute.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T07:10:00Z
login anna@firma.example 83.11.5.20
send anna@firma.example 83.11.5.20 * jan@kunde2.example
+1h
repeat 120 1m
  send anna@firma.example 83.11.5.20 * x@a{n}.example y@b{n}.example
  +20s
  send anna@firma.example 83.11.5.20 * !x@dead{n}.example
end
expect suspend anna@firma.example before 2026-11-24T08:45:00Z
