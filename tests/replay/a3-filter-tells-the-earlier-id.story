# Pitfall A3 once more: a filter on another machine, whose "queued as" is not to
# be trusted. Postfix speaks XFORWARD to it, so the second id names the first.
at 2026-11-15T08:00:00Z
raw postfix/submission/smtpd[10]: BA8F630001DA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: BA8F630001DA: from=<anna@firma.example>, size=502, nrcpt=2 (queue active)
raw postfix/smtpd[14]: 1310930001DB: client=filter.firma.example[10.0.0.5], orig_queue_id=BA8F630001DA, orig_client=unknown[83.11.5.20]
raw postfix/smtp[13]: BA8F630001DA: to=<r1@dst1.example>, relay=10.0.0.5[10.0.0.5]:10024, delay=0.38, delays=0.23/0.02/0/0.13, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1310930001DB)
raw postfix/smtp[13]: BA8F630001DA: to=<r2@dst2.example>, relay=10.0.0.5[10.0.0.5]:10024, delay=0.38, delays=0.23/0.02/0/0.13, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1310930001DB)
raw postfix/qmgr[12]: BA8F630001DA: removed
raw postfix/qmgr[12]: 1310930001DB: from=<anna@firma.example>, size=1188, nrcpt=2 (queue active)
expect sent anna@firma.example 2
expect arrived anna@firma.example 0
raw postfix/smtp[13]: 1310930001DB: to=<r1@dst1.example>, relay=mx.dst1.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
raw postfix/smtp[13]: 1310930001DB: to=<r2@dst2.example>, relay=mx.dst2.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst2.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: 1310930001DB: removed
expect sent anna@firma.example 2
expect arrived anna@firma.example 1
expect failed anna@firma.example 1
expect waiting 0
# Somebody else's id, or one that nobody knows, makes no message anna's.
raw postfix/smtpd[14]: 2210930001DB: client=filter.firma.example[10.0.0.5], orig_queue_id=CACACACACA, orig_client=unknown[198.51.100.4]
expect waiting 0
raw postfix/qmgr[12]: 2210930001DB: from=<who@elsewhere.example>, size=1188, nrcpt=50 (queue active)
raw postfix/smtp[13]: 2210930001DB: to=<r9@dst2.example>, relay=mx.dst2.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst2.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: 2210930001DB: removed
expect sent anna@firma.example 2
expect failed anna@firma.example 1
expect waiting 0
