# A fortnight at home, then Berlin, then a hotel in Portugal, then home.
home PL
addr dom 83.11.5.20
addr telefon 5.173.1.2
addr berlin 91.66.20.3
addr lizbona 213.22.4.5
at 2026-11-01T07:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
  +6h
  login anna@firma.example telefon
end
login anna@firma.example telefon
+5h
repeat 2 1d
  login anna@firma.example berlin
  send anna@firma.example berlin * jan@kunde.example ola@kunde2.example
  +4h
  login anna@firma.example telefon
end
repeat 3 1d
  login anna@firma.example lizbona
  send anna@firma.example lizbona * jan@kunde.example
end
send anna@firma.example lizbona * !blad@kunde.exampel jan@kunde.example
+1d
login anna@firma.example dom
send anna@firma.example dom * jan@kunde.example
expect open anna@firma.example
