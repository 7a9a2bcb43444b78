# Hours after the lift the intruder's mail still bounces, and it was sent in
# the very hour in which the owner writes again. None of that is his.
home PL
enforce
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
end
at 2026-11-15T03:00:00Z
repeat 30 10s
  raw postfix/submission/smtpd[10]: 5AAAAA0{n}: client=unknown[14.161.20.5], sasl_method=PLAIN, sasl_username=anna@firma.example
  raw postfix/qmgr[12]: 5AAAAA0{n}: from=<anna@firma.example>, size=900, nrcpt=20 (queue active)
  raw postfix/smtp[13]: 5AAAAA0{n}: to=<a@now{n}.example>, relay=mx.now.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.now.example[192.0.2.9] said: 550 5.1.1 unknown)
  raw postfix/smtp[13]: 5AAAAA0{n}: to=<a@later{n}.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.later.example[192.0.2.9]:25: Connection timed out)
end
expect suspend anna@firma.example before 2026-11-15T03:05:00Z
at 2026-11-15T03:20:00Z
lift anna@firma.example
+5m
login anna@firma.example dom
send anna@firma.example dom * jan@kunde.example
expect open anna@firma.example after 2026-11-15T03:20:00Z
+10m
repeat 30 10s
  raw postfix/smtp[13]: 5AAAAA0{n}: to=<a@later{n}.example>, relay=mx.later.example[192.0.2.9]:25, delay=3000, delays=3000/0/0/0, dsn=5.1.1, status=bounced (host mx.later.example[192.0.2.9] said: 550 5.1.1 unknown)
  raw postfix/qmgr[12]: 5AAAAA0{n}: removed
end
send anna@firma.example dom * ola@kunde.example
expect calm anna@firma.example after 2026-11-15T03:20:00Z
