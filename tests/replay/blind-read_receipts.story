# A blind spot: a stranger asks for a hundred and fifty read receipts, from
# addresses that do not exist, and her program sends each of them unasked. Twenty
# a day pass for automatic mail; nothing tells the others from a thief who
# leaves the sender out.
home PL
use owner anna@firma.example 83.11.5.20 31.174
use host
at 2026-11-23T09:00:00Z
login anna@firma.example 83.11.5.20
repeat 150 20s
  raw postfix/smtpd: 4D4D4D{n}: client=unknown[83.11.5.20], sasl_method=PLAIN, sasl_username=anna@firma.example
  raw postfix/qmgr: 4D4D4D{n}: from=<>, size=999, nrcpt=1 (queue active)
  raw postfix/smtp: 4D4D4D{n}: to=<nobody{n}@evil{n%7}.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx[192.0.2.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command))
  raw postfix/qmgr: 4D4D4D{n}: removed
end
expect suspend anna@firma.example
