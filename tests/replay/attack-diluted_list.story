# A thief on a line in the own country reads first, and sends each message to
# forty names under one domain of his own as well, which all arrive: subdomains
# are one domain, so that they do not water down who is new and who is dead.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T09:00:00Z
login anna@firma.example 178.235.7.7
+5m
repeat 60 10m
  send anna@firma.example 178.235.7.7 * 40*me@s{i}.mine.example x@a{n}.example y@b{n}.example z@c{n}.example !q@dead{n}.example
end
expect suspend anna@firma.example before 2026-11-24T11:00:00Z
