# A filter before the queue (smtpd_proxy_filter): the login's line has no id.
# The line in which the filter accepts ties them, most often behind the queue
# manager's; what is sure then is one recipient, the others show by their ends.
at 2026-11-15T08:00:00Z
raw postfix/submission/smtpd[10]: NOQUEUE: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/smtpd[14]: 65411AD0B76: client=localhost[127.0.0.1], orig_client=unknown[83.11.5.20]
raw postfix/qmgr[12]: 65411AD0B76: from=<anna@firma.example>, size=435, nrcpt=3 (queue active)
raw postfix/submission/smtpd[10]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 65411AD0B76; from=<anna@firma.example> to=<r1@dst1.example> proto=ESMTP helo=<laptop> sasl_username=<anna@firma.example>
expect sent anna@firma.example 1
raw postfix/smtp[13]: 65411AD0B76: to=<r1@dst1.example>, relay=mx.dst1.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
raw postfix/smtp[13]: 65411AD0B76: to=<r2@dst2.example>, relay=mx.dst2.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.dst2.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/smtp[13]: 65411AD0B76: to=<r3@dst3.example>, relay=mx.dst3.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
raw postfix/qmgr[12]: 65411AD0B76: removed
expect sent anna@firma.example 3
expect arrived anna@firma.example 2
expect failed anna@firma.example 1
expect waiting 0
# It was delivered before the filter's word was logged.
raw postfix/submission/smtpd[10]: NOQUEUE: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/smtpd[14]: 65411AD0B77: client=localhost[127.0.0.1], orig_client=unknown[83.11.5.20]
raw postfix/qmgr[12]: 65411AD0B77: from=<anna@firma.example>, size=435, nrcpt=1 (queue active)
raw postfix/smtp[13]: 65411AD0B77: to=<r1@dst1.example>, relay=mx.dst1.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
raw postfix/qmgr[12]: 65411AD0B77: removed
raw postfix/submission/smtpd[10]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 65411AD0B77; from=<anna@firma.example> to=<r1@dst1.example> proto=ESMTP helo=<laptop> sasl_username=<anna@firma.example>
expect sent anna@firma.example 4
expect waiting 0
