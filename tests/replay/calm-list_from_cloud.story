# A weekly letter that always left from the office is sent from a program in a
# German data centre from one week to the next: the same readers.
home PL
at 2026-09-07T08:00:00Z
repeat 10 7d
  repeat 5 1d
    login sklep@firma.example 83.11.5.20
    send sklep@firma.example 83.11.5.20 * jan@kunde{n}.example
  end
  repeat 60 10s
    send sklep@firma.example 83.11.5.20 * reader{n}@freemail{n%7}.example
  end
  send sklep@firma.example 83.11.5.20 * !gone{n}a@freemail1.example
end
repeat 2 7d
  login sklep@firma.example 83.11.5.20
  +10m
  repeat 60 10s
    send sklep@firma.example 88.99.4.4 * reader{n}@freemail{n%7}.example
  end
  send sklep@firma.example 88.99.4.4 * !gone{n}a@freemail1.example
end
expect open sklep@firma.example
