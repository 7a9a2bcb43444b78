#!/usr/bin/env python3
"""report-log.py > mail.log - a made-up fortnight with something of everything
that `replay --report` draws: a botnet's half hour, a thief who takes four
days, one who comes through the webmail, a traveller who is nearly wronged,
an account from no known country, and logins that are markup.

The same bytes every time. Times are UTC and written as such.
"""
from datetime import datetime, timedelta, timezone

HOME = "5.184.7.1"
BOTNET = ["14.160.0.1", "177.0.0.1", "117.192.0.1", "36.64.0.1",
          "78.160.0.1", "95.24.0.1", "187.128.0.1", "171.96.0.1",
          "41.32.0.1", "2.160.9.9", "2.136.9.9", "2.3.9.9"]
HOSTILE = "<script>alert('1')</script>&\"</title><!--@firma-1.example"
BEGIN = datetime(2026, 11, 1, tzinfo=timezone.utc)
lines = []
serial = 0


def line(at, program, text):
    lines.append((at, len(lines), "%s mx1 %s: %s" % (
        at.isoformat(timespec="microseconds"), program, text)))


def send(at, login, address, recipients, unknown=0):
    """A message, its outcomes and its end."""
    global serial
    serial += 1
    queue_id = "4Xb%05d" % serial
    line(at, "postfix/submission/smtpd[7]",
         "%s: client=unknown[%s], sasl_method=PLAIN, sasl_username=%s"
         % (queue_id, address, login))
    at += timedelta(seconds=1)
    line(at, "postfix/qmgr[8]", "%s: from=<a@firma-1.example>, size=900, "
         "nrcpt=%d (queue active)" % (queue_id, recipients))
    for i in range(recipients):
        to = "r%d@site-%d.example" % (i, (serial * 7 + i) % 997)
        end = ("status=bounced (host mx[192.0.2.7] said: 550 5.1.1 unknown)"
               if i < unknown else "status=sent (250 2.0.0 Ok)")
        line(at + timedelta(seconds=1), "postfix/smtp[9]",
             "%s: to=<%s>, relay=mx.example[192.0.2.7]:25, delay=1, "
             "dsn=%s, %s" % (queue_id, to,
                             "5.1.1" if i < unknown else "2.0.0", end))
    line(at + timedelta(seconds=2), "postfix/qmgr[8]",
         "%s: removed" % queue_id)


def habits(login, days, address=HOME):
    for day in range(days):
        for hour in (8, 11, 15):
            send(BEGIN + timedelta(days=day, hours=hour,
                                   minutes=len(login) % 50),
                 login, address, 1 + (day + hour) % 3)


def main():
    logins = ["anna@firma-1.example", HOSTILE, "traveller@firma-2.example",
              "slow@firma-3.example", "webmail@firma-4.example",
              "nowhere@firma-5.example"]
    for login in logins:
        habits(login, 14, "10.0.0.9" if login.startswith("webmail") else HOME)
    day = BEGIN + timedelta(days=12)
    for i in range(120):
        send(day + timedelta(hours=9, seconds=20 * i), HOSTILE,
             BOTNET[i * i % len(BOTNET)], 12, 3)
    for i in range(60):
        send(day + timedelta(days=-4, minutes=97 * i),
             "slow@firma-3.example", BOTNET[i // 20], 9, 2 + i % 3)
    for i in range(40):
        send(day + timedelta(hours=13, minutes=2 * i),
             "webmail@firma-4.example", "10.0.0.9", 20, 15)
    for i, address in enumerate(BOTNET[:3]):
        send(day + timedelta(hours=7 + 3 * i), "traveller@firma-2.example",
             address, 6, 1 if i == 2 else 0)
    for i in range(20):
        send(day + timedelta(hours=20, minutes=i),
             "nowhere@firma-5.example", "240.0.0.%d" % i, 10, 6)
    for _, _, text in sorted(lines):
        print(text)


main()
