"""What a block does besides the table: a real Dovecot ends what is open, a
real Postfix holds the account's queued mail by its ids, and nobody else's.
The command lines are the examples of the configuration's manual."""

import imaplib
import json
import os
import re
import socket
import subprocess
import sys

from rig import Rig, RigError, wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.environ.get("COMPORTA", os.path.join(ROOT, "build", "comporta"))
OWNER, FRIEND = "anna@poczta.example", "jan@kontakt.example"
PASSWORD = "Gruszka-7-most"


def expect(condition, text):
    if not condition:
        raise RigError(text)


def shipped_lines():
    """The command lines that the manual gives as examples."""
    with open(os.path.join(os.path.dirname(PROGRAM), "manual",
                           "examples.conf"), encoding="utf-8") as conf:
        text = conf.read()
    return [re.search(rf"^{name}: \{{.*?^\}};", text, re.M | re.S).group(0)
            for name in ("actions", "queue")]


class Actions:
    def __init__(self, rig):
        self.rig = rig
        self.conf = rig.path("comporta.conf")
        self.sessions = []

    def private(self, line):
        """The same programs, told of the private servers."""
        line = line.replace("doveadm ", "doveadm -c "
                            + self.rig.path("dovecot/dovecot.conf") + " ")
        return line.replace("postsuper ",
                            "postsuper -c " + self.rig.path("postfix") + " ")

    def write_conf(self):
        rig = self.rig
        lines = self.private("\n".join(shipped_lines()))
        rig.write("comporta.conf", f"""mode = "enforce";
state_dir = "{rig.path("state")}";
sql_dir = "{ROOT}/sql";
template_dir = "{ROOT}/templates";
sources = ( "{rig.mail_log}" );
database: {{ kind = "sqlite"; file = "{rig.sqlite_file}"; }};
smtp: {{ url = "file://{rig.path("sent")}"; }};
{lines}
""", 0o600)
        os.mkdir(rig.path("sent"))
        os.mkdir(rig.path("state"), 0o700)

    def run(self, *arguments):
        done = subprocess.run(
            [PROGRAM, *arguments, "-c", self.conf], check=False,
            capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL)
        expect(done.returncode == 0, f"{arguments} ended with "
               f"{done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def queue(self):
        """Queue id -> (queue, sender), as Postfix itself says."""
        done = subprocess.run(
            ["postqueue", "-c", self.rig.path("postfix"), "-j"], check=True,
            capture_output=True, text=True)
        return {one["queue_id"]: (one["queue_name"], one["sender"])
                for one in map(json.loads, done.stdout.splitlines())}

    def queued(self, sender):
        return {id: queue for id, (queue, who) in self.queue().items()
                if who == sender}

    # ---- steps ----------------------------------------------------------

    def prepare(self):
        for account in (OWNER, FRIEND):
            self.rig.add_mailbox(account, PASSWORD)
        self.write_conf()
        self.run("check", "--create-tables", "--set", "mode=observe",
                 "--set", "mailserver.kind=none")

    def mail_waits(self):
        """Nobody listens where later.example is: their mail stays queued."""
        for sender, subject in ((OWNER, "1"), (OWNER, "2"), (FRIEND, "3")):
            with self.rig.session("83.8.1.2", sender, PASSWORD) as session:
                session.send(["x@later.example"], subject)
        # The thief's, under the friend's name: the login counts, not this.
        with self.rig.session("83.8.1.2", OWNER, PASSWORD) as session:
            session.mail(FRIEND)
            session.rcpt("x@later.example")
            session.data()
        wait_until("four deferred messages", lambda: [
            queue for queue, _ in self.queue().values()] == ["deferred"] * 4)
        self.run("scan")

    def open_reader(self, account):
        imap = imaplib.IMAP4("127.0.0.1", self.rig.port["imap"], timeout=30)
        imap.login(account, PASSWORD)
        imap.select("INBOX", readonly=True)
        self.sessions.append(imap)
        return imap

    def block_acts(self):
        reader, friend = self.open_reader(OWNER), self.open_reader(FRIEND)
        said = self.run("suspend", OWNER)
        expect("tried again" not in said, said)
        reader.sock.settimeout(20)
        try:
            ended = b"BYE" in reader.sock.recv(4096)
        except socket.timeout:
            ended = False
        expect(ended, "the owner's open IMAP session goes on")
        expect(friend.noop()[0] == "OK", "the friend's session was ended")
        # Reading goes on, from now on as well.
        expect(self.rig.imap_login(OWNER, PASSWORD), "IMAP is stopped")

    def queue_is_held(self):
        self.run("scan")
        held = [id for id, (queue, _) in self.queue().items()
                if queue == "hold"]
        expect(len(held) == 3, f"on hold: {self.queue()}")
        friends = self.queued(FRIEND)
        expect(sorted(friends.values()) == ["deferred", "hold"],
               f"the friend's own and the thief's: {friends}")

    def one_that_comes_late(self):
        """In the queue before the block, in the log after the scan."""
        known = set(self.queue())
        with self.rig.session("83.8.1.2", FRIEND, PASSWORD) as session:
            session.send(["y@later.example"], "4")
        wait_until("a fifth message", lambda: len(self.queue()) == 5)
        self.run("scan")
        expect([self.queue()[id][0] for id in set(self.queue()) - known]
               == ["deferred"], "the friend's next message is held")

    def lift_releases(self):
        self.run("lift", OWNER, "--force", "--reason", "test", "--queue",
                 "release")
        wait_until("nothing on hold", lambda: "hold" not in [
            queue for queue, _ in self.queue().values()])
        expect(len(self.queue()) == 5, f"a message is lost: {self.queue()}")

    def second_block_deletes(self):
        self.run("suspend", OWNER)
        self.run("scan")
        expect([q for q, _ in self.queue().values()].count("hold") == 3,
               f"not held again: {self.queue()}")
        self.run("lift", OWNER, "--force", "--reason", "test", "--queue",
                 "delete")
        left = self.queue()
        expect(len(left) == 2 and {who for _, who in left.values()}
               == {FRIEND}, f"left in the queue: {left}")

    def nothing_failed(self):
        rows = self.rig.sql("SELECT moment, name, state, said FROM"
                            " comporta_action WHERE state <> 'done'")
        expect(not rows, f"not done: {rows}")

    def end(self):
        for imap in self.sessions:
            try:
                imap.shutdown()
            except OSError:
                pass


STEPS = (
    ("mailboxes, and the shipped command lines", Actions.prepare),
    ("mail waits in the queue", Actions.mail_waits),
    ("a block ends the account's open sessions, not its reading",
     Actions.block_acts),
    ("its queued mail is held, by the login and not by the sender",
     Actions.queue_is_held),
    ("mail of others is not", Actions.one_that_comes_late),
    ("a lift lets it go again", Actions.lift_releases),
    ("or deletes it", Actions.second_block_deletes),
    ("no action failed", Actions.nothing_failed),
)


def main():
    words = "start of the mail server"
    try:
        with Rig("sqlite") as rig:
            actions = Actions(rig)
            try:
                for words, step in STEPS:
                    step(actions)
                    print(f"ok  {words}", flush=True)
            finally:
                actions.end()
    except (RigError, OSError, subprocess.SubprocessError) as error:
        print(f"not ok  {words}: {error}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
