# A club's secretary writes to all two hundred and fifty members on the first
# of the month, in five messages of fifty; a few members have gone.
home PL
use owner anna@klub.example 83.11.5.20 31.174
at 2026-11-23T18:00:00Z
repeat 3 30d
  login anna@klub.example 83.11.5.20
  repeat 5 3m
    send anna@klub.example 83.11.5.20 * 49*member{i}x{n}@freemail{n}.example !gone{n}@oldmail{n}.example
  end
  repeat 25 1d
    login anna@klub.example 83.11.5.20
    send anna@klub.example 83.11.5.20 * jan@kunde{n%5}.example
  end
end
expect open anna@klub.example
