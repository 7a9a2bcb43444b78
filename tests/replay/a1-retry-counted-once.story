# Pitfall A1: "(queue active)" is written again at every retry.
addr pl 83.11.5.20
at 2026-11-15T08:00:00Z
raw postfix/submission/smtpd[10]: A1A1A1A1: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: A1A1A1A1: from=<anna@firma.example>, size=312343, nrcpt=3 (queue active)
repeat 20 15m
  raw postfix/smtp[13]: A1A1A1A1: to=<b@far.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.far.example[192.0.2.9]:25: Connection timed out)
  raw postfix/qmgr[12]: A1A1A1A1: from=<anna@firma.example>, size=312343, nrcpt=3 (queue active)
end
expect sent anna@firma.example 3
expect waiting 1
+1m
raw postfix/smtp[13]: A1A1A1A1: to=<b@far.example>, relay=mx.far.example[192.0.2.9]:25, delay=3000, delays=3000/0/0/0, dsn=2.0.0, status=sent (250 ok)
raw postfix/qmgr[12]: A1A1A1A1: removed
expect arrived anna@firma.example 1
expect waiting 0
expect calm anna@firma.example
