# Blocked on a journey, opened again, and then "it was me": the journey goes
# on undisturbed. Who says nothing is stopped again.
home PL
enforce
addr dom 83.11.5.20
addr hanoi 14.161.20.5
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
  login ola@firma.example dom
  send ola@firma.example dom * jan@kunde.example
end
at 2026-11-15T03:00:00Z
repeat 6 10m
  send anna@firma.example hanoi * !a@dead{n}.example b@x{n}.example
  send ola@firma.example hanoi * !a@dead{n}.example b@x{n}.example
end
expect suspend anna@firma.example
expect suspend ola@firma.example
at 2026-11-15T06:00:00Z
lift anna@firma.example
lift ola@firma.example
+1m
trust anna@firma.example AS45899 VN
at 2026-11-16T03:00:00Z
repeat 2 10m
  send anna@firma.example hanoi * !c@dead{n}.example d@x{n}.example
  send ola@firma.example hanoi * !c@dead{n}.example d@x{n}.example
end
expect open anna@firma.example after 2026-11-15T06:00:00Z
expect suspend ola@firma.example after 2026-11-15T06:00:00Z
