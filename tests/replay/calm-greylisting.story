# Receivers that put everybody off for ten minutes, and one that is away for a
# day; in the end all arrives.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
repeat 5 1d
  login anna@firma.example 83.11.5.20
  queue anna@firma.example 83.11.5.20 4D{n+10}AA 3
  to 4D{n+10}AA ~jan@kunde1.example ~nowy{n}@sklep{n}.example ~ola@dostawca.example
  +10m
  to 4D{n+10}AA jan@kunde1.example ~nowy{n}@sklep{n}.example ~ola@dostawca.example
  +1h
  to 4D{n+10}AA nowy{n}@sklep{n}.example ~ola@dostawca.example
  +20h
  to 4D{n+10}AA ola@dostawca.example
  removed 4D{n+10}AA
end
expect calm anna@firma.example
expect waiting 0
