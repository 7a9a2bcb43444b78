# Lines of other people in the owner's country, rented by the minute: each
# message comes from another, as many as the owner's country has networks.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T09:00:00Z
repeat 15 12m
  send anna@firma.example 77.252.{n}.9 * 9*x{i}@a{n}.example !y@dead{n}.example
  +3m
  send anna@firma.example 81.190.{n}.9 * 11*x{i}@b{n}.example
  +3m
  send anna@firma.example 78.88.{n}.9 * 9*x{i}@c{n}.example
  +3m
  send anna@firma.example 79.184.{n}.9 * 9*x{i}@d{n}.example !y@dead{n}.example
end
expect suspend anna@firma.example before 2026-11-24T09:06:01Z
