# A queue id is unique within one queue, not within one name: a service may
# write under a syslog_name of its own and still work for another's queue.
at 2026-11-15T08:00:00Z
raw smtps/smtpd[10]: BA8F630001DA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: BA8F630001DA: from=<anna@firma.example>, size=502, nrcpt=2 (queue active)
raw postfix-slow/smtp[13]: BA8F630001DA: to=<r1@dst1.example>, relay=mx.dst1.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
raw postfix/smtp[13]: BA8F630001DA: to=<r2@dst2.example>, relay=mx.dst2.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst2.example[192.0.2.9] said: 550 5.1.1 unknown)
expect sent anna@firma.example 2
expect arrived anna@firma.example 1
expect failed anna@firma.example 1
expect waiting 1
raw postfix/qmgr[12]: BA8F630001DA: removed
expect waiting 0
# Used again by somebody else, after "removed" got lost.
raw smtps/smtpd[10]: CACACACACA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/smtpd[10]: CACACACACA: client=mx.elsewhere.example[198.51.100.4]
raw postfix/qmgr[12]: CACACACACA: from=<who@elsewhere.example>, size=500, nrcpt=50 (queue active)
expect sent anna@firma.example 2
expect waiting 0
# Two with a queue each: the same id is two messages.
raw postfix/submission/smtpd[10]: DADADADADA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix-out/qmgr[12]: DADADADADA: from=<who@elsewhere.example>, size=500, nrcpt=1 (queue active)
raw postfix-out/qmgr[12]: EAEAEAEAEA: from=<who@elsewhere.example>, size=500, nrcpt=50 (queue active)
raw postfix/submission/smtpd[10]: EAEAEAEAEA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix-out/qmgr[12]: EAEAEAEAEA: from=<who@elsewhere.example>, size=500, nrcpt=50 (queue active)
raw postfix-out/qmgr[12]: EAEAEAEAEA: removed
raw postfix/qmgr[12]: EAEAEAEAEA: from=<anna@firma.example>, size=500, nrcpt=3 (queue active)
raw postfix/qmgr[12]: EAEAEAEAEA: removed
expect sent anna@firma.example 5
# The filter gives it to the other instance; with and without XFORWARD.
raw postfix/submission/smtpd[10]: FAFAFAFAFA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: FAFAFAFAFA: from=<anna@firma.example>, size=502, nrcpt=1 (queue active)
raw postfix-out/smtpd[14]: ABABABABAB: client=localhost[127.0.0.1]
raw postfix-out/qmgr[12]: ABABABABAB: from=<anna@firma.example>, size=1188, nrcpt=1 (queue active)
raw postfix/smtp[13]: FAFAFAFAFA: to=<r3@dst3.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=0.38, delays=0.23/0.02/0/0.13, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ABABABABAB)
raw postfix/qmgr[12]: FAFAFAFAFA: removed
raw postfix-out/smtp[13]: ABABABABAB: to=<r3@dst3.example>, relay=mx.dst3.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst3.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix-out/qmgr[12]: ABABABABAB: removed
expect sent anna@firma.example 6
expect failed anna@firma.example 2
raw postfix/submission/smtpd[10]: FBFBFBFBFB: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/qmgr[12]: FBFBFBFBFB: from=<anna@firma.example>, size=502, nrcpt=1 (queue active)
raw postfix-out/smtpd[14]: ACACACACAC: client=filter.firma.example[10.0.0.5], orig_queue_id=FBFBFBFBFB, orig_client=unknown[83.11.5.20]
raw postfix-out/qmgr[12]: ACACACACAC: from=<anna@firma.example>, size=1188, nrcpt=1 (queue active)
raw postfix/qmgr[12]: FBFBFBFBFB: removed
raw postfix-out/smtp[13]: ACACACACAC: to=<r4@dst4.example>, relay=mx.dst4.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst4.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix-out/qmgr[12]: ACACACACAC: removed
expect sent anna@firma.example 7
expect failed anna@firma.example 3
