# Pitfall A2: "client=, sasl_username=" is written when the first recipient is
# taken; the message may never follow. It is a login, but nothing was sent.
at 2026-11-15T08:00:00Z
repeat 30 1m
  raw postfix/submission/smtpd[10]: A2A2A2{n}: client=unknown[83.11.5.20], sasl_method=LOGIN, sasl_username=anna@firma.example
  raw postfix/submission/smtpd[10]: lost connection after RCPT from unknown[83.11.5.20]
end
expect logins anna@firma.example 30
expect sent anna@firma.example 0
expect calm anna@firma.example
