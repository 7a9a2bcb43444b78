# A customer who lives in Brazil, on three networks there, with a visit home.
home PL
at 2026-10-01T11:00:00Z
repeat 40 1d
  login anna@firma.example 187.36.3.{n%3+4}
  send anna@firma.example 187.36.3.{n%3+4} * jan@kunde{n%6}.example
  +4h
  login anna@firma.example 177.76.{n}.4
  +1h
  send anna@firma.example 177.76.{n}.4 * nowy{n}@sklep{n%9}.example
end
+2d
repeat 7 1d
  login anna@firma.example 81.190.4.4
  send anna@firma.example 81.190.4.4 * mama@rodzina.example nowy{n}@urzad.example
  +3h
  login anna@firma.example 31.174.{n}.4
end
+1d
login anna@firma.example 187.36.3.4
send anna@firma.example 187.36.3.4 * jan@kunde1.example !literowka@kunde.example
expect calm anna@firma.example
