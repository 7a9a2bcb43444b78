# Pitfall A5: 61 seconds after "removed" the id is somebody else's; or, where
# "removed" was lost, without it.
at 2026-11-15T08:00:00Z
send anna@firma.example 83.11.5.20 BABABABABA x@y.example
+61s
send piotr@other.example 83.11.5.21 BABABABABA !x@y.example z@y.example
expect sent anna@firma.example 1
expect failed anna@firma.example 0
expect sent piotr@other.example 2
expect failed piotr@other.example 1
# Without "removed", now from a client without a login.
raw postfix/submission/smtpd[10]: CACACACACA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
+61s
raw postfix/smtpd[10]: CACACACACA: client=mx.elsewhere.example[198.51.100.4]
raw postfix/qmgr[12]: CACACACACA: from=<who@elsewhere.example>, size=500, nrcpt=50 (queue active)
raw postfix/smtp[13]: CACACACACA: to=<u@h5.example>, relay=mx.h5.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.h5.example[192.0.2.9] said: 550 5.1.1 unknown)
expect sent anna@firma.example 1
expect failed anna@firma.example 0
# ... and from another one with a login.
raw postfix/submission/smtpd[10]: DADADADADA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
+61s
send piotr@other.example 83.11.5.21 DADADADADA !x@y.example
expect failed anna@firma.example 0
expect failed piotr@other.example 2
