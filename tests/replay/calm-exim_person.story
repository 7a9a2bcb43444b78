# A month of a person on a host with Exim, and a refusal for policy.
home PL
exim
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:00:00Z
repeat 5 1d
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * jan@kunde{n}.example ~nowy{n}@sklep.example
end
send anna@firma.example 83.11.5.20 * ^ksiegowa@large.example
expect calm anna@firma.example
