# Home, telephone, office; a typing mistake; a mailing to thirty customers.
home PL
addr dom 83.11.5.20
addr telefon 5.173.1.2
addr biuro 79.184.3.4
at 2026-11-01T06:00:00Z
repeat 14 1d
  repeat 30 5m
    login anna@firma.example telefon
  end
  +3h
  login anna@firma.example biuro
  send anna@firma.example biuro * jan@kunde.example ola@dostawca.example
  +2h
  send anna@firma.example biuro * x{n}@kunde{n}.example
  +8h
  login anna@firma.example dom
  send anna@firma.example dom * mama@rodzina.example
end
send anna@firma.example dom * !literowka@kunde.exampel
mass anna@firma.example biuro 30
expect calm anna@firma.example
