# The clocks go back: in the log's hours everybody is an hour late from one day
# to the next.
home PL
at 2026-10-05T05:58:00Z
repeat 20 1d
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * jan@kunde{n%5}.example
  +9h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * nowy{n}@sklep{n%9}.example
end
at 2026-10-25T06:58:00Z
repeat 10 1d
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * jan@kunde{n%5}.example
  +9h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * nowy{n}@butik{n%9}.example
end
expect calm anna@firma.example
