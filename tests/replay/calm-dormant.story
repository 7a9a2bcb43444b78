# Nine weeks of silence, then back on another company's line, with letters to
# people old and new.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2027-01-25T08:00:00Z
repeat 3 1d
  login anna@firma.example 95.160.7.7
  +10m
  send anna@firma.example 95.160.7.7 * jan@kunde{n}.example
  +20m
  send anna@firma.example 95.160.7.7 * nowy{n}@praca{n}.example nowy{n}@praca{n+10}.example
  +20m
  send anna@firma.example 95.160.7.7 * !dawny{n}@przyjaciel{n}.example
end
expect calm anna@firma.example
