# The first letter to all three hundred customers from a mailbox known for
# three weeks, in six messages of fifty, three in a hundred gone.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T09:00:00Z
login anna@firma.example 83.11.5.20
repeat 6 5m
  send anna@firma.example 83.11.5.20 * 48*klient{i}@freemail{n}.example 2*!dawny{i}@freemail{n}.example
end
expect open anna@firma.example
