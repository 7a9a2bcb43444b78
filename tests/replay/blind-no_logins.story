# A blind spot: a host whose log has no mailbox logins, and a thief of little
# volume: nobody knows where the owner reads, so that sending without having
# read says nothing.
home PL
at 2026-11-02T08:00:00Z
repeat 21 1d
  send ewa@firma.example 83.11.5.20 * jan@kunde{n%5}.example
  +3h
  send ewa@firma.example 31.174.{n}.9 * ola@dostawca.example
  +2h
  send ewa@firma.example 83.11.5.20 * nowy{n}@sklep{n%9}.example
end
repeat 5 1d
  send ewa@firma.example 188.80.4.4 * x@a{n}.example
  +2h
  send ewa@firma.example 188.80.4.4 * y@b{n}.example
end
expect open ewa@firma.example
