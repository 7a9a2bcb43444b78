# A blind spot: the owner's own company and town, the owner's hours, no more
# mail than the owner writes, everybody on the list is alive.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:30:00Z
repeat 5 1d
  repeat 5 90m
    login anna@firma.example 83.10.77.6
    +2m
    send anna@firma.example 83.10.77.6 * x@neu{n}.example y@neu{o}{n}.example
  end
end
expect open anna@firma.example
