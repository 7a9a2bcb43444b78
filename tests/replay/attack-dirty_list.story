# An old list through a VPN exit in the owner's country: two of five are dead.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T14:00:00Z
repeat 30 2m
  send anna@firma.example 106.48.208.4 * 6*x{i}@a{n}.example !a@dead{n}.example !b@gone{n}.example !c@past{n}.example !d@void{n}.example
end
expect suspend anna@firma.example before 2026-11-24T14:02:01Z
