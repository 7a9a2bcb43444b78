# A script in the cloud: every message from another region, few dead.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T11:00:00Z
repeat 10 12m
  send anna@firma.example 18.192.4.{n} * 12*x{i}@a{n}.example
  +3m
  send anna@firma.example 44.224.3.{n} * 11*x{i}@b{n}.example !y@dead{n}.example
  +3m
  send anna@firma.example 13.40.3.{n} * 12*x{i}@c{n}.example
  +3m
  send anna@firma.example 54.232.3.{n} * 12*x{i}@d{n}.example
end
expect suspend anna@firma.example before 2026-11-24T11:06:01Z
