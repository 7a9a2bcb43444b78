# postsuper -r copies a message into a new one: another id, and the same sender
# and recipients, who must not be counted again.
at 2026-11-15T08:00:00Z
queue anna@firma.example 83.11.5.20 40168AD0B73 3
raw postfix/smtp[13]: 40168AD0B73: to=<r1@dst1.example>, relay=mx.dst1.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
raw postfix/smtp[13]: 40168AD0B73: to=<r2@dst2.example>, relay=mx.dst2.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=4.7.1, status=deferred (host mx.dst2.example[192.0.2.9] said: 451 4.7.1 later)
+1h
raw postfix/postsuper[99]: 40168AD0B73: requeued
raw postfix/pickup[11]: 90642AD0022: uid=105 from=<anna@firma.example> orig_id=40168AD0B73
raw postfix/qmgr[12]: 90642AD0022: from=<anna@firma.example>, size=450, nrcpt=2 (queue active)
expect sent anna@firma.example 3
raw postfix/smtp[13]: 90642AD0022: to=<r2@dst2.example>, relay=mx.dst2.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst2.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: 90642AD0022: removed
expect sent anna@firma.example 3
expect arrived anna@firma.example 1
expect failed anna@firma.example 1
expect waiting 0
# MailScanner does the same to every message, which had been on hold till then.
raw postfix/submission/smtpd[10]: 8DC3BBDEAF: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/cleanup[11]: 8DC3BBDEAF: hold: header Received: from laptop (unknown [83.11.5.20])??by mx1 from unknown[83.11.5.20]; from=<anna@firma.example> to=<r4@dst4.example> proto=ESMTP helo=<laptop>
raw MailScanner: Requeue: 8DC3BBDEAF.A29D3 to 5AD9ABDEB5
raw postfix/qmgr[12]: 5AD9ABDEB5: from=<anna@firma.example>, size=450, nrcpt=2 (queue active)
expect sent anna@firma.example 5
raw postfix/smtp[13]: 5AD9ABDEB5: to=<r4@dst4.example>, relay=mx.dst4.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst4.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: 5AD9ABDEB5: removed
expect failed anna@firma.example 2
expect waiting 0
