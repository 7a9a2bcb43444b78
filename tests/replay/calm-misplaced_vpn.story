# A telephone that sends everything through a large network's exits, which
# stand in Poland and are placed in the United States by the GeoIP data; on all
# day, off for some minutes now and then.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:00:00Z
repeat 5 1d
  repeat 6 1h
    login anna@firma.example 104.28.{n}.{o+5}
    +4m
    send anna@firma.example 104.28.{n}.{o+5} * jan@kunde{n}.example
    +10m
    login anna@firma.example 31.174.{n}.8
    +10m
    send anna@firma.example 83.11.5.20 * nowy{n}{o}@sklep.example
  end
end
expect open anna@firma.example
