"""docs/ENFORCE.md for Dovecot: every example, under Postfix's SASL.

Also the lines for Postfix's queue, as the mail server is running here anyway.
"""

import contextlib
import imaplib
import os
import shlex
import smtplib
import subprocess
import sys
import time

import serverconf
from enforce import (CLIENT, ELSEWHERE, FRIEND, OWNER, PASSWORD, RO_SECRET,
                     ROOT, Document, EnforceRig, expect, step)
from rig import RigError, password_hash, wait_until

DOCUMENT = Document("dovecot-")
QUEUE = Document("queue-postfix-")
ETC = "/etc/dovecot/"
SOMEBODY = "anna@firma.example"


# Else Dovecot makes an address wait longer after every refused login.
NO_PENALTY = """
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""


class DovecotRig(EnforceRig):
    def use_dovecot(self, first_passdb="", settings="", sql=None):
        """Dovecot anew, with another passdb in front or another query."""
        self.end_child(self.dovecot)
        conf = serverconf.dovecot_conf(self).replace(
            "passdb {", first_passdb + "passdb {", 1) + NO_PENALTY + settings
        texts = {"dovecot.conf": conf,
                 "sql.conf": sql or serverconf.dovecot_sql(self)}
        for name, text in texts.items():
            self.write(f"dovecot/{name}", text, 0o600)
        # One that nobody serves costs the next start five seconds.
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.path("dvrun", "anvil-auth-penalty"))
        self.start_dovecot_again()
        wait_until("logins", lambda: self.imap_login(FRIEND, PASSWORD)
                   and self.can_log_in(FRIEND), 10)

    def can_log_in(self, account=OWNER):
        """True if a new SMTP connection may log in, and then send."""
        try:
            with self.session(CLIENT, account, PASSWORD) as session:
                session.mail()
                return session.rcpt(ELSEWHERE)[0] == 250
        except smtplib.SMTPAuthenticationError:
            return False

    def doveadm(self, line, *more):
        words = shlex.split(line)
        expect(words[0] == "doveadm", line)
        return subprocess.run(
            ["doveadm", "-c", self.path("dovecot", "dovecot.conf"),
             *words[1:], *more], capture_output=True, text=True, check=False)


def example(name):
    return DOCUMENT.take(name, fill={SOMEBODY: OWNER})


def stops_at_next_login(rig, conf, settle=lambda: None):
    """What the document's table says of all that Dovecot can do."""
    with rig.session(CLIENT, OWNER, PASSWORD) as session:
        expect(rig.can_log_in(), "before the block")
        with rig.blocked(conf):
            settle()
            _, taken = session.send([ELSEWHERE])
            expect(taken and taken[0] == 250, f"the open session: {taken}")
            expect(not rig.can_log_in(), "a new login")
            expect(not rig.can_log_in(OWNER.upper()), "a login in capitals")
            rig.expect_life_goes_on()
        settle()
        _, taken = session.send([ELSEWHERE])
        expect(taken and taken[0] == 250, f"open, lifted: {taken}")
        expect(rig.can_log_in(), "after the lift")


def deny_sql(rig, conf):
    file = rig.write("dovecot/comporta-deny.conf.ext", DOCUMENT.take(
        "dovecot-deny-sql-query", fill={
            "host=127.0.0.1": f"host=127.0.0.1 port={rig.port['mysql']}",
            "PASSWORD": RO_SECRET}), 0o600)
    rig.use_dovecot(DOCUMENT.take("dovecot-deny-sql", fill={
        ETC + "comporta-deny.conf.ext": file}))
    stops_at_next_login(rig, conf)


def deny_sql_away(rig, _):
    """The mailboxes are in SQLite: only the deny list is away."""
    with rig.mariadb_away():
        expect(not rig.can_log_in(), "SMTP, away")
        expect(not rig.imap_login(FRIEND, PASSWORD), "IMAP, away")
    wait_until("logins when it is back", lambda: rig.imap_login(
        FRIEND, PASSWORD) and rig.can_log_in(), 30)


def deny_file(rig, conf):
    rig.use_dovecot(DOCUMENT.take(
        "dovecot-deny-file", fill={ETC: rig.path("dovecot") + "/"}))
    expect(rig.can_log_in(), "a missing file denies")
    line = DOCUMENT.take("dovecot-deny-file-cron", fill={
        "mariadb -N": "mariadb --no-defaults -uroot -N --socket="
        + rig.path("my", "s"), ETC: rig.path("dovecot") + "/"})

    def cron(status=0):
        done = subprocess.run(["sh", "-c", line], capture_output=True,
                              text=True, check=False)
        expect((done.returncode == 0) == (status == 0), f"{line}: {done}")
        time.sleep(1.2)     # Dovecot looks at the file once in a second

    stops_at_next_login(rig, conf, cron)
    with rig.blocked(conf):
        cron()
        with rig.mariadb_away():
            cron(1)
            expect(not rig.can_log_in(), "away: the old list is gone")
            expect(rig.can_log_in(FRIEND), "away: another account")
            expect(rig.imap_login(OWNER, PASSWORD), "away: reading")


def make_postfixadmin(rig):
    folder = os.path.join(ROOT, "sql/panels/postfixadmin4")
    with open(os.path.join(folder, "fixture.sql"), encoding="utf-8") as file:
        rig.mariadb.sql("CREATE DATABASE postfixadmin; USE postfixadmin;"
                        + file.read())
    for account in (OWNER, FRIEND):
        rig.mariadb.sql(
            "INSERT INTO postfixadmin.mailbox (username, password, name,"
            f" maildir, local_part, domain) VALUES ('{account}',"
            f" '{password_hash(PASSWORD)}', '', '', '', '')")
    rig.mariadb.sql("GRANT SELECT ON postfixadmin.mailbox"
                    " TO 'maps'@'127.0.0.1'")
    rig.mariadb.apply_grants([os.path.join(folder, "grants.sql")], RO_SECRET)
    return rig.mysql_conf(
        "panel.conf", "comporta", RO_SECRET,
        panel='name = "postfixadmin4"; database = "postfixadmin";')


def panel_query(rig):
    return f"""driver = mysql
connect = host=127.0.0.1 port={rig.port["mysql"]} dbname=postfixadmin \
user=maps password={rig.secret["maps"]}
default_pass_scheme = CRYPT
""" + DOCUMENT.take("dovecot-postfixadmin4")


def lookup(rig, service="smtp"):
    line = example("dovecot-try")
    expect("service=smtp" in line, line)
    return rig.doveadm(line.replace("service=smtp", f"service={service}")
                       ).returncode


def panel_switch(rig, _):
    rig.panel = make_postfixadmin(rig)
    rig.use_dovecot(sql=panel_query(rig))
    stops_at_next_login(rig, rig.panel)
    expect(lookup(rig) == 0, "doveadm auth lookup, open")
    with rig.blocked(rig.panel):
        expect((lookup(rig), lookup(rig, "imap")) == (67, 0),
               "doveadm auth lookup, blocked")


def stock_query(rig, _):
    """The switch alone is nothing."""
    rig.use_dovecot(sql=panel_query(rig).partition(" AND (")[0]
                    + " AND active = '1'\n")
    with rig.blocked(rig.panel):
        expect(rig.can_log_in(), "the stock query looks at smtp_active")


def cache(rig, _):
    rig.use_dovecot(sql=panel_query(rig), settings="auth_cache_size = 1M\n")
    flush = example("dovecot-flush")
    expect(rig.can_log_in(), "before the block")
    with rig.blocked(rig.panel):
        expect(rig.can_log_in(), "the cache did not remember the login")
        rig.doveadm(flush)
        expect(not rig.can_log_in(), "after the flush")
        expect(rig.imap_login(OWNER, PASSWORD), "reading")
    expect(not rig.can_log_in(), "the cache did not remember the refusal")
    rig.doveadm(flush)
    expect(rig.can_log_in(), "after the second flush")


def kick(rig, _):
    """Ends an IMAP connection that is open, and no SMTP connection."""
    imap = imaplib.IMAP4("127.0.0.1", rig.port["imap"], timeout=10)
    imap.login(OWNER, PASSWORD)
    with rig.session(CLIENT, OWNER, PASSWORD) as session:
        done = rig.doveadm(example("dovecot-kick"))
        expect(done.returncode == 0, f"kick: {done}")
        with contextlib.suppress(OSError, imaplib.IMAP4.abort):
            imap.noop()
            imap.noop()
            raise RigError("the IMAP connection is still there")
        _, taken = session.send([ELSEWHERE])
        expect(taken and taken[0] == 250, f"SMTP after the kick: {taken}")


def panel_away(rig, _):
    """Still the Dovecot of the step before."""
    with rig.session(CLIENT, OWNER, PASSWORD) as session:
        with rig.mariadb_away():
            _, taken = session.send([ELSEWHERE])
            expect(taken and taken[0] == 250, f"open, away: {taken}")


# ---- Postfix's queue ----------------------------------------------------

def waiting(rig):
    """{queue id: where it is}"""
    said = subprocess.run(
        ["postqueue", "-c", rig.path("postfix"), "-p"],
        capture_output=True, text=True, check=False).stdout
    rows = [line.split() for line in said.splitlines()
            if line[:1].isalnum() and "@" in line]
    return {row[0].rstrip("*!"): row[0][-1] == "!" for row in rows}


def postsuper(rig, name, ids=(), **fill):
    line = QUEUE.take(name, fill={
        "postsuper": "postsuper -c " + rig.path("postfix"), **fill})
    done = subprocess.run(
        line, shell=True, text=True, capture_output=True, check=False,
        input="".join(f"{one}\n" for one in ids))
    expect(done.returncode == 0, f"{line}: {done}")
    return done.stderr.replace("postsuper: ", "").splitlines()


def queue(rig, _):
    rig.use_dovecot()
    sink = next(child for child in rig.children
                if child.args[0] == "smtp-sink"
                and f"127.0.0.1:{rig.port['sink']}" in child.args)
    rig.end_child(sink)
    for account in (OWNER, OWNER, FRIEND):
        expect(rig.submit(CLIENT, account, PASSWORD, [ELSEWHERE]), "taken")
    wait_until("three messages that wait", lambda: len(
        rig.log_lines("status=deferred")) >= 3 and len(waiting(rig)) == 3)
    fill = {"anna@firma\\.example": OWNER.replace(".", "\\."),
            "/var/log/mail.log": rig.mail_log}
    postsuper(rig, "queue-postfix-hold", **fill)
    # Old ids are in that log as well: none of them is an error.
    said = postsuper(rig, "queue-postfix-hold", **fill)
    expect(said == ["Placed on hold: 0 messages"], f"held again: {said}")
    held = sorted(one for one, is_held in waiting(rig).items() if is_held)
    expect(len(held) == 2 and len(waiting(rig)) == 3, f"{waiting(rig)}")
    rig.start_sink("sink")
    subprocess.run(["postqueue", "-c", rig.path("postfix"), "-f"], check=True)
    wait_until("the other's mail went", lambda: len(waiting(rig)) == 2)
    expect(sorted(waiting(rig)) == held, "held mail did not stay")
    first, second = held
    said = postsuper(rig, "queue-postfix-delete", [second, second, "0ABCDEF"])
    expect(said == [f"{second}: removed", "Deleted: 1 message"], f"{said}")
    said = postsuper(rig, "queue-postfix-release", [first, second])
    expect(said == [f"{first}: released from hold",
                    "Released from hold: 1 message"], f"{said}")
    wait_until("an empty queue", rig.queue_is_empty)


STEPS = (
    ("deny with SQL acts at the next login", deny_sql),
    ("while it is away nobody can log in", deny_sql_away),
    ("deny with a file, which may be missing", deny_file),
    ("PostfixAdmin 4's switch, with the query that asks for it",
     panel_switch),
    ("an open session does not notice that its database is away",
     panel_away),
    ("without that query the switch does nothing", stock_query),
    ("the auth cache must be flushed, both times", cache),
    ("kick ends reading, not sending", kick),
    ("Postfix's held mail stays, then goes; ids that are gone", queue),
)


def main():
    with DovecotRig() as rig:
        conf = rig.install_mysql()
        rig.add_people()
        for words, run in STEPS:
            run(rig, conf)
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
