"""docs/ENFORCE.md for Exim: every example, on a real server."""

import contextlib
import os
import shlex
import subprocess
import sys

from enforce import (ELSEWHERE, FRIEND, OWNER, PASSWORD, RO_SECRET, Document,
                     EnforceRig, expect, step)
from exim import USER_ID, Exim, NotFetched, fetch
from rig import RigError, free_port
from session import SmtpSession

DOCUMENT = Document("exim-")
QUEUE = Document("queue-exim-")
GONE = "1abcde-000001-AB"
REJECT = (550, "Sending is suspended for this mailbox")
FINE = (250, "")
AWAY = (451, "Temporary local problem")
DATABASE = "/var/lib/comporta-desk/db/comporta.db"


class EximRig(EnforceRig):
    """Exim alone; Postfix and Dovecot have their own tests."""

    def __init__(self, root):
        super().__init__()
        self.root = root
        self.exim_password = PASSWORD

    def _start(self):
        self._make_folders()
        self._make_sqlite()
        self._start_sinks()
        self.write("mail.log", "")
        # comporta's notices are no matter here: thrown away.
        self.port["smtp"] = self.port["sink"]
        self.port["exim"] = free_port()
        self.exim = Exim(self, self.root)

    def new_session(self, account=OWNER):
        return SmtpSession(self.port["exim"], None, account, PASSWORD)


def expect_answer(session, wanted, when):
    session.mail()
    code, words = session.rcpt(ELSEWHERE)
    session.rset()
    expect(code == wanted[0] and wanted[1] in words, f"{when}: {code} {words}")


def fresh(rig, account, wanted, when):
    with rig.new_session(account) as session:
        expect_answer(session, wanted, when)


def mail_comes_in(rig):
    with SmtpSession(rig.port["exim"]) as session:
        session.mail("far@away.example")
        code, words = session.rcpt(OWNER)
        expect(code == 250, f"mail from outside: {code} {words}")
        code, words = session.rcpt(ELSEWHERE)
        expect(code == 550, f"an open relay: {code} {words}")


def stops_and_lifts(rig, conf, lifted=FINE):
    with rig.new_session() as session:
        expect_answer(session, FINE, "before the block")
        session.mail()
        expect(session.rcpt(ELSEWHERE)[0] == 250, "RCPT before the block")
        with rig.blocked(conf):
            code, words = session.rcpt("y@ok.example")
            expect(code == 550, f"in the open message: {code} {words}")
            session.rset()
            expect_answer(session, REJECT, "open, blocked")
            fresh(rig, OWNER, REJECT, "new, blocked")
            fresh(rig, OWNER.upper(), REJECT, "in capitals, blocked")
            fresh(rig, FRIEND, FINE, "another account")
            mail_comes_in(rig)
        expect_answer(session, lifted, "open, lifted")
        fresh(rig, OWNER, FINE, "new, lifted")


def away(rig, is_away, wanted):
    with rig.new_session(FRIEND) as session:
        expect_answer(session, FINE, "still there")
        with is_away:
            expect_answer(session, wanted, "open, away")
            fresh(rig, OWNER, wanted, "new, away")
            mail_comes_in(rig)
        # Exim keeps its dead link to the server as long as the client stays.
        expect_answer(session, wanted, "open, back")
        fresh(rig, OWNER, FINE, "new, back")


def mysql_main(rig):
    return DOCUMENT.take("exim-mysql-main", fill={
        "127.0.0.1": f"127.0.0.1::{rig.port['mysql']}",
        "PASSWORD": RO_SECRET})


def mysql(rig, conf, _):
    rig.exim.configure(mysql_main(rig), DOCUMENT.take("exim-mysql-acl"))
    stops_and_lifts(rig, conf)
    away(rig, rig.mariadb_away(), AWAY)


def remembered(rig, conf, _):
    """Why cache=no_rd: Exim asks once, until a message was taken."""
    rig.exim.configure(mysql_main(rig), DOCUMENT.take(
        "exim-mysql-acl", fill={",cache=no_rd": ""}))
    with rig.new_session() as session:
        expect_answer(session, FINE, "before the block")
        with rig.blocked(conf):
            _, taken = session.send([ELSEWHERE])
            expect(taken and taken[0] == 250, f"one more message: {taken}")
            expect_answer(session, REJECT, "after that message")
        expect_answer(session, REJECT, "lifted, but remembered")


def fail_open(rig, conf, _):
    rig.exim.configure(
        mysql_main(rig), DOCUMENT.take("exim-open-acl"),
        DOCUMENT.take("exim-open-blocked"))
    stops_and_lifts(rig, conf)
    away(rig, rig.mariadb_away(), FINE)


@contextlib.contextmanager
def unreadable(rig):
    os.chown(rig.sqlite_file, 0, 0)
    try:
        yield
    finally:
        os.chown(rig.sqlite_file, 0, USER_ID)


def sqlite(rig, _, conf):
    for name in (rig.path("db"), rig.sqlite_file):
        os.chown(name, 0, USER_ID)
    os.chmod(rig.path("db"), 0o750)
    os.chmod(rig.sqlite_file, 0o640)
    rig.exim.configure("", DOCUMENT.take(
        "exim-sqlite-acl", fill={DATABASE: rig.sqlite_file}))
    stops_and_lifts(rig, conf)


def sqlite_cannot_be_read(rig, *_):
    with unreadable(rig):
        fresh(rig, OWNER, AWAY, "new, unreadable")
        mail_comes_in(rig)
    fresh(rig, OWNER, FINE, "new, readable again")


# ---- the queue ----------------------------------------------------------

def exim_says(rig, arguments, status, *lines):
    done = rig.exim.run(*arguments)
    expect(done.returncode == status
           and done.stdout.splitlines() == list(lines),
           f"exim {arguments}: {done.returncode} {done.stdout!r}"
           f" {done.stderr!r}, wanted {status} {lines}")


def example(name, *ids):
    words = shlex.split(QUEUE.take(name))
    expect(words[0] == "exim" and words[-1] == "ID...", f"{name}: {words}")
    return [*words[1:-1], *ids]


def hold_by_log(rig):
    """The document's line, with our log and our exim."""
    line = QUEUE.take("queue-exim-hold", fill={
        "anna@firma\\.example": OWNER.replace(".", "\\."),
        "/var/log/exim4/mainlog": rig.path("exim", "log", "mainlog"),
        "xargs -r exim": "xargs -r " + shlex.join(
            [rig.exim.program, "-C", rig.path("exim", "conf")])})
    return subprocess.run(line, shell=True, capture_output=True, text=True,
                          check=False, env=rig.exim.environment)


def queue(rig, *_):
    rig.exim.run("-Mrm", *rig.exim.queue())
    for account in (OWNER, OWNER, FRIEND):
        with rig.new_session(account) as session:
            _, taken = session.send([ELSEWHERE])
            expect(taken and taken[0] == 250, f"not taken: {taken}")
    done = hold_by_log(rig)
    held = sorted(one for one, frozen in rig.exim.queue().items() if frozen)
    expect(len(held) == 2 and len(rig.exim.queue()) == 3,
           f"held: {rig.exim.queue()}, {done}")
    exim_says(rig, ["-q"], 0)
    expect(sorted(rig.exim.queue()) == held, "held mail went, or the other"
           f" did not: {rig.exim.queue()}")
    first, second = held
    exim_says(rig, ["-Mf", first, GONE], 1,
              f"Message {first} is already frozen",
              f"Spool data file for {GONE} does not exist")
    exim_says(rig, example("queue-exim-release", first), 0,
              f"Message {first} is no longer frozen")
    exim_says(rig, example("queue-exim-release", first, GONE), 1,
              f"Message {first} is not frozen",
              f"Spool data file for {GONE} does not exist")
    exim_says(rig, example("queue-exim-delete", second), 0,
              f"Message {second} has been removed")
    exim_says(rig, ["-q"], 0)
    expect(not rig.exim.queue(), f"left: {rig.exim.queue()}")
    expect(rig.exim.run("-Mrm", first).returncode == 1, "gone, but status 0")


STEPS = (
    ("MariaDB at the recipient, and away in between", mysql),
    ("without cache=no_rd the answer is remembered", remembered),
    ("everybody sends while MariaDB is away, if you want", fail_open),
    ("SQLite", sqlite),
    ("a SQLite file that cannot be read", sqlite_cannot_be_read),
    ("frozen mail stays, thawed mail goes, ids that are gone", queue),
)


def main():
    try:
        root = fetch()
    except NotFetched as error:
        print(f"SKIPPED Exim, nothing of it was tried: {error}")
        sys.exit(77)
    with EximRig(root) as rig:
        lite = rig.install_sqlite()
        conf = rig.install_mysql()
        for account in (OWNER, FRIEND):
            for run, table in ((rig.mariadb.sql, "mailserver.virtual_users"),
                               (rig.sql, "virtual_users")):
                run(f"INSERT INTO {table} (email, password)"
                    f" VALUES ('{account}', 'a hash')")
        for words, run in STEPS:
            run(rig, conf, lite)
            step(words)
    for document in (DOCUMENT, QUEUE):
        document.expect_all_used()
    step("no example was left out")


if __name__ == "__main__":
    try:
        main()
    except RigError as error:
        print(f"not ok  {error}")
        sys.exit(1)
