# Every week a letter to the same hundred readers in a hundred domains, one by
# one, from a mailbox that else writes one message a day; three are gone. The
# first one is taken for a theft; the others are not.
home PL
use owner anna@firma.example 83.11.5.20 31.174
repeat 12 7d
  login anna@firma.example 83.11.5.20
  repeat 100 30s
    send anna@firma.example 83.11.5.20 * reader{n}@mail{n}.example
  end
  +1h
  send anna@firma.example 83.11.5.20 * !gone1@firma1y.example
  send anna@firma.example 83.11.5.20 * !gone2@firma2y.example
  send anna@firma.example 83.11.5.20 * !gone3@firma3y.example
  repeat 5 1d
    login anna@firma.example 83.11.5.20
    send anna@firma.example 83.11.5.20 * jan@kunde{n%5}.example
  end
end
expect open anna@firma.example after 2026-11-24T00:00:00Z
