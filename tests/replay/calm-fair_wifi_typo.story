# People of six firms of one host behind one address of a trade fair abroad, as
# in calm-fair_wifi; and one recipient of the sixth does not exist. It looks much
# like a crew with a list of passwords (attack-crew_many): watched, not stopped.
home PL
use host
at 2026-11-24T09:00:00Z
repeat 6 20m
  login user{n}@firm{n%6}.example 91.66.20.3
  +3m
  send user{n}@firm{n%6}.example 91.66.20.3 * partner{n}@other1.example nowy{n}@fair{n}.example
end
expect open user6@firm0.example
send user6@firm0.example 91.66.20.3 * !wizytowka@fair.example
expect open user1@firm1.example
expect open user6@firm0.example
