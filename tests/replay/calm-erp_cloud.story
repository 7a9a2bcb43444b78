# A firm's shop and stock program in a German data centre: sends invoices and
# notices around the clock and never reads; each customer is new, one in thirty
# mistyped the address. The owner of the mailbox reads it at home.
home PL
at 2026-10-05T06:00:00Z
repeat 50 1d
  login faktury@firma.example 83.11.5.20
  repeat 12 90m
    send faktury@firma.example 88.99.4.4 * klient{n}{o}@freemail{n%3}.example
    +10m
    send faktury@firma.example 88.99.4.4 * klient{n}{o}@firma{n}{o}.example
  end
  send faktury@firma.example 88.99.4.4 * !klient{n}@freemial.example
end
expect calm faktury@firma.example
