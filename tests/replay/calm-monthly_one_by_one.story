# Every month the same hundred and fifty customers, one by one. What is sent
# while an account is suspicious is never learnt, so it may be stopped once; but
# not again where a person has said "it was me".
home PL
enforce
use owner anna@firma.example 83.11.5.20 31.174
repeat 4 30d
  login anna@firma.example 83.11.5.20
  repeat 5 10m
    repeat 29 15s
      send anna@firma.example 83.11.5.20 * klient{n}@firma{n}x{o}.example
    end
    +8m
    send anna@firma.example 83.11.5.20 * !gone{n}@firma{n}y.example
  end
  lift anna@firma.example
  trust anna@firma.example AS5617 PL
  repeat 25 1d
    login anna@firma.example 83.11.5.20
    send anna@firma.example 83.11.5.20 * jan@kunde{n%5}.example
  end
end
expect open anna@firma.example after 2026-11-24T00:00:00Z
