# A blind spot: what a broken web page sends comes through pickup, without a
# login: no account is stolen, and none is charged with it.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-24T09:00:00Z
repeat 60 30s
  raw postfix/pickup[20]: 4B{n+100000}: uid=33 from=<anna@firma.example>
  raw postfix/cleanup[11]: 4B{n+100000}: message-id=<{n}@www>
  raw postfix/qmgr[12]: 4B{n+100000}: from=<anna@firma.example>, size=1234, nrcpt=10 (queue active)
  to 4B{n+100000} 5*x{i}@a{n}.example 5*!y{i}@dead{n}.example
  removed 4B{n+100000}
end
expect calm anna@firma.example
expect sent anna@firma.example 1
