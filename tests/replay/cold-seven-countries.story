# Nobody knows the account yet, but nobody is in seven countries in an hour.
home PL
at 2026-11-15T08:00:00Z
send nowa@firma.example 14.161.20.5 * b@x1.example
+8m
send nowa@firma.example 187.20.3.4 * b@x2.example
+8m
send nowa@firma.example 117.197.20.3 * b@x3.example
+8m
send nowa@firma.example 85.105.3.4 * b@x4.example
+8m
send nowa@firma.example 110.138.2.3 * b@x5.example
+8m
send nowa@firma.example 190.24.5.6 * b@x6.example
+8m
send nowa@firma.example 197.210.3.4 * b@x7.example
expect suspend nowa@firma.example before 2026-11-15T08:50:00Z
