# Forty applications in four days through a VPN service in Germany, one in
# twenty to an address that is gone.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:00:00Z
repeat 4 1d
  login anna@firma.example 149.22.80.9
  repeat 9 20m
    send anna@firma.example 149.22.80.9 * praca{n}@firma{n}x{o}.example
  end
  send anna@firma.example 149.22.80.9 * !praca{n}@dawna{n}.example
end
expect open anna@firma.example
