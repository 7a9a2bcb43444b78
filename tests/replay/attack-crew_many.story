# A crew with a list of passwords: one rented machine, ten mailboxes of six
# firms, little from each, and everybody on the list is alive.
home PL
use host
at 2026-11-24T09:00:00Z
repeat 6 10m
  repeat 10 50s
    send user{n}@firm{n%6}.example 37.187.20.3 * 4*x{i}@a{n}o{o}.example
  end
end
expect suspend user1@firm1.example before 2026-11-24T09:21:00Z
expect suspend user4@firm4.example before 2026-11-24T09:21:00Z
expect suspend user9@firm3.example before 2026-11-24T09:21:00Z
expect calm user20@firm2.example
