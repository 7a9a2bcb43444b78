"""Reads what a labelled run leaves: who is who, what happened, what was said.

A run is a folder, or PEOPLE,EVENTS,VERDICTS[,SCORES] with commas, of
  people.tsv     account class attack start_ms end_ms      (attack "-": none)
  events.tsv     at_ms account kind client country as recipients spam
                 sorted by time; kind login, send or unknown; spam 1: the thief
  verdicts.json  comporta replay --json
  scores.tsv     comporta replay --scores (only for what needs it)
Tables have tabs and a header line; times are milliseconds since 1970, UTC.
Columns are found by their names. Accounts are compared in lower case, as
comporta does.
"""

import datetime
import itertools
import json
import os
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("numpy is missing: apt-get install python3-numpy, and run this "
             "with Debian's own python3")

DAY_MS = 86400000
HOUR_MS = 3600000
LOGIN, SEND, UNKNOWN = 0, 1, 2
KINDS = {"login": LOGIN, "send": SEND, "unknown": UNKNOWN}
LINES_AT_ONCE = 100000
NOBODY = ("", "-", "??", "--")  # a client or a country that is not known


class Person:
    """One account: what kind of owner, and from when on it is a thief's."""

    def __init__(self, row):
        self.benign = row["class"]
        self.attack = None if row["attack"] in NOBODY else row["attack"]
        self.start = int(row["start_ms"]) if self.attack else None
        self.end = int(row["end_ms"]) if self.attack else None

    def is_taken(self, at_ms):
        """From the start on: the password stays stolen after the last mail."""
        return self.attack is not None and at_ms >= self.start


class Events:
    """Columns, sorted by account and then by time.

    account, client and country are numbers; names[account] is the login, and
    client and country are -1 where they are not known.
    """

    def __init__(self, columns, names):
        order = np.argsort(columns["account"], kind="stable")
        for name, column in columns.items():
            setattr(self, name, column[order])
        self.names = names
        self.first = int(self.at.min()) if len(self.at) else 0
        self.last = int(self.at.max()) if len(self.at) else 0


def table(path, holding=""):
    """The header's names, and an iterator over lists of fields, of the lines
    that hold a text."""
    file = open(path, encoding="utf-8")
    header = file.readline().rstrip("\n").split("\t")
    return header, (line.rstrip("\n").split("\t") for line in file
                    if holding in line)


def read_people(path):
    header, rows = table(path)
    need(path, header, ("account", "class", "attack", "start_ms", "end_ms"))
    return {row[header.index("account")].lower(): Person(dict(zip(header, row)))
            for row in rows}


def need(path, header, names):
    missing = [name for name in names if name not in header]
    if missing:
        sys.exit(f"{path}: no column {', '.join(missing)}")


class Numbers(dict):
    """Gives every text a number; texts that say nothing get -1."""

    def __init__(self, nothing=()):
        super().__init__(dict.fromkeys(nothing, -1))
        self.names = []

    def __missing__(self, text):
        self[text] = len(self.names)
        self.names.append(text)
        return self[text]

    def of(self, texts):
        return np.fromiter((self[text] for text in texts), np.int32)


def read_events(path, kind=None):
    """kind: only those; most events are logins."""
    header, rows = table(path, f"\t{kind}\t" if kind else "")
    need(path, header, ("at_ms", "account", "kind", "client", "country",
                        "recipients", "spam"))
    accounts, clients, countries = Numbers(), Numbers(NOBODY), Numbers(NOBODY)
    turn = {
        "at_ms": ("at", lambda c: np.array(c, np.float64).astype(np.int64)),
        "account": ("account", accounts.of),
        "kind": ("kind", lambda c: np.array([KINDS[x] for x in c], np.int8)),
        "client": ("client", clients.of),
        "country": ("country", countries.of),
        "recipients": ("recipients", lambda c: np.array(c, np.int64)),
        "spam": ("spam", lambda c: np.array(c, np.int8)),
    }
    parts = {ours: [] for ours, _ in turn.values()}
    while chunk := list(itertools.islice(rows, LINES_AT_ONCE)):
        by_name = dict(zip(header, zip(*chunk)))
        for theirs, (ours, convert) in turn.items():
            parts[ours].append(convert(by_name[theirs]))
    if not parts["at"]:
        sys.exit(f"{path}: no events")
    columns = {name: np.concatenate(some) for name, some in parts.items()}
    return Events(columns, [name.lower() for name in accounts.names])


def milliseconds(text):
    when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(when.timestamp() * 1000)


def read_verdicts(path):
    """Account -> times of its suspensions, in order."""
    suspended = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            verdict = json.loads(line)
            if verdict.get("type") == "verdict" and \
                    verdict["action"] == "suspend":
                suspended.setdefault(verdict["account"].lower(), []).append(
                    milliseconds(verdict["time"]))
    return {account: sorted(times) for account, times in suspended.items()}


class Victim:
    """What a thief sent from one account: times and recipients so far."""

    def __init__(self, account, person, at, recipients):
        self.account, self.person = account, person
        self.attack, self.start = person.attack, person.start
        self.at = at
        self.so_far = np.concatenate([[0], np.cumsum(recipients)])

    @property
    def spam(self):
        return int(self.so_far[-1])

    def leaked(self, block_ms):
        """Recipients written to until then; None: nobody stopped it."""
        if block_ms is None:
            return self.spam
        return int(self.so_far[np.searchsorted(self.at, block_ms, "right")])


class Run:
    def __init__(self, name, kind=None):
        """kind: of the events that matter, None for all."""
        self.name = name
        paths = name.split(",") if "," in name else [
            os.path.join(name, file) for file in
            ("people.tsv", "events.tsv", "verdicts.json", "scores.tsv")]
        self.scores_path = paths[3] if len(paths) > 3 else None
        self.verdicts_path = paths[2] if len(paths) > 2 else None
        self.people = read_people(paths[0])
        self.events = read_events(paths[1], kind)
        # Bounces may come after midnight of the last day.
        self.days = max(1, round(
            (self.events.last - self.events.first) / DAY_MS))
        self.victims = self.find_victims()

    @property
    def account_days(self):
        return len(self.people) * self.days

    def find_victims(self):
        events = self.events
        sent = np.flatnonzero((events.spam == 1) & (events.kind == SEND))
        rows = {}
        for i in sent:
            rows.setdefault(events.names[events.account[i]], []).append(i)
        victims = []
        for account, person in self.people.items():
            if person.attack:
                own = np.array(rows.get(account, []), np.int64)
                victims.append(Victim(account, person, events.at[own],
                                      events.recipients[own]))
        return victims

    def verdicts(self):
        return read_verdicts(self.verdicts_path)
