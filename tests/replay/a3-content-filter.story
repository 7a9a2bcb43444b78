# Pitfall A3: a content filter gives the message a second id. It is counted
# once, and only the second id's outcomes are outcomes.
at 2026-11-15T08:00:00Z
raw postfix/submission/smtpd[10]: BA8F630001DA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: BA8F630001DA: from=<anna@firma.example>, size=502, nrcpt=2 (queue active)
raw postfix/smtpd[14]: 1310930001DB: client=localhost[127.0.0.1]
raw postfix/qmgr[12]: 1310930001DB: from=<anna@firma.example>, size=1188, nrcpt=2 (queue active)
raw postfix/smtp[13]: BA8F630001DA: to=<r1@dst1.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=0.38, delays=0.23/0.02/0/0.13, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 1310930001DB)
raw postfix/smtp[13]: BA8F630001DA: to=<r2@dst2.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=0.38, delays=0.23/0.02/0/0.13, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 1310930001DB)
raw postfix/qmgr[12]: BA8F630001DA: removed
expect sent anna@firma.example 2
expect arrived anna@firma.example 0
raw postfix/smtp[13]: 1310930001DB: to=<r1@dst1.example>, relay=mx.dst1.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
raw postfix/smtp[13]: 1310930001DB: to=<r2@dst2.example>, relay=mx.dst2.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst2.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: 1310930001DB: removed
expect sent anna@firma.example 2
expect arrived anna@firma.example 1
expect failed anna@firma.example 1
expect waiting 0
