# A telephone with two cards: three carriers' addresses, another one every few
# minutes, polling and sending.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T06:00:00Z
repeat 5 1d
  repeat 30 15m
    login anna@firma.example 37.30.{n}.{o+30}
    +5m
    login anna@firma.example 31.0.{n}.{o+60}
    +5m
    login anna@firma.example 31.174.{n+60}.{o}
  end
  +1h
  send anna@firma.example 37.30.77.{o+3} * jan@kunde{n}.example
  +7m
  send anna@firma.example 31.0.78.{o+3} * piotr@kunde{n+2}.example nowy{n}@warsztat.example
  +9m
  send anna@firma.example 31.174.79.{o+3} * mama@rodzina.example
end
expect calm anna@firma.example
