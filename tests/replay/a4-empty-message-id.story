# Pitfall A4: the message-id is empty and another behind the filter; the queue
# ids tie the two together all the same.
at 2026-11-15T08:00:00Z
raw postfix/submission/smtpd[10]: BABABABABABA: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
raw postfix/cleanup[11]: BABABABABABA: message-id=<>
raw postfix/qmgr[12]: BABABABABABA: from=<anna@firma.example>, size=502, nrcpt=1 (queue active)
raw postfix/smtpd[14]: CACACACA: client=localhost[127.0.0.1]
raw postfix/cleanup[11]: CACACACA: message-id=<user3@h4.example>
raw postfix/qmgr[12]: CACACACA: from=<anna@firma.example>, size=900, nrcpt=1 (queue active)
raw postfix/smtp[13]: BABABABABABA: to=<u@h5.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1.1, delays=0.22/0.02/0/0.81, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as CACACACA)
raw postfix/qmgr[12]: BABABABABABA: removed
raw postfix/smtp[13]: CACACACA: to=<u@h5.example>, relay=mx.h5.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.h5.example[192.0.2.9] said: 550 5.1.1 unknown)
raw postfix/qmgr[12]: CACACACA: removed
expect sent anna@firma.example 1
expect failed anna@firma.example 1
expect waiting 0
