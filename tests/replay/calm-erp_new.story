# The same from one day to the next: the mailbox was a person's for three
# weeks, and now a program abroad sends from it and never reads.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
repeat 10 1d
  login anna@firma.example 83.11.5.20
  repeat 5 2h
    send anna@firma.example 88.99.4.4 * klient{n}{o}@freemail{n%3}.example
  end
end
expect open anna@firma.example
