# The same through somebody's line in the owner's country, to people who exist.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T11:00:00Z
send anna@firma.example 81.190.4.4 * 500*x{i}@first{i}.example
+20m
send anna@firma.example 81.190.4.4 * 500*x{i}@second{i}.example
expect suspend anna@firma.example before 2026-11-24T11:01:00Z
