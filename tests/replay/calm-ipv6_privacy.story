# IPv6 at home: another privacy address every day, another /64 for the
# telephone, and another /56 every week; IPv4 now and then.
home PL
at 2026-11-02T07:00:00Z
repeat 5 7d
  repeat 7 1d
    login anna@firma.example 2a02:a315:8{o}00:ff0{n%4}:a{n}b:1{o}2:3:{n}
    send anna@firma.example 2a02:a315:8{o}00:ff0{n%4}:a{n}b:1{o}2:3:{n} * jan@kunde{n}.example
    +3h
    login anna@firma.example 2a00:f44:800:{n}::{o}
    +1h
    send anna@firma.example 2a02:a315:8{o}00:ff0{n%3}:c{n}d:1{o}2:3:{n} * nowy{n}{o}@sklep.example
    +4h
    login anna@firma.example 89.64.7.{n}
    send anna@firma.example 2a00:f44:800:{n}::{o+9} * mama@rodzina.example
  end
end
expect calm anna@firma.example
