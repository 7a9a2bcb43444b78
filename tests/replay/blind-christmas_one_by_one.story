# Who would be wronged: once a year a firm's mail merge program writes to each
# of three hundred customers on their own, from a mailbox that writes eight
# messages a day; one in thirty is gone. Nothing in a log tells it from a
# program that has taken over the machine (attack-infected_machine); in ten
# messages with Bcc it stays open (calm-christmas).
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-12-18T10:00:00Z
login anna@firma.example 83.11.5.20
repeat 10 10m
  repeat 29 15s
    send anna@firma.example 83.11.5.20 * klient{n}@firma{n}x{o}.example
  end
  +8m
  send anna@firma.example 83.11.5.20 * !gone{n}@firma{n}y.example
end
expect open anna@firma.example before 2026-12-18T10:30:00Z
expect suspend anna@firma.example
