# The second morning on a beach in Thailand: pictures to fifteen friends in
# three messages, one of them mistyped.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T04:00:00Z
login anna@firma.example 49.228.7.1
+1d
login anna@firma.example 58.8.4.4
+5m
send anna@firma.example 58.8.4.4 * 5*friend{i}@freemail{i}.example
+5m
send anna@firma.example 58.8.4.4 * 5*friend{i}@post{i}.example !friend@gmial.example
+5m
send anna@firma.example 58.8.4.4 * friend@mail.example mama@rodzina.example kuzyn@rodzina.example
expect open anna@firma.example
