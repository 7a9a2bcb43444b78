# A blind spot: somebody who has read everything writes from a home line in the
# owner's country to three of the owner's own contacts, with another account
# number. Five mails to known people from a plausible place are what owners do.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T09:00:00Z
login anna@firma.example 81.190.4.4
+40m
send anna@firma.example 81.190.4.4 * jan@kunde2.example
+1h
login anna@firma.example 81.190.4.4
send anna@firma.example 81.190.4.4 * piotr@kunde4.example
+20m
send anna@firma.example 81.190.4.4 * jan@kunde5.example
+1d
login anna@firma.example 81.190.4.4
send anna@firma.example 81.190.4.4 * jan@kunde2.example
+1h
send anna@firma.example 81.190.4.4 * piotr@kunde4.example
expect open anna@firma.example
