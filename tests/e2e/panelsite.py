"""What test_panel_hooks.py works on: `comporta serve` over one SQLite file,
which is the panel's database as well, and the examples of docs/PANEL.md as
files beside it. PHP and shell run as www-data.
"""

import contextlib
import os
import pwd
import re
import shutil
import sqlite3
import subprocess
import time

from enforce import PROGRAM, ROOT, Document, expect
from rig import PANEL_SQLITE, free_port, port_answers, wait_until

DOCUMENT = Document("", "PANEL.md")
OWNER = "anna+sklep@poczta.example"
STOLEN, FRESH = "Gruszka-7-most", 'Nowe "9" \\ hasło'
BASE, HEADER = "http://127.0.0.1:8025", "/etc/comporta/panel.header"
CLIENT = "/etc/comporta/panel.php"
SHELL = "/usr/local/sbin/comporta-changed"
SOON_SECONDS = 8    # what a panel's user bears; a hook gives up after 3 to 5


def php_text(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Site:
    """A folder with comporta's database, which is the panel's as well."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.server = None
        self.conf = self.write("comporta.conf", f"""mode = "enforce";
state_dir = "{self.path("state")}";
secret_file = "{self.path("secret")}";
sql_dir = "{ROOT}/sql";
template_dir = "{ROOT}/templates";
sources = ( "{self.path("mail.log")}" );
database: {{ kind = "sqlite"; file = "{self.path("db", "db")}"; }};
panel: {{ name = "own"; }};
smtp: {{ url = "smtp://127.0.0.1:9"; from = "comporta@operator.example"; }};
serve: {{ listen = "127.0.0.1:{self.port}";
    public_url = "http://127.0.0.1:{self.port}"; }};
""", 0o600)
        os.mkdir(self.path("state"), 0o700)
        self.write("mail.log", "")
        # The panel's PHP writes there as well.
        os.mkdir(self.path("db"))
        os.chmod(self.path("db"), 0o777)
        self.write("db/db", "", 0o666)
        self.sql(PANEL_SQLITE, script=True)
        self.sql("INSERT INTO virtual_users (email, password) VALUES (?, '')",
                 OWNER)
        self.store(STOLEN)
        self.comporta("check", "--create-tables")
        self.log = self.write("php.log", "", 0o666)
        self.give_token(self.comporta("token", "add", "p", "--role", "panel"))
        self.examples()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def give_token(self, token):
        path = self.write("panel.header",
                          f"Authorization: Bearer {token.strip()}\n", 0o640)
        shutil.chown(path, "root", "www-data")

    def sql(self, text, *values, script=False):
        db = sqlite3.connect(self.path("db", "db"), timeout=10)
        with contextlib.closing(db), db:
            if script:
                return db.executescript(text)
            return db.execute(text, values).fetchall()

    def scan(self):
        """After a lift it ends with 69: a notice has nowhere to go here."""
        self.comporta("scan", "-q", ends=(0, 69))

    def comporta(self, *arguments, ends=(0,)):
        done = subprocess.run(
            [PROGRAM, *arguments, "-c", self.conf], capture_output=True,
            text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
        expect(done.returncode in ends,
               f"comporta {arguments}: {done.returncode} {done.stderr}")
        return done.stdout

    # ---- the panel ------------------------------------------------------

    @staticmethod
    def hash(password):
        return subprocess.run(
            ["php", "-r", "echo crypt(stream_get_contents(STDIN), "
             "'$6$' . bin2hex(random_bytes(8)));"], input=password, check=True,
            capture_output=True, text=True).stdout

    def store(self, password):
        self.sql("UPDATE virtual_users SET password = ?", self.hash(password))

    def storing(self, password):
        """PHP that does the same in the midst of a panel's request."""
        change = f"UPDATE virtual_users SET password = '{self.hash(password)}'"
        return (f"exec('sqlite3 {self.path('db', 'db')} ' . escapeshellarg("
                + php_text(change) + "));\n")

    def state(self):
        found = self.sql("SELECT COUNT(*) FROM comporta_send_block"
                         " WHERE account = ?", OWNER)
        return "blocked" if found[0][0] else "open"

    def expect_open(self, said, wanted, with_password=True):
        """Opened by the hook, and by the password itself if it was sent."""
        expect((said, self.state()) == (wanted, "open"),
               f"{said} {self.state()}")
        proof = self.sql("SELECT detail FROM comporta_audit"
                         " WHERE action = 'lift'")[0][0]
        expect(("the new password is another one" in proof) == with_password,
               f"the audit trail says {proof}")

    @contextlib.contextmanager
    def blocked(self):
        """With the stolen password in the table; the log begins anew."""
        self.store(STOLEN)
        # A repeat would need support, and guesses are counted by the hour.
        for table in ("comporta_credential", "comporta_notice",
                      "comporta_audit", "comporta_send_block",
                      "comporta_block"):
            self.sql(f"DELETE FROM {table}")
        self.comporta("suspend", OWNER, "--reason", "case 42")
        expect(self.state() == "blocked", "suspend does not block")
        self.write("php.log", "", 0o666)
        with self.serving():
            yield

    @contextlib.contextmanager
    def serving(self, *options):
        with open(self.path("serve.log"), "a", encoding="utf-8") as log:
            self.server = subprocess.Popen(
                [PROGRAM, "serve", "-c", self.conf, *options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            wait_until("serve", lambda: port_answers(self.port))
            yield
        finally:
            self.away()

    def away(self):
        if self.server:
            self.server.terminate()
            self.server.wait(30)
        self.server = None

    # ---- the document's examples, as files ------------------------------

    def asks(self, base):
        self.write("panel.php", DOCUMENT.take("panel-client", fill={
            BASE: base, HEADER: self.path("panel.header")}))

    def examples(self):
        here = f"http://127.0.0.1:{self.port}"
        self.asks(here)
        self.write("comporta-changed", DOCUMENT.take("shell", fill={
            BASE: here, HEADER: self.path("panel.header")}), 0o755)
        self.write("directadmin.sh", DOCUMENT.take(
            "directadmin", fill={SHELL: self.path("comporta-changed")}), 0o755)
        self.write("bin/logger", f"""#!/bin/sh
[ "$*" = "-t comporta" ] && exec cat >>{self.log}
""", 0o755)
        for name, file in (("postfixadmin-program", "postfixadmin.php"),
                           ("roundcube-plugin", "plugin.php"),
                           ("roundcube-driver", "driver.php")):
            self.write(file, self.take(name))

    def take(self, name):
        return DOCUMENT.take(name, fill={CLIENT: self.path("panel.php")})

    def run(self, arguments, user="www-data", env=None, words=""):
        """As the web server, with `words` to read; (status, what it said)."""
        began = time.monotonic()
        done = subprocess.run(
            arguments, check=False, text=True, timeout=60, user=user,
            group=pwd.getpwnam(user).pw_gid, extra_groups=[], input=words,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": self.path("bin") + ":" + os.environ["PATH"],
                 "http_proxy": "http://127.0.0.1:1", **(env or {})})
        took = time.monotonic() - began
        expect(took < SOON_SECONDS, f"{arguments} took {took:.1f} s")
        return done.returncode, done.stdout

    def php(self, code, user="www-data", options=()):
        path = self.write("request.php", code)
        status, said = self.run(
            ["php", "-d", f"error_log={self.log}", "-d", "log_errors=1",
             "-d", "display_errors=1", "-d", "error_reporting=-1",
             *options, path], user)
        expect(status == 0, f"PHP ended with {status}: {said}")
        return said

    def logged(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read().strip()

    def expect_log(self, word):
        said = self.logged()
        expect(re.search(word, said) if word else not said,
               f"the log should say {word!r}, says {said!r}")
