# Sendmail: who logged in is tied to what he sent by the process alone, also
# over two runs of cron, and one line tells what became of five recipients.
home PL
addr dom 83.11.5.20
at 2026-10-31T08:00:00Z
raw sm-mta[99]: AUTH=server, relay=dom.example [83.11.5.20], authid=anna@firma.example, mech=PLAIN, bits=0
raw sm-mta[99]: 06J1e42m100000: from=<anna@firma.example>, size=303, class=0, nrcpts=3, msgid=<a@x>, proto=ESMTP, daemon=MTA, relay=dom.example [83.11.5.20]
raw sm-mta[99]: 06J1e42m100000: to=<jan@kunde.example>,<ola@sklep.example>,<iza@pracownia.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.kunde.example. [192.0.2.1], dsn=2.0.0, stat=Sent (Ok)
expect arrived anna@firma.example 3
at 2026-11-01T08:00:00Z
repeat 14 1d
  login anna@firma.example dom
  raw sm-mta[{n+100}]: AUTH=server, relay=dom.example [83.11.5.20], authid=anna@firma.example, mech=PLAIN, bits=0
  raw sm-mta[{n+100}]: 06J1e42n{n+100000}: from=<anna@firma.example>, size=303, class=0, nrcpts=3, msgid=<a@x>, proto=ESMTP, daemon=MTA, relay=dom.example [83.11.5.20]
  raw sm-mta[{n+100}]: 06J1e42n{n+100000}: to=<jan@kunde.example>,<ola@sklep.example>,<iza@pracownia.example>, ctladdr=<anna@firma.example> (1/1), delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.kunde.example. [192.0.2.1], dsn=2.0.0, stat=Sent (Ok)
end
expect calm anna@firma.example
expect sent anna@firma.example 3
at 2026-11-15T03:00:00Z
raw sm-mta[999]: AUTH=server, relay=[14.161.20.5], authid=anna@firma.example, mech=PLAIN, bits=0
scan
repeat 12 10s
  raw sm-mta[999]: 06J1e42o{n+100000}: from=<anna@firma.example>, size=303, class=0, nrcpts=5, msgid=<a@x>, proto=ESMTP, daemon=MTA, relay=[14.161.20.5]
  raw sm-mta[998]: 06J1e42o{n+100000}: to=<a@dead{n}a.example>,<b@dead{n}b.example>,<c@dead{n}c.example>,<d@dead{n}d.example>,<e@dead{n}e.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.example. [192.0.2.1], dsn=5.1.1, stat=User unknown
  # The same process, for somebody else.
  raw sm-mta[999]: 06J1e42p{n+100000}: from=<x@kunde.example>, size=303, class=0, nrcpts=50, msgid=<a@x>, proto=ESMTP, daemon=MTA, relay=mx.kunde.example [192.0.2.1]
end
expect suspend anna@firma.example before 2026-11-15T03:02:00Z
expect sent anna@firma.example 60
