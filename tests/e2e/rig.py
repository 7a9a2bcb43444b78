"""A private mail server for the end-to-end tests.

Rig starts MariaDB (or uses one SQLite file), Postfix, Dovecot and two receivers
under one temporary folder and on free ports of the loopback interface. Nothing
below /etc or /var of the machine is read or written by it, and at the end it
ends only what it started. It needs root, as Postfix does.

Other domains: mail for dead.example is refused by its server with 550 5.1.1,
mail for every other foreign domain is taken and thrown away. No DNS is asked.
"""

import email
import email.policy
import imaplib
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import serverconf
from mariadb import Mariadb, RigError
from session import SmtpSession

START_SECONDS = 60      # a slow machine may need that for MariaDB
POLL_SECONDS = 0.1
LOG_TAIL_BYTES = 20000

PANEL_SQLITE = """
CREATE TABLE virtual_users (
  id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password TEXT NOT NULL, password_changed TEXT NULL,
  language TEXT NULL, contact TEXT NULL, name TEXT NULL);
CREATE VIEW comporta_mailbox AS
  SELECT email AS account, password AS password_hash, password_changed,
    language, contact, name FROM virtual_users;
"""

# Used by test_rig.py only; in the stories comporta makes its own table.
BLOCK_TABLE = """CREATE TABLE {prefix}comporta_send_block (
  account VARCHAR(255) NOT NULL PRIMARY KEY,
  reason VARCHAR(255) NOT NULL DEFAULT '')"""


def free_port():
    """A port nobody listens on now. Somebody could take it before we do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, condition, seconds=START_SECONDS):
    """Ask condition() again and again; its first true value is returned."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise RigError(f"{what}: not within {seconds} seconds")
        time.sleep(POLL_SECONDS)


def port_answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def tail(path):
    try:
        with open(path, "rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - LOG_TAIL_BYTES))
            return log.read().decode("utf-8", "replace")
    except OSError as error:
        return f"({error})"


def mysql_quote(text):
    if text is None:
        return "NULL"
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def password_hash(password):
    """{CRYPT}$2y$..., made as panels make it; Python has lost its own."""
    return subprocess.run(
        ["doveadm", "-O", "pw", "-s", "CRYPT", "-p", password], check=True,
        capture_output=True, text=True).stdout.strip()


class Rig:
    """kind is "mysql" (a private MariaDB) or "sqlite" (one file)."""

    def __init__(self, kind="mysql", with_block_table=False):
        self.kind = kind
        self.map_type = kind
        self.with_block_table = with_block_table
        self.children = []
        self.addresses = []
        self.mariadb = None
        self.postfix_started = False
        self.folder = None
        self.port = {}
        self.secret = {}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def __enter__(self):
        if os.geteuid() != 0:
            raise RigError("the rig must run as root, because Postfix must")
        # The paths of sockets may have at most 107 bytes: hence /tmp.
        self.folder = tempfile.mkdtemp(prefix="c", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.mail_log = self.path("mail.log")
        self.dovecot_log = self.path("dovecot.log")
        self.sqlite_file = self.path("db", "comporta.db")
        for name in ("mysql", "smtp", "submission", "imap", "sink", "dead"):
            self.port[name] = free_port()
        for name in ("admin", "maps"):
            self.secret[name] = secrets.token_hex(16)
        # A test runner that is asked to stop must not leave servers behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, kind=None, *_):
        if kind is not None and self.postfix_started:
            for log in (self.mail_log, self.dovecot_log):
                print(f"---- {log}\n{tail(log)}")
        if self.postfix_started:
            self._stop_postfix()
        for process in reversed(self.children[:]):
            self.end_child(process)
        if os.environ.get("KEEP_RIG"):
            print(f"kept: {self.folder}")
            return
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- starting -------------------------------------------------------

    def _start(self):
        self._make_folders()
        if self.kind == "mysql":
            self.start_mariadb()
        else:
            self._make_sqlite()
        if self.with_block_table:
            prefix = "comporta." if self.kind == "mysql" else ""
            self.sql(BLOCK_TABLE.format(prefix=prefix))
            self.grant_block_table()
        self._start_sinks()
        self._prepare_postfix()
        self._start_dovecot()
        self._start_postfix()

    def _make_folders(self):
        for name in ("postfix", "queue", "dovecot", "dvrun", "dvstate",
                     "mail", "db"):
            os.mkdir(self.path(name), 0o755)
        os.chown(self.path("mail"), serverconf.MAIL_UID, serverconf.MAIL_UID)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as out:
            os.fchmod(out.fileno(), mode)
            out.write(text)
        return self.path(name)

    def _spawn(self, what, arguments):
        log = self.path(f"{what}.out")
        with open(log, "wb") as out:
            process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                cwd=self.folder)
        self.children.append(process)
        return process, log

    def start_child(self, what, arguments, ready, more_logs=()):
        """Starts a server of this rig and waits until ready() is true."""
        process, log = self._spawn(what, arguments)
        logs = [log, *more_logs]
        def state():
            return process.poll() is not None or ready()
        try:
            wait_until(f"start of {what}", state)
        except RigError as error:
            self._fail(str(error), logs)
        if process.poll() is not None:
            self._fail(f"{what} ended with {process.returncode}", logs)
        return process

    def end_child(self, process):
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.children.remove(process)

    @staticmethod
    def _fail(text, logs):
        for log in logs:
            text += f"\n---- {log}\n{tail(log)}"
        raise RigError(text)

    def start_mariadb(self):
        self.mariadb = Mariadb(self)
        self.mariadb.install()

    def _make_sqlite(self):
        db = sqlite3.connect(self.sqlite_file)
        db.executescript(PANEL_SQLITE)
        db.close()
        # Only the servers that look things up may see the password hashes.
        # Postfix drops all supplementary groups, so its own group it is.
        shutil.chown(self.path("db"), "root", "postfix")
        shutil.chown(self.sqlite_file, "root", "postfix")

    def _start_sinks(self):
        self.start_sink("sink")
        self.start_sink("dead", "-f", "RCPT",
                        "-B", "550 5.1.1 No such user here")

    def start_sink(self, name, *extra):
        self.start_child(name, [
            "smtp-sink", "-u", "nobody", *extra,
            f"127.0.0.1:{self.port[name]}", "100"],
            lambda: port_answers(self.port[name]))

    def _prepare_postfix(self):
        self.write_main_cf(serverconf.main_cf(self))
        self.write("postfix/master.cf", serverconf.master_cf(self))
        self._write_map("comporta-sasl.cf", serverconf.block_map(self))
        self._write_map("mailboxes.cf", serverconf.mailbox_map(self))
        self._index_mailboxes()
        # This makes the folders of the queue with the right owners.
        self._postfix("check")

    def write_main_cf(self, text):
        # Postfix waits until a file that was written just now is two seconds
        # old.
        os.utime(self.write("postfix/main.cf", text), (0, 0))

    def _write_map(self, name, text):
        path = self.write(f"postfix/{name}", text, 0o640)
        # smtpd opens its tables as root, virtual opens them as postfix.
        shutil.chown(path, "root", "postfix")

    def _index_mailboxes(self):
        kind = serverconf.mailbox_map_type(self)
        if kind == "hash":
            subprocess.run(["postmap", "-c", self.path("postfix"),
                            "hash:" + self.path("postfix", "mailboxes.cf")],
                           check=True)

    def _postfix(self, verb):
        done = subprocess.run(
            ["postfix", "-c", self.path("postfix"), verb], check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            self._fail(f"postfix {verb}: {done.stdout}{done.stderr}",
                       [self.mail_log])

    def _start_postfix(self):
        self.postfix_started = True
        self._postfix("start")
        try:
            wait_until("start of Postfix", lambda: all(
                port_answers(self.port[name])
                for name in ("smtp", "submission")))
        except RigError as error:
            self._fail(str(error), [self.mail_log])

    def _stop_postfix(self):
        subprocess.run(["postfix", "-c", self.path("postfix"), "stop"],
                       check=False, stdin=subprocess.DEVNULL,
                       capture_output=True)
        self.postfix_started = False

    def _start_dovecot(self):
        self.write("dovecot/dovecot.conf", serverconf.dovecot_conf(self))
        self.write("dovecot/sql.conf", serverconf.dovecot_sql(self), 0o600)
        self.start_dovecot_again()

    def start_dovecot_again(self):
        """With the files that are there now."""
        self.dovecot = self.start_child(
            "dovecot",
            ["dovecot", "-F", "-c", self.path("dovecot", "dovecot.conf")],
            lambda: port_answers(self.port["imap"]), [self.dovecot_log])

    # ---- the database ---------------------------------------------------

    def sql(self, text):
        """Runs SQL as administrator; rows come back as lists of texts."""
        if self.kind == "sqlite":
            db = sqlite3.connect(self.sqlite_file, timeout=10)
            try:
                with db:
                    rows = db.execute(text).fetchall()
            finally:
                db.close()
            return [[str(value) for value in row] for row in rows]
        return self.mariadb.sql(text)

    def count(self, table, where="1=1"):
        prefix = "comporta." if self.kind == "mysql" else ""
        return int(self.sql(
            f"SELECT COUNT(*) FROM {prefix}{table} WHERE {where}")[0][0])

    def grant_block_table(self):
        """What Postfix needs; MariaDB grants only on a table that exists."""
        if self.kind == "mysql":
            self.sql("GRANT SELECT (account, reason) ON"
                     " comporta.comporta_send_block TO 'maps'@'127.0.0.1'")

    def apply_grants(self, files, secret):
        self.mariadb.apply_grants(files, secret)

    def panel_table(self):
        return ("mailserver." if self.kind == "mysql" else "") + "virtual_users"

    def add_mailbox(self, account, password, language=None, contact=None):
        values = (account, password_hash(password), language, contact)
        self.sql(f"INSERT INTO {self.panel_table()}"
                 " (email, password, language, contact) VALUES ("
                 + ", ".join(mysql_quote(value) for value in values) + ")")
        self.addresses.append(account)
        self._write_map("mailboxes.cf", serverconf.mailbox_map(self))
        self._index_mailboxes()

    def change_password(self, account, password):
        """What a panel does when the owner sets a new password."""
        self.sql(f"UPDATE {self.panel_table()} SET"
                 f" password = {mysql_quote(password_hash(password))},"
                 " password_changed = CURRENT_TIMESTAMP"
                 f" WHERE email = {mysql_quote(account)}")

    # ---- mail -----------------------------------------------------------

    def session(self, xclient_ip, account, password):
        return SmtpSession(self.port["submission"], xclient_ip, account,
                           password)

    def submit(self, xclient_ip, account, password, recipients,
               subject="hello"):
        """One whole session with one message; True if it was taken."""
        with self.session(xclient_ip, account, password) as session:
            replies, taken = session.send(recipients, subject)
        return (all(code == 250 for code, _ in replies)
                and taken is not None and taken[0] == 250)

    def imap_login(self, account, password, client_ip=None):
        """True if reading mail works; the login stands in the log then."""
        imap = imaplib.IMAP4("127.0.0.1", self.port["imap"], timeout=30)
        try:
            if client_ip:
                imap.xatom("ID", f'("x-originating-ip" "{client_ip}")')
            imap.login(account, password)
            status, _ = imap.select("INBOX", readonly=True)
            return status == "OK"
        except imaplib.IMAP4.error:
            return False
        finally:
            try:
                imap.logout()
            except (imaplib.IMAP4.error, OSError):
                pass

    def mailbox_messages(self, account):
        """Every message of a mailbox as bytes, oldest first."""
        local, _, domain = account.partition("@")
        found = []
        for part in ("new", "cur"):
            folder = self.path("mail", domain, local, part)
            if not os.path.isdir(folder):
                continue
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                found.append((os.stat(path).st_mtime_ns, path))
        messages = []
        for _, path in sorted(found):
            with open(path, "rb") as message:
                messages.append(message.read())
        return messages

    def parsed_messages(self, account):
        return [email.message_from_bytes(raw, policy=email.policy.default)
                for raw in self.mailbox_messages(account)]

    def wait_for_message(self, account, condition, seconds=30):
        """The first message for which condition(message) is true."""
        return wait_until(
            f"mail for {account}",
            lambda: next((m for m in self.parsed_messages(account)
                          if condition(m)), None), seconds)

    def log_lines(self, word=""):
        with open(self.mail_log, encoding="utf-8", errors="replace") as log:
            return [line.rstrip("\n") for line in log if word in line]

    def wait_for_log(self, word, seconds=30):
        return wait_until(f"log line with {word!r}",
                          lambda: self.log_lines(word), seconds)

    def queue_is_empty(self):
        done = subprocess.run(
            ["postqueue", "-c", self.path("postfix"), "-p"],
            capture_output=True, text=True, check=False)
        return "is empty" in done.stdout
