# A salesman's day: eight networks in his own country between breakfast and
# supper, all of them new, and mail to people he has just met.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T07:00:00Z
login anna@firma.example 77.252.9.9
send anna@firma.example 77.252.9.9 * jan@kunde1.example
+80m
login anna@firma.example 81.190.4.4
send anna@firma.example 81.190.4.4 * nowy1@poznany.example
+80m
login anna@firma.example 78.88.4.4
send anna@firma.example 78.88.4.4 * nowy2@poznany2.example jan@kunde2.example
+80m
login anna@firma.example 89.64.7.7
+80m
login anna@firma.example 91.192.3.3
send anna@firma.example 91.192.3.3 * nowy3@poznany3.example
+80m
login anna@firma.example 46.134.7.7
send anna@firma.example 46.134.7.7 * !nowy4@poznan4.example
+2m
send anna@firma.example 46.134.7.7 * nowy4@poznany4.example
+80m
login anna@firma.example 88.220.3.3
+80m
login anna@firma.example 94.40.130.3
send anna@firma.example 94.40.130.3 * ola@dostawca.example
expect open anna@firma.example
