# A thief with patience: a message to four people every forty minutes from one
# line in Thailand, day and night; one in twelve does not exist.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T00:10:00Z
repeat 24 2h
  send anna@firma.example 110.168.3.4 * 4*x{i}@slow{n}.example
  +40m
  send anna@firma.example 110.168.3.4 * 3*x{i}@calm{n}.example !y@dead{n}.example
  +40m
  send anna@firma.example 110.168.3.4 * 4*x{i}@easy{n}.example
end
expect suspend anna@firma.example before 2026-11-24T02:11:00Z
