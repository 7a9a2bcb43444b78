# A blind spot: the host's own webmail hands everything in from loopback, so
# nobody knows where its users are; a thief who uses it and writes little is
# seen by nothing but his recipients.
home PL
at 2026-11-02T08:00:00Z
repeat 21 1d
  login ewa@firma.example 127.0.0.1
  send ewa@firma.example 127.0.0.1 * jan@kunde{n%5}.example
  +3h
  login ewa@firma.example 127.0.0.1
  send ewa@firma.example 127.0.0.1 * ola@dostawca.example nowy{n}@sklep{n%9}.example
end
repeat 3 1d
  repeat 5 1h
    login ewa@firma.example 127.0.0.1
    send ewa@firma.example 127.0.0.1 * x@a{n}{o}.example y@b{n}{o}.example
  end
end
expect open ewa@firma.example
