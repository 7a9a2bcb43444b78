# One message to five hundred, and another one twenty minutes later, which must
# not leave.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T11:00:00Z
send anna@firma.example 37.187.20.3 * 480*x{i}@first{i}.example 20*!y{i}@dead{i}.example
+20m
send anna@firma.example 37.187.20.3 * 480*x{i}@second{i}.example 20*!y{i}@gone{i}.example
expect suspend anna@firma.example before 2026-11-24T11:01:00Z
