# OpenSMTPD: who, from where and what stand on three lines. They are put
# together even where cron reads them in three runs, and an outcome is the
# account's though it comes on a line of another session.
home PL
addr dom 83.11.5.20
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  raw smtpd[9]: 5df87c90{n+10000000} smtp connected address=83.11.5.20 host=dom.example
  raw smtpd[9]: 5df87c90{n+10000000} smtp authentication user=anna@firma.example result=ok
  raw smtpd[9]: 5df87c90{n+10000000} smtp message msgid={n+10000000} size=303 nrcpt=1 proto=ESMTP
  raw smtpd[9]: 5df87c90{n+10000000} smtp disconnected reason=quit
  raw smtpd[9]: 5df87c91{n+10000000} mta delivery evpid={n+10000000}918f7e7b from=<anna@firma.example> to=<jan@kunde.example> rcpt=<-> source="192.0.2.25" relay="192.0.2.1 (mx.kunde.example)" delay=2s result="Ok" stat="250 2.0.0 Ok"
end
expect calm anna@firma.example
expect sent anna@firma.example 1
at 2026-11-15T03:00:00Z
raw smtpd[9]: 5df87c9000000000 smtp connected address=14.161.20.5 host=<unknown>
scan
raw smtpd[9]: 5df87c9000000000 smtp authentication user=anna@firma.example result=ok
scan
repeat 30 10s
  # One connection, many messages; and strangers' mail between them.
  raw smtpd[9]: 5df87c9000000000 smtp message msgid={n+20000000} size=303 nrcpt=3 proto=ESMTP
  raw smtpd[9]: 5df87c9000000001 smtp connected address=14.161.20.6 host=<unknown>
  raw smtpd[9]: 5df87c9000000001 smtp authentication user=ewa@firma.example result=permfail
  raw smtpd[9]: 5df87c9000000001 smtp failed-command command="AUTH LOGIN (password)" result="535 Authentication failed"
  raw smtpd[9]: 5df87c9000000001 smtp message msgid={n+30000000} size=303 nrcpt=3 proto=ESMTP
  raw smtpd[9]: 5df87c92{n+10000000} mta delivery evpid={n+20000000}918f7e7b from=<anna@firma.example> to=<a@dead{n}.example> rcpt=<-> source="192.0.2.25" relay="192.0.2.1 (mx.example)" delay=2s result="PermFail" stat="550 5.1.1 <a@dead{n}.example>: "no" such user"
  raw smtpd[9]: 5df87c92{n+10000000} mta delivery evpid={n+20000000}918f7e7c from=<anna@firma.example> to=<c@y{n}.example> rcpt=<-> source="192.0.2.25" relay="192.0.2.1 (mx.example)" delay=2s result="TempFail" stat="451 4.7.1 try later"
end
expect suspend anna@firma.example before 2026-11-15T03:05:00Z
expect sent anna@firma.example 90
expect calm ewa@firma.example
