# A company whose staff VPN leaves in a German data centre: on from nine to
# five with breaks, a few minutes apart from the line at home.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:00:00Z
repeat 12 1d
  repeat 4 2h
    login anna@firma.example 83.11.5.20
    +4m
    login anna@firma.example 88.99.4.4
    +6m
    send anna@firma.example 88.99.4.4 * jan@kunde{n}.example
    +30m
    login anna@firma.example 83.11.5.20
    send anna@firma.example 83.11.5.20 * nowy{n}{o}@sklep.example
  end
end
expect open anna@firma.example
