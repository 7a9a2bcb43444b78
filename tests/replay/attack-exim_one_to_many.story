# attack-one_to_many on a host with Exim, which says how many recipients there
# are only by delivering to them.
home PL
exim
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T11:00:00Z
send anna@firma.example 37.187.20.3 * 480*x{i}@first{i}.example 20*!y{i}@dead{i}.example
+20m
send anna@firma.example 37.187.20.3 * 480*x{i}@second{i}.example 20*!y{i}@gone{i}.example
expect suspend anna@firma.example before 2026-11-24T11:01:00Z
