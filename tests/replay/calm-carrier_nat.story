# One address of a carrier stands for thousands: on one day twelve mailboxes of
# six firms read and write from it, and none of them has been there before.
home PL
use host
at 2026-11-24T06:00:00Z
repeat 6 1h
  repeat 12 2m
    login user{n}@firm{n%6}.example 37.30.8.8
    send user{n}@firm{n%6}.example 37.30.8.8 * partner{n}@other{o}.example nowy{n}@shop{o}.example
  end
end
expect calm user1@firm1.example
expect calm user6@firm0.example
expect calm user12@firm0.example
