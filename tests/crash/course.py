"""What happens in a trial, part after part of its log: accounts are stolen
and blocked, their owners and support lift, and it goes on. And what must be
there at its end."""

import collections
import http.client
import json
import os
import re

import traffic
from world import HASH, OTHER_HASH, RigError, mysql_quote


WORDS = 8       # of trust, by support, in each part


class Course:
    """`between` is called with (what, part) at each step of a trial."""

    def __init__(self, trial, traffic_, between=lambda what, part: None,
                 steps=1):
        self.trial, self.world = trial, trial.world
        self.traffic, self.between, self.steps = traffic_, between, steps
        self.bearer = None
        self.may_expire = False     # the owner's link
        self.replies = collections.Counter()

    def go(self):
        parts = len(self.traffic.parts)
        written = 0
        for part, text in enumerate(self.traffic.parts):
            self.world.control.now_ms = traffic.part_ms(part)
            self.between("begin", part)
            self.write(written, text, part)
            written += len(text)
            self.trial.wait(f"part {part} is read", lambda p=part:
                            self.trial.explain(traffic.marker(p)))
            self.blocks_are_made(part)
            self.between("blocked", part)
            self.lift(part)
            # The clock will jump over hours; whoever sends then would look
            # like one who was killed hours ago.
            self.settle()
            self.between("lifted", part)
        self.between("end", parts)

    def write(self, written, text, part):
        """In so many steps, each of whole lines."""
        for step in range(self.steps):
            end = len(text) * (step + 1) // self.steps
            end = text.find(b"\n", end - 1) + 1
            self.trial.write_on(written + end)
            self.between("growing", part * self.steps + step)
            self.trial.wait("the log is written", self.trial.is_written)
            self.between("written", part * self.steps + step)

    def stands(self, account):
        return self.world.one(
            "SELECT COUNT(*) FROM comporta.comporta_send_block"
            f" WHERE account = {mysql_quote(account)}") == 1

    def block_of(self, account):
        rows = self.world.rows(
            "SELECT id FROM comporta.comporta_block WHERE active_account ="
            f" {mysql_quote(account)}")
        return int(rows[0][0]) if rows else None

    def blocks_are_made(self, part, lifted=False):
        who = [traffic.stolen(part, n)
               for n in range(3 if lifted else 0, traffic.STOLEN)]
        if part > 0:
            who.append(traffic.stolen(part - 1, 0))
        for account in who:
            self.trial.wait(f"{account} is blocked",
                            lambda a=account: self.stands(a))
        # A lift would drop the programs of the block.
        self.trial.wait("its programs ran", self.have_run)

    def have_run(self):
        waits = self.world.one(
            "SELECT COUNT(*) FROM comporta.comporta_action WHERE state NOT IN"
            " ('done', 'failed', 'dropped')")
        if waits:
            self.hurry()
        return waits == 0

    # ---- what people do -------------------------------------------------

    def lift(self, part):
        if self.bearer is None:
            words = self.trial.wait("a token", self._token)
            self.bearer = max(words.split(), key=len)
        owner, support, panel = (traffic.stolen(part, n) for n in range(3))
        if self.may_expire:
            self.support_lifts(owner, f"owner{part}")
        else:
            self.owner_lifts(owner)
        self.support_lifts(support, f"lift{part}")
        self.change_password(panel)
        hand = traffic.by_hand(part)
        self.post(f"/api/v1/accounts/{hand}/suspend", {"reason": "by hand"},
                  f"hand{part}")
        for n in range(WORDS):
            who = traffic.person(part * WORDS + n)
            self.post(f"/api/v1/accounts/{who}/trust",
                      {"country": "VN", "days": 9, "reason": "she said so"},
                      f"trust{part}.{n}")
        self.between("asked", part)
        self.trial.wait(f"{panel} is lifted", lambda: not self.stands(panel))
        for account in (owner, support, panel):
            self.trial.wait(f"the lift of {account} is heard",
                            lambda a=account: self.standing(a) != "blocked")

    def _token(self):
        """A name once: without an answer it has to be another."""
        name = f"desk{self.replies['token']}"
        self.replies["token"] += 1
        return self.trial.run("token", "add", name, "--role", "support",
                              fine=(0, 69, 75))

    def standing(self, account):
        text = self.trial.explain(account)
        return json.loads(text)["standing"] if text else "blocked"

    def change_password(self, account):
        self.world.rows("UPDATE mailserver.virtual_users SET password ="
                        f" '{OTHER_HASH}' WHERE email ="
                        f" {mysql_quote(account)}")

    def request(self, path, body, headers, method="POST"):
        """(status, text); None without an answer."""
        link = http.client.HTTPConnection("127.0.0.1",
                                          self.world.port["serve"],
                                          timeout=20)
        try:
            link.request(method, path, body=body, headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return None, ""
        finally:
            link.close()

    def insist(self, what, ask):
        """Ask until there is an answer that says that it is done."""
        def once():
            status, text = ask()
            self.replies[status] += 1
            if status == 409 and "in_progress" in text:
                # A minute later the claim of one who was killed is over.
                self.world.control.now_ms += 61000
            elif status in (200, 201, 303):
                return True
            elif status not in (None, 409, 429, 503):
                raise RigError(f"{what}: {status} {text[:500]}")
            return False
        self.trial.wait(what, once)

    def post(self, path, body, key):
        headers = {"Authorization": f"Bearer {self.bearer}",
                   "Content-Type": "application/json",
                   "Idempotency-Key": key}
        self.insist(path, lambda: self.request(path, json.dumps(body),
                                               headers))

    def look(self):
        """At the list of blocks; whatever comes of it."""
        self.request("/api/v1/blocks", None,
                     {"Authorization": f"Bearer {self.bearer}"}, "GET")

    def support_lifts(self, account, key):
        block = self.block_of(account)
        self.post(f"/api/v1/blocks/{block}/lift",
                  {"reason": "the owner called", "force": True}, key)

    def owner_lifts(self, account):
        token = self.trial.wait(f"the link of {account}",
                                lambda: self.link(account))
        self.change_password(account)
        self.insist(f"the owner's page of {account}", lambda: self.request(
            f"/b/{token}/lift", "",
            {"Content-Type": "application/x-www-form-urlencoded"}))

    def link(self, account):
        """The newest in a mail to the owner. While a mail is repeated the
        clock goes on, as it does while an owner waits."""
        to = traffic.contact(account).encode()
        folder = self.trial.path("mails")
        found = []
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            with open(path, "rb") as mail:
                text = mail.read().replace(b"=\r\n", b"")
            token = re.search(rb"/b/([A-Za-z0-9_-]{43})\b", text)
            if token and re.search(rb"(?m)^To: .*" + re.escape(to), text):
                found.append((os.stat(path).st_mtime_ns, token.group(1)))
        if not found:
            self.hurry()
            return None
        return max(found)[1].decode()

    def hurry(self):
        """What waits for its next attempt does not wait for real."""
        self.replies["hurried"] += 1
        if self.replies["hurried"] % 5 == 0:
            self.jump(3)

    def jump(self, minutes):
        """Of the clock, unless somebody sends: his claims would look old.
        What is due then is sent as cron would do it."""
        with self.trial.nobody_sends() as is_so:
            if not is_so:
                return
            self.world.control.now_ms += minutes * 60000
        self.trial.run("notify", fine=(0, 69, 75, -9))

    # ---- the end --------------------------------------------------------

    def settle(self):
        """Until nothing waits any more."""
        def is_quiet():
            waits = self.world.one(
                "SELECT (SELECT COUNT(*) FROM comporta.comporta_notice WHERE"
                " state IN ('queued', 'sending')) + (SELECT COUNT(*) FROM"
                " comporta.comporta_webhook WHERE state IN ('queued',"
                " 'sending')) + (SELECT COUNT(*) FROM comporta.comporta_action"
                " WHERE state NOT IN ('done', 'failed', 'dropped'))")
            if waits:
                self.jump(11)
            return waits == 0
        self.trial.wait("nothing waits", is_quiet, 180)


def plain(row):
    """Whoever is first when a password has changed lifts: the page, or the
    next look of watch."""
    text = "|".join(row)
    for words in ("owner|the owner asked on the page",
                  "scan|the password was changed",
                  "owner|lift|the owner asked on the page",
                  "scan|lift|the password was changed"):
        text = text.replace(words, "the owner or scan")
    return text


class Ledger:
    """What is there at the end, as multisets by kind."""

    # One account's standing is a whole; times of lifts are the machine's.
    ACCOUNT = ("account", "time", "action", "probability", "log_odds",
               "evidence", "window", "first_seen", "standing", "observed",
               "prior", "normal", "day", "recent")

    def __init__(self, trial, parts):
        self.trial, self.world = trial, trial.world
        self.counts = {
            "decisions": self.rows(
                "SELECT account, IF(decision LIKE 'once:%', 'by hand',"
                " decision), is_repeat FROM comporta.comporta_block"),
            "odds": self.rows(
                "SELECT account, ROUND(probability, 6), ROUND(log_odds, 4)"
                " FROM comporta.comporta_block"),
            "blocks": self.rows(
                "SELECT account, state, IFNULL(active_account, '-')"
                " FROM comporta.comporta_block"),
            "switches": self.rows(
                "SELECT account FROM comporta.comporta_send_block"),
            "lifts": self.rows(
                "SELECT account, lifted_by, lift_reason, proof IS NULL FROM"
                " comporta.comporta_block WHERE state = 'lifted'"),
            "notices": self.rows(
                "SELECT account, kind, recipient, n.language, n.state FROM"
                " comporta.comporta_notice n JOIN comporta.comporta_block b"
                " ON n.block_id = b.id WHERE kind NOT LIKE 'alarm%'"),
            "webhooks": self.rows(
                "SELECT account, event, w.state FROM comporta.comporta_webhook"
                " w JOIN comporta.comporta_block b ON about_id = b.id WHERE"
                " event NOT LIKE 'alarm%'"),
            "actions": self.rows(
                "SELECT account, moment, name, a.state FROM"
                " comporta.comporta_action a JOIN comporta.comporta_block b"
                " ON a.block_id = b.id"),
            "audit": self.rows(
                "SELECT account, actor, action, reason, detail FROM"
                " comporta.comporta_audit WHERE account LIKE '%@%'"),
            "counted": self.rows(
                "SELECT name, labels, value FROM comporta.comporta_metric"
                " WHERE name IN ('comporta_log_lines_total',"
                " 'comporta_events_total', 'comporta_verdicts_total',"
                " 'comporta_decisions_total') AND instance = 'mx1'"),
            "accounts": self.accounts(parts),
        }
        self.mails = self.listed("mails.list")
        self.hooks = self.deliveries()
        self.programs = self.listed("program.ran")

    def rows(self, text):
        return collections.Counter(map(plain, self.world.rows(text)))

    def accounts(self, parts):
        found = collections.Counter()
        for name in traffic.accounts(parts):
            text = self.trial.explain(name)
            known = json.loads(text) if text else {}
            found[json.dumps({key: known.get(key) for key in self.ACCOUNT},
                             sort_keys=True)] += 1
        return found

    def listed(self, name):
        path = self.trial.path(name)
        if not os.path.exists(path):
            return collections.Counter()
        with open(path, encoding="latin-1") as file:
            return collections.Counter(
                " ".join(line.split()[:2]) for line in file)

    def deliveries(self):
        found = collections.Counter()
        folder = self.trial.path("hooks")
        for name in os.listdir(folder):
            if name.endswith(".headers"):
                with open(os.path.join(folder, name),
                          encoding="latin-1") as file:
                    found.update(re.findall(r"Comporta-Delivery: (\S+)",
                                            file.read()))
        return found

    def sent(self):
        """Message-IDs and deliveries that our tables say were sent."""
        return (self.world.one("SELECT COUNT(*) FROM comporta.comporta_notice"
                               " WHERE state = 'sent'"),
                self.world.one("SELECT COUNT(*) FROM comporta.comporta_webhook"
                               " WHERE state = 'sent'"))


class Difference:
    """How a trial's ledger differs from that of the undisturbed one."""

    def __init__(self, want, got, kinds=None, excuses=lambda key: False):
        self.lines = []
        self.lost = self.doubled = 0
        for kind in kinds or want.counts:
            wanted = want.counts[kind]
            missing, extra = wanted - got.counts[kind], got.counts[kind] - wanted
            for found in (missing, extra):
                for key in filter(excuses, list(found)):
                    del found[key]
            self.lost += sum(missing.values())
            self.doubled += sum(extra.values())
            for sign, found in (("-", missing), ("+", extra)):
                self.lines += [f"{sign} {kind}: {key[:600]}"
                               for key in list(found)[:4]]
        mails, hooks = got.sent()
        for what, tables, arrived in (("mail", mails, got.mails),
                                      ("webhook", hooks, got.hooks)):
            if len(arrived) < tables:
                self.lost += tables - len(arrived)
                self.lines.append(f"- {what}: {tables} say sent,"
                                  f" {len(arrived)} arrived")
        self.copies = {
            "mail": sum(got.mails.values()) - len(got.mails),
            "webhook": sum(got.hooks.values()) - len(got.hooks),
            "program": sum((got.programs - want.programs).values())}
        lost = want.programs - got.programs
        self.lost += sum(lost.values())
        self.lines += [f"- program: {key}" for key in lost]
