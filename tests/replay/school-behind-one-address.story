# Forty new accounts behind one address, all on the first day.
home PL
at 2026-11-15T08:00:00Z
repeat 40 30s
  login uczen{n}@szkola.example 83.11.5.20
  send uczen{n}@szkola.example 83.11.5.20 * nauczyciel@szkola.example !zly{n}@szkola.exampel
end
repeat 40 30s
  login uczen{n}@szkola.example 5.173.1.2
end
expect calm uczen1@szkola.example
expect calm uczen20@szkola.example
expect calm uczen40@szkola.example
