# Three do the same from Vietnam, with a list that is a little old. Only who
# said that it is him is above suspicion, from the first second on.
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
  login ewa@firma.example dom
  send ewa@firma.example dom * jan@kunde.example
end
at 2026-11-15T03:00:00Z
trust anna@firma.example AS45899 VN
trust ewa@firma.example AS45899 VN
trust ewa@firma.example AS45899 VN back
repeat 4 10m
  send anna@firma.example hanoi * !a@dead{n}.example b@x{n}.example
  send ola@firma.example hanoi * !a@dead{n}.example b@x{n}.example
  send ewa@firma.example hanoi * !a@dead{n}.example b@x{n}.example
end
expect open anna@firma.example
expect suspend ola@firma.example
expect suspend ewa@firma.example
