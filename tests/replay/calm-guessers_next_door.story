# A bot behind the same VPN exit tries passwords of real mailboxes of this host,
# and an owner who is there for the first time writes to a few new people. Exits
# are shared by bots and owners: a refused password there says little.
home PL
log others
use host
log main
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T08:00:00Z
repeat 12 20s
  fail user{n}@firm{n%6}.example 106.48.144.44
end
+1h
login anna@firma.example 106.48.144.44
repeat 6 10m
  send anna@firma.example 106.48.144.44 * nowy{n}@poznany{n}.example
end
expect open anna@firma.example
