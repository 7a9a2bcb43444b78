# 120 people of one large provider who do not exist, ten to a message: once per
# message and domain for the soft test, but different recipients they are.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
end
at 2026-11-15T08:00:00Z
repeat 13 1m
  send anna@firma.example dom * !a{n}@big.example !b{n}@big.example !c{n}@big.example !d{n}@big.example !e{n}@big.example !f{n}@big.example !g{n}@big.example !h{n}@big.example !i{n}@big.example !j{n}@big.example ok{n}@x{n}.example ok@y{n}.example ok@z{n}.example
end
expect suspend anna@firma.example before 2026-11-15T08:20:00Z
