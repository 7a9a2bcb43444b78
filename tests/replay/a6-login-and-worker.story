# Pitfall A6: the worker's lines and the connection's line tell of the same
# refused passwords; neither is a login of the owner.
at 2026-11-15T08:00:00Z
repeat 100 10s
  raw dovecot: auth-worker(10377): conn unix:auth-worker (pid=919,uid=112): auth-worker<1>: sql(anna@firma.example,14.161.20.5,<CvN+E95Uf4e7eEnj>): Password mismatch
  raw dovecot: imap-login: Login aborted: Connection closed (auth failed, 3 attempts in 16 secs) (auth_failed): user=<anna@firma.example>, method=PLAIN, rip=14.161.20.5, lip=192.0.2.25, TLS, session=<CvN+E95Uf4e7eEnj>
  raw postfix/smtpd[26098]: disconnect from unknown[14.161.20.5] ehlo=1 auth=0/20 rset=20 commands=21/41
end
expect logins anna@firma.example 0
expect calm anna@firma.example
