# A new customer on a new host: home, office and telephone on the first day, a
# train's Wi-Fi, letters to everybody about the new address, a tenth of whom
# have moved on.
home PL
at 2026-11-23T08:00:00Z
login nowa@firma.example 83.11.5.20
send nowa@firma.example 83.11.5.20 * ja@freemail.example
+1h
login nowa@firma.example 31.174.3.4
send nowa@firma.example 31.174.3.4 * mama@rodzina.example
+2h
login nowa@firma.example 77.252.9.9
repeat 4 10m
  send nowa@firma.example 77.252.9.9 * 9*znajomy{i}@firma{i}x{n}.example !dawny{n}@firma{n}y.example
end
+5h
login nowa@firma.example 81.190.4.4
send nowa@firma.example 81.190.4.4 * jan@kunde1.example
+14h
repeat 5 1d
  login nowa@firma.example 83.11.5.20
  send nowa@firma.example 83.11.5.20 * jan@kunde{n}.example nowy{n}@sklep.example
  +3h
  login nowa@firma.example 31.174.{n}.4
end
expect open nowa@firma.example
