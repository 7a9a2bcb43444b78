# Exim, through syslog and without lists of recipients: one foreign address and
# a bought list. Nothing of it is Postfix's, and the outcome is the same as in
# attack-single_address.story.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  raw exim[10]: 1AAAAA-000AFJ-3B <= anna@firma.example H=(pc) [83.11.5.20]:50000 P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no A=dovecot_login:anna@firma.example S=1234 id=1@firma.example
  raw exim[11]: 1AAAAA-000AFJ-3B => jan@kunde.example R=dnslookup T=remote_smtp H=mx.kunde.example [192.0.2.1] C="250 2.0.0 Ok"
  raw exim[11]: 1AAAAA-000AFJ-3B Completed
end
expect calm anna@firma.example
at 2026-11-15T03:00:00Z
repeat 30 10s
  raw exim[10]: 1BBBBB-000AFJ-3B <= anna@firma.example H=([10.0.0.1]) [14.161.20.5]:50000 P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no A=dovecot_login:anna@firma.example S=1234 id=1@firma.example T="A=dovecot_login:ewa@firma.example"
  raw exim[11]: 1BBBBB-000AFJ-3B ** a@dead{n}.example R=dnslookup T=remote_smtp H=mx.example [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<a@dead{n}.example>: 550 5.1.1 User unknown
  raw exim[11]: 1BBBBB-000AFJ-3B => b@x{n}.example R=dnslookup T=remote_smtp H=mx.example [192.0.2.1] C="250 2.0.0 Ok"
  raw exim[11]: 1BBBBB-000AFJ-3B == c@y{n}.example R=dnslookup T=remote_smtp defer (-44) H=mx.example [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<c@y{n}.example>: 451 try later
  raw exim[11]: 1BBBBB-000AFJ-3B => c@y{n}.example R=dnslookup T=remote_smtp H=mx.example [192.0.2.1] C="250 2.0.0 Ok"
  raw exim[11]: 1BBBBB-000AFJ-3B Completed
end
expect suspend anna@firma.example before 2026-11-15T03:02:00Z
expect sent anna@firma.example 90
expect calm ewa@firma.example
expect waiting 0
