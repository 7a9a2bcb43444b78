# A blind spot: when a single message to five hundred is known it has been
# accepted. From a network in the owner's country it is only watched, until its
# first deliveries have ended; attack-one_to_many_at_home tells of the second.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T11:00:00Z
queue anna@firma.example 81.190.4.4 4AFFFF0001 500
expect open anna@firma.example
+2s
to 4AFFFF0001 500*x{i}@first{i}.example
removed 4AFFFF0001
expect suspend anna@firma.example
