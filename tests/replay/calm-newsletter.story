# A shop's weekly letter, one message for each of three hundred readers, three
# in a hundred of whom are gone; written at the office, where it also reads.
# Its first weeks are smaller.
home PL
at 2026-09-07T08:00:00Z
repeat 10 7d
  repeat 5 1d
    login sklep@firma.example 83.11.5.20
    send sklep@firma.example 83.11.5.20 * jan@kunde{n}.example
    +4h
    send sklep@firma.example 83.11.5.20 * klient{n}@x{o}.example
  end
  -3d
  send sklep@firma.example 83.11.5.20 * !gone{n}a@freemail1.example
  send sklep@firma.example 83.11.5.20 * !gone{n}b@freemail2.example
  repeat 60 10s
    send sklep@firma.example 83.11.5.20 * reader{n}@freemail{n%7}.example
  end
end
repeat 4 7d
  login sklep@firma.example 83.11.5.20
  repeat 97 20s
    send sklep@firma.example 83.11.5.20 * reader{n}@freemail{n%7}.example
    +5s
    send sklep@firma.example 83.11.5.20 * reader{n}@mail{n%9}.example
    +5s
    send sklep@firma.example 83.11.5.20 * reader{n}@post{n%9}.example
  end
  repeat 9 30s
    send sklep@firma.example 83.11.5.20 * !gone{n}{o}@freemail{n%7}.example
  end
end
expect open sklep@firma.example
