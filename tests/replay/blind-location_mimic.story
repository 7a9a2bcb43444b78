# A blind spot: the owner's own company and town, office hours, reading before
# writing, one message every twenty minutes. Where the owner is at home only the
# bounces and the new names speak, and they are capped there, or a customer who
# cleans an old list would be cut off. It is watched.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T09:00:00Z
repeat 18 20m
  login anna@firma.example 83.10.77.6
  +20s
  send anna@firma.example 83.10.77.6 * 11*x{i}@a{n}.example !y@dead{n}.example
end
expect watch anna@firma.example
expect open anna@firma.example
