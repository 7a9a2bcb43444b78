# A telephone's mail program that works through its maker's cloud: the same
# account from Poland, the Netherlands, France, Germany, Britain, Brazil and
# the United States within hours.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T06:00:00Z
repeat 5 1d
  repeat 8 90m
    login anna@firma.example 20.215.1.{n+10}
    +5m
    login anna@firma.example 13.80.4.{n}
    send anna@firma.example 4.176.3.{o} * jan@kunde{n%6}.example
    +5m
    login anna@firma.example 4.182.9.{n}
    +5m
    send anna@firma.example 107.32.4.{n} * nowy{n}{o}@sklep.example
    +5m
    login anna@firma.example 4.228.3.{n}
    +5m
    send anna@firma.example 52.98.150.{n} * ola@dostawca.example
  end
end
expect calm anna@firma.example
