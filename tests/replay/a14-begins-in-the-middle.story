# Pitfall A14: the first lines name ids whose beginning is in an older file:
# their user is unknown, not empty. And an id lives on from file to file.
at 2026-11-15T08:00:00Z
raw postfix/qmgr[12]: B12B9110102D: from=<anna@firma.example>, size=800, nrcpt=5 (queue active)
raw postfix/smtp[13]: B12B9110102D: to=<u@h5.example>, relay=mx.h5.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.h5.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: B12B9110102D: removed
expect sent anna@firma.example 0
expect failed anna@firma.example 0
expect waiting 0
raw postfix/submission/smtpd[10]: B7770277: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
scan
log b
+1m
raw postfix/qmgr[12]: B7770277: from=<anna@firma.example>, size=800, nrcpt=5 (queue active)
raw postfix/smtp[13]: B7770277: to=<u@h5.example>, relay=mx.h5.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.h5.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: B7770277: removed
expect sent anna@firma.example 5
expect failed anna@firma.example 1
expect waiting 0
