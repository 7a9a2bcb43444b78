# For an hour a large receiver refuses everything from the whole host. Twelve
# people find their mail refused, and try again.
home PL
use host
at 2026-11-24T09:00:00Z
repeat 3 20m
  repeat 12 45s
    login user{n}@firm{n%6}.example 83.12.{n}.9
    send user{n}@firm{n%6}.example 83.12.{n}.9 * ^friend{n}@large.example ^aunt{o}@large2.example partner{n}@other{o}.example
  end
end
expect calm user1@firm1.example
expect calm user2@firm2.example
expect calm user12@firm0.example
