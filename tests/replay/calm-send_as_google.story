# The owner begins to fetch and to send through a large webmail service: its
# program logs in from dozens of addresses in the United States and Ireland,
# many times a day.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T06:00:00Z
repeat 5 1d
  repeat 12 70m
    login anna@firma.example 209.85.{n+160}.{o+40}
    +1m
    login anna@firma.example 2607:f8b0:4864:20::{n+700}
    +1m
    send anna@firma.example 2a00:1450:4864:{o+19}::{n+300} * jan@kunde{n%6}.example
    +10m
    send anna@firma.example 74.125.{o+80}.{n+30} * nowy{n}{o}@sklep.example
  end
end
expect calm anna@firma.example
