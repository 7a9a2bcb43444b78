# A blind spot: a new web shop on a rented machine abroad sends as the owner,
# to each customer at a domain of his own. It is stopped on its first day.
home PL
use owner anna@firma.example 83.11.5.20 31.174
by smtps LOGIN
at 2026-11-23T09:00:00Z
repeat 40 12m
  send anna@firma.example 88.198.20.9 * klient{n}@poczta{n}.example
end
send anna@firma.example 88.198.20.9 * !klient@pocztta.example
expect suspend anna@firma.example
