# A blind spot: twenty-five business cards of a trade fair abroad, written to
# one by one in the evening from the hotel; two cannot be read.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:00:00Z
login anna@firma.example 113.160.20.9
+6h
login anna@firma.example 113.160.20.9
repeat 25 3m
  send anna@firma.example 113.160.20.9 * karta{n}@firma{n}vn.example
end
send anna@firma.example 113.160.20.9 * !karta@firma91vn.example
send anna@firma.example 113.160.20.9 * !karta@firma92vn.example
expect suspend anna@firma.example
