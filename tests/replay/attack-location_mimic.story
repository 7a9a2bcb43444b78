# A line of the owner's own company in the owner's town, in office hours, and
# he reads before he writes; only the list is his own, and he is in a hurry:
# a message a minute, one in twelve recipients dead. The patient one is
# blind-location_mimic.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T09:00:00Z
repeat 120 1m
  login anna@firma.example 83.10.77.6
  +20s
  send anna@firma.example 83.10.77.6 * 11*x{i}@a{n}.example !y@dead{n}.example
end
expect suspend anna@firma.example before 2026-11-24T09:50:00Z
