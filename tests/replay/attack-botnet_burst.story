# One password in many hands: in ten minutes, from six countries, each machine
# a few messages to a list of which a seventh is dead.
home PL
use owner anna@firma.example 83.11.5.20 31.174
expect calm anna@firma.example
at 2026-11-24T13:00:00Z
repeat 5 2m
  send anna@firma.example 14.161.20.{n} * 6*x{i}@a{n}.example !y@dead{n}.example
  +20s
  send anna@firma.example 187.36.3.{n} * 6*x{i}@b{n}.example 4*z{i}@c{n}.example
  +20s
  send anna@firma.example 117.197.20.{n} * 8*x{i}@d{n}.example !y@dead{n}.example
  +20s
  send anna@firma.example 85.105.3.{n} * 9*x{i}@e{n}.example
  +20s
  send anna@firma.example 110.138.2.{n} * 5*x{i}@f{n}.example !y@dead{n}.example
  +20s
  send anna@firma.example 190.24.5.{n} * 7*x{i}@g{n}.example
end
expect suspend anna@firma.example after 2026-11-24T13:00:00Z before 2026-11-24T13:00:41Z
