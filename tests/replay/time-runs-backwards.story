# Two machines whose clocks differ by a few seconds, and lines out of order.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  -3s
  send anna@firma.example dom * jan@kunde.example
  +2s
  login anna@firma.example dom
end
# Around midnight.
at 2026-11-15T00:00:01Z
repeat 20 1s
  login anna@firma.example dom
  -2s
  login anna@firma.example dom
  +1s
end
expect calm anna@firma.example
# A new place is new once.
at 2026-11-15T08:00:10Z
login anna@firma.example 91.66.20.3
repeat 9 1s
  -2s
  login anna@firma.example 91.66.20.3
end
expect calm anna@firma.example
