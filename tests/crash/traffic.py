"""The log of a small host: people at home, and in each part some whose
password was stolen. The same for the same seed."""

import datetime
import random

START = datetime.datetime(2026, 11, 20, 6, tzinfo=datetime.timezone.utc)
PART_HOURS = 6
PEOPLE, STOLEN = 30, 4
ABROAD = ("14.160.0.1", "177.0.0.1", "117.192.0.1", "36.64.0.1",
          "78.160.0.1", "95.24.0.1", "187.128.0.1", "171.96.0.1",
          "41.32.0.1", "36.32.1.1")


def person(n):
    return f"u{n:02}@firma.example"


def stolen(part, n):
    return f"s{part}{n}@firma.example"


def by_hand(part):
    return f"h{part}@firma.example"


def marker(part):
    """Its login is the last line of the part."""
    return f"m{part}@firma.example"


def contact(account):
    """The owner's other address."""
    return account.split("@")[0] + "@home.example"


def accounts(parts):
    names = [person(n) for n in range(PEOPLE)]
    for part in range(parts):
        names += [stolen(part, n) for n in range(STOLEN)]
        names += [by_hand(part), marker(part)]
    return names


def part_ms(part):
    """The clock's time when that part is read: an hour after it begins."""
    at = START + datetime.timedelta(hours=part * PART_HOURS + 1)
    return int(at.timestamp() * 1000)


class Traffic:
    """parts[i] are the bytes of part i."""

    def __init__(self, seed, parts, messages=600):
        self.random = random.Random(seed)
        self.n = 0
        self.messages = messages
        self.parts = [self._part(i, parts) for i in range(parts)]

    def _part(self, part, parts):
        begin = START + datetime.timedelta(hours=part * PART_HOURS)
        homes = ([person(n) for n in range(PEOPLE)]
                 + [stolen(p, n) for p in range(parts) for n in range(STOLEN)
                    if (p, n) != (part, 3) and p >= part - 1])
        mails = [(self.random.choice(homes), None)
                 for _ in range(self.messages)]
        thieves = [stolen(part, n) for n in range(STOLEN)]
        # One whose block was lifted is stolen again.
        if part > 0:
            thieves.append(stolen(part - 1, 0))
        for who in thieves:
            at = self.random.randrange(len(mails) // 2)
            for i, address in enumerate(ABROAD):
                mails.insert(at + 7 * i, (who, address))
        lines = []
        for i, (who, address) in enumerate(mails):
            at = begin + datetime.timedelta(seconds=3000 * i / len(mails))
            lines += self._mail(at, who, address)
        at = begin + datetime.timedelta(seconds=3001)
        lines.append(self._login(at, marker(part), "83.11.5.9"))
        return "".join(lines).encode()

    @staticmethod
    def _stamp(at):
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond:06}Z mx1"

    def _login(self, at, who, address):
        return (f"{self._stamp(at)} dovecot: imap-login: Login: user=<{who}>,"
                f" method=PLAIN, rip={address}, lip=192.0.2.25, TLS\n")

    def _mail(self, at, who, address):
        self.n += 1
        stamp, queue_id = self._stamp(at), f"4A{self.n:06}"
        client = address or f"83.11.5.{int(who[1:3])}"
        status = ("dsn=5.1.1, status=bounced (550 5.1.1 no)" if address
                  else "dsn=2.0.0, status=sent (250 ok)")
        lines = []
        if not address and self.random.random() < 0.4:
            lines.append(self._login(at, who, client))
        lines += [
            f"{stamp} postfix/submission/smtpd[7]: {queue_id}: client="
            f"unknown[{client}], sasl_method=PLAIN, sasl_username={who}\n",
            f"{stamp} postfix/qmgr[8]: {queue_id}: from=<{who}>, size=900,"
            " nrcpt=1 (queue active)\n",
            f"{stamp} postfix/smtp[9]: {queue_id}: to=<r{self.n}@far.example>,"
            f" relay=mx[192.0.2.1]:25, delay=1, delays=0/0/0/1, {status}\n",
            f"{stamp} postfix/qmgr[8]: {queue_id}: removed\n"]
        return lines
