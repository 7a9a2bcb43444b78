# A trade fair in Germany: six people of six firms of one host behind its one
# address, each with mail to those they have just met.
home PL
use host
at 2026-11-24T09:00:00Z
repeat 3 1d
  repeat 6 20m
    login user{n}@firm{n%6}.example 91.66.20.3
    +3m
    send user{n}@firm{n%6}.example 91.66.20.3 * partner{n}@other{o}.example nowy{n}@fair{o}{n}.example
  end
end
expect open user1@firm1.example
expect open user3@firm3.example
expect open user6@firm0.example
