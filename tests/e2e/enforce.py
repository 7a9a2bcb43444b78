"""What the tests of docs/ENFORCE.md share.

Document takes the examples out of the document, so that what is tested is
what people copy. EnforceRig is the rig with a mail server that is told nothing
of blocks until a test gives it an example; its mailboxes do not depend on the
database of the blocks, so that this one may go away. comporta itself makes
the tables, the blocks and the lifts, with the rights we ship.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess

import serverconf
from rig import Rig, RigError, wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.environ.get("COMPORTA", os.path.join(ROOT, "build", "comporta"))
OWNER, FRIEND = "anna@poczta.example", "jan@kontakt.example"
PASSWORD = "Gruszka-7-most"
CLIENT = "14.160.12.34"
ELSEWHERE = "x@ok.example"
RO_SECRET = "only-for-this-test"
WHAT_WAS_THERE = "...what was there"


def expect(condition, text):
    if not condition:
        raise RigError(text)


class Document:
    """The examples of a document whose names begin with a prefix.

    An example is a fenced block behind the line <!-- example: NAME -->.
    """

    def __init__(self, prefix, name="ENFORCE.md"):
        self.name = f"docs/{name}"
        with open(os.path.join(ROOT, self.name), encoding="utf-8") as text:
            found = re.findall(
                r"^ *<!-- example: (\S+) -->\n *```\w*\n(.*?)^ *```$",
                text.read(), re.M | re.S)
        self.blocks = {name: block for name, block in found
                       if name.startswith(prefix)}
        self.used = set()

    def take(self, name, **values):
        """The block with our values; what is replaced must stand in it."""
        expect(name in self.blocks, f"{self.name}: no example {name}")
        self.used.add(name)
        block = self.blocks[name]
        for old, new in values.pop("fill", {}).items():
            expect(old in block, f"example {name} does not have {old!r}")
            block = block.replace(old, new)
        return block

    def expect_all_used(self):
        left = sorted(set(self.blocks) - self.used)
        expect(self.blocks and not left, f"examples that nobody tries: {left}")


class EnforceRig(Rig):
    """A rig whose submission service may be told anything.

    `restrictions` go into main.cf, `options` to the submission service, and
    `services` are more lines of master.cf.
    """

    def __init__(self):
        super().__init__("sqlite")
        self.restrictions = self.options = self.services = ""
        self.generation = 0

    def _prepare_postfix(self):
        super()._prepare_postfix()
        self._write_postfix()
        # The machine's smtpd lives in a jail; it must find the jail's files.
        os.makedirs(self.path("queue", "etc"), exist_ok=True)

    def _write_postfix(self):
        # The greeting tells a process of this configuration from older ones.
        self.generation += 1
        self.write_main_cf(serverconf.main_cf(self)
                           + f"smtpd_banner = generation {self.generation}.\n"
                           + self.restrictions)
        self.write("postfix/master.cf", f"""
127.0.0.1:{self.port["smtp"]} inet n - n - - smtpd
127.0.0.1:{self.port["submission"]} inet n - y - - smtpd
    -o syslog_name=postfix/submission
    -o smtpd_sasl_auth_enable=yes
    -o max_use=1
    -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
    -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
{self.options}
""" + serverconf.MASTER_REST + self.services)

    def use(self, restrictions="", options="", services=""):
        """Postfix works with these from the next connection on."""
        self.tell(restrictions, options, services)
        wait_until("Postfix with its new configuration", self.greets)

    def tell(self, restrictions, options="", services=""):
        """The same for what smtpd may not start with."""
        before = self.options, self.services
        self.restrictions, self.options = restrictions, options
        self.services = services
        self._write_postfix()
        # Every smtpd serves one client (max_use), so the next one is new and
        # reads main.cf; the rest must be told.
        if before == (options, services) and "proxy:" not in restrictions:
            return
        with open(self.path("queue", "pid", "master.pid"),
                  encoding="ascii") as pid:
            os.kill(int(pid.read()), signal.SIGHUP)

    def greets(self):
        """True if the submission service works with what it was told last."""
        with socket.socket() as link:
            link.settimeout(3)
            try:
                link.connect(("127.0.0.1", self.port["submission"]))
                greeting = link.recv(1000)
            except OSError:
                return False
        return f"generation {self.generation}.".encode() in greeting

    def add_people(self):
        for account in (OWNER, FRIEND):
            self.add_mailbox(account, PASSWORD)
            if self.mariadb:
                self.mariadb.sql(
                    "INSERT INTO mailserver.virtual_users (email, password)"
                    f" VALUES ('{account}', 'hash of {account}')")

    def give_to_postfix(self, path):
        """As the document says: owner root:postfix, mode 0640."""
        shutil.chown(path, "root", "postfix")
        os.chmod(path, 0o640)

    # ---- comporta -------------------------------------------------------

    def comporta(self, *arguments):
        done = subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True,
            check=False, timeout=60, stdin=subprocess.DEVNULL)
        expect(done.returncode == 0,
               f"comporta {' '.join(arguments)} ended with {done.returncode}:"
               f"\n{done.stdout}{done.stderr}")
        return done.stdout

    def write_conf(self, name, database, panel='name = "own";'):
        os.makedirs(self.path(f"state-{name}"), 0o700, exist_ok=True)
        return self.write(name, f"""mode = "enforce";
state_dir = "{self.path(f"state-{name}")}";
secret_file = "{self.path("secret")}";
sql_dir = "{ROOT}/sql";
template_dir = "{ROOT}/templates";
sources = ( "{self.mail_log}" );
database: {database};
panel: {{ {panel} }};
smtp: {{ url = "smtp://127.0.0.1:{self.port["smtp"]}";
    from = "comporta@operator.example"; }};
serve: {{ public_url = "http://127.0.0.1:9"; }};
""", 0o600)

    def mysql_conf(self, name, user, secret, **more):
        file = self.write(f"password-{user}", secret + "\n", 0o600)
        return self.write_conf(
            name, f'{{ kind = "mysql"; host = "127.0.0.1";'
            f' port = {self.port["mysql"]}; user = "{user}";'
            f' password_file = "{file}"; name = "comporta"; }}', **more)

    def install_mysql(self):
        """The tables in MariaDB and the least rights; the configuration."""
        self.start_mariadb()
        admin = self.mysql_conf("admin.conf", "admin", self.secret["admin"])
        self.comporta("check", "--create-tables", "-c", admin)
        self.mariadb.apply_grants([
            os.path.join(ROOT, "sql/own/mysql/grants.sql"),
            os.path.join(ROOT, "sql/panels/own/grants.sql")], RO_SECRET)
        return self.mysql_conf("mysql.conf", "comporta", RO_SECRET)

    def install_sqlite(self):
        conf = self.write_conf(
            "sqlite.conf", f'{{ kind = "sqlite";'
            f' file = "{self.sqlite_file}"; }}')
        self.comporta("check", "--create-tables", "-c", conf)
        return conf

    @contextlib.contextmanager
    def blocked(self, conf, account=OWNER):
        self.comporta("suspend", account, "--reason", "case 42", "-c", conf)
        try:
            yield
        finally:
            self.comporta("lift", account, "--force", "--reason", "case 42",
                          "-c", conf)

    @contextlib.contextmanager
    def mariadb_away(self):
        self.mariadb.stop()
        try:
            yield
        finally:
            self.mariadb.start()

    # ---- what is the same for every example -----------------------------

    def sends(self, account=OWNER):
        return self.submit(CLIENT, account, PASSWORD, [ELSEWHERE])

    def expect_life_goes_on(self):
        """A block of the owner is nobody else's, and not for reading."""
        subject = os.urandom(4).hex()
        expect(self.submit(CLIENT, FRIEND, PASSWORD, [OWNER], subject),
               "another account cannot send to the blocked one")
        self.wait_for_message(OWNER, lambda m: m["subject"] == subject)
        expect(self.imap_login(OWNER, PASSWORD), "reading was stopped as well")


def step(words):
    print(f"ok  {words}", flush=True)
