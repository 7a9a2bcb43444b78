# A thief leaves the sender out, as a read receipt does: two hundred messages to
# one dead recipient each, and only the first twenty pass for automatic ones.
home PL
enforce
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  send anna@firma.example dom * jan@kunde.example
end
at 2026-11-15T03:00:00Z
repeat 200 10s
  raw postfix/submission/smtpd[10]: 4B4B4B{n}: client=unknown[14.161.20.5], sasl_method=LOGIN, sasl_username=anna@firma.example
  raw postfix/qmgr[12]: 4B4B4B{n}: from=<>, size=1234, nrcpt=1 (queue active)
  raw postfix/smtp[13]: 4B4B4B{n}: to=<r{n}@dead{n}.example>, relay=mx.example[192.0.2.1]:25, delay=1.1, delays=0.1/0/0.5/0.5, dsn=5.1.1, status=bounced (host mx.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))
  raw postfix/qmgr[12]: 4B4B4B{n}: removed
end
expect open anna@firma.example before 2026-11-15T03:03:20Z
expect suspend anna@firma.example before 2026-11-15T03:06:00Z
# Who answers with a vacation reply at home, twenty a day, is calm.
at 2026-11-01T12:00:00Z
login ewa@firma.example dom
repeat 14 1d
  repeat 20 1m
    raw postfix/submission/smtpd[10]: 4C4C4C{n}: client=unknown[83.11.5.20], sasl_method=LOGIN, sasl_username=ewa@firma.example
    raw postfix/qmgr[12]: 4C4C4C{n}: from=<>, size=1234, nrcpt=1 (queue active)
    raw postfix/smtp[13]: 4C4C4C{n}: to=<r{n}@dead{n}.example>, relay=mx.example[192.0.2.1]:25, delay=1.1, delays=0.1/0/0.5/0.5, dsn=5.1.1, status=bounced (host mx.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))
    raw postfix/qmgr[12]: 4C4C4C{n}: removed
  end
end
expect calm ewa@firma.example
expect sent ewa@firma.example 0
