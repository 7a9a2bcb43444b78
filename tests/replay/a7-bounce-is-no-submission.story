# Pitfall A7: the bounce is a message of nobody; a vacation reply is one that
# its account did not write.
at 2026-11-15T08:00:00Z
send anna@firma.example 83.11.5.20 A7770177 !x@y.example
raw postfix/bounce[15]: A7770177: sender non-delivery notification: A48191855DA0
raw postfix/qmgr[12]: A48191855DA0: from=<>, size=3147, nrcpt=1 (queue active)
raw postfix/local[16]: A48191855DA0: to=<anna@firma.example>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to mailbox)
raw postfix/qmgr[12]: A48191855DA0: removed
expect sent anna@firma.example 1
expect failed anna@firma.example 1
expect arrived anna@firma.example 0
raw postfix/submission/smtpd[10]: B7770177: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: B7770177: from=<>, size=800, nrcpt=1 (queue active)
raw postfix/smtp[13]: B7770177: to=<u@h5.example>, relay=mx.h5.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.h5.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: B7770177: removed
expect sent anna@firma.example 1
expect failed anna@firma.example 1
# With many recipients it is neither.
raw postfix/submission/smtpd[10]: C7770177: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: C7770177: from=<>, size=800, nrcpt=50 (queue active)
raw postfix/qmgr[12]: C7770177: removed
expect sent anna@firma.example 51
