# A blind spot: a thief who only reads, from a rented machine abroad, for a
# week. A block stops sending, and there is nothing to stop; who reads may be
# watched at most.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T01:00:00Z
repeat 7 1d
  repeat 20 30m
    login anna@firma.example 37.187.20.3
  end
  +7h
  login anna@firma.example 83.11.5.20
  send anna@firma.example 83.11.5.20 * jan@kunde{n}.example
end
expect open anna@firma.example
