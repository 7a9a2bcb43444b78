"""The real parts around one pipeline, each of which can be killed: a MariaDB,
a mail server, a receiver of webhooks, the log's writer, comporta's processes.

One folder and one MariaDB for all trials; a trial has a folder of its own
and begins with empty tables.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

import control
import traffic

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

from mariadb import RigError            # noqa: E402
from rig import Rig, free_port, mysql_quote, port_answers, tail, wait_until  # noqa: E402

PROGRAM = os.path.abspath(os.environ.get(
    "COMPORTA", os.path.join(ROOT, "build", "comporta")))
GEOIP = os.path.join(ROOT, "build", "geoip")
COUNTRY = os.path.abspath(os.environ.get("COUNTRY_DB",
                                         f"{GEOIP}/country.mmdb"))
ASN = os.path.abspath(os.environ.get("ASN_DB", f"{GEOIP}/asn.mmdb"))
HASH = "$6$saltsalt$" + "a" * 80
OTHER_HASH = "$6$tlastlas$" + "b" * 80
OPERATOR = "postmaster@operator.example"
# A part that cannot do its work now, and says so: it is started again.
TRY_AGAIN = (69, 75)


class Part(threading.Thread):
    """A process that is started again whenever it ends, as systemd does."""

    def __init__(self, name, arguments, env, log, every=0.0, fine=TRY_AGAIN):
        super().__init__(daemon=True)
        self.name, self.arguments, self.env = name, arguments, env
        self.log, self.every, self.fine = log, every, fine
        self.process = None
        self.stopping = False
        self.ended = {}
        self.gate = threading.Lock()

    def run(self):
        while not self.stopping:
            with open(self.log, "ab") as out, self.gate:
                if self.stopping:
                    return
                self.process = subprocess.Popen(
                    self.arguments, stdin=subprocess.DEVNULL, stdout=out,
                    stderr=out, env=self.env, cwd=ROOT)
            code = self.process.wait()
            self.ended[code] = self.ended.get(code, 0) + 1
            if code in (0, *self.fine):
                time.sleep(self.every or 0.05)

    def send(self, what):
        """A signal; False when it does not run now."""
        process = self.process
        if process is None or process.poll() is not None:
            return False
        process.send_signal(what)
        return True

    def kill(self):
        return self.send(signal.SIGKILL)

    def stop(self, with_signal=signal.SIGTERM):
        with self.gate:
            self.stopping = True
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(with_signal)
        self.join(60)
        if self.is_alive():
            self.process.kill()
            raise RigError(f"{self.name} does not end: {tail(self.log)}")

    def strange(self):
        """How it ended when nobody killed it, and not in a known way."""
        known = {0, -signal.SIGKILL, -signal.SIGTERM, *self.fine}
        return {code: n for code, n in self.ended.items()
                if code not in known}


class World(Rig):
    """What all trials share."""

    def _start(self):
        for name in ("hooks", "serve"):
            self.port[name] = free_port()
        self.shim = self.path("shim.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", self.shim,
                        os.path.join(HERE, "shim.c"), "-ldl"], check=True)
        self.control = control.Control(self.path("control"), {
            "database": self.port["mysql"], "mail": self.port["sink"],
            "hooks": self.port["hooks"], "http": self.port["serve"]})
        os.chmod(self.control.path, 0o666)
        self.write("webhook-key", "0123456789abcdef0123456789abcdef\n", 0o600)
        self.start_mariadb()
        self._make_tables()

    def _make_tables(self):
        secret = self.secret["admin"]
        self.write("password", secret + "\n", 0o600)
        subprocess.run(
            [PROGRAM, "check", "--create-tables", "--set", "mode=enforce",
             "--set", f"state_dir={self.path('made')}",
             "--set", "database.kind=mysql",
             "--set", f"database.port={self.port['mysql']}",
             "--set", "database.user=admin", "--set",
             f"database.password_file={self.path('password')}",
             "--set", f"sql_dir={ROOT}/sql"],
            capture_output=True, check=False)
        self.mariadb.apply_grants(
            [os.path.join(ROOT, "sql/own/mysql/grants.sql"),
             os.path.join(ROOT, "sql/panels/own/grants.sql")], secret)
        self.fresh = self.path("fresh.sql")
        self.dump(self.fresh)

    def _client(self, program, *arguments):
        return [program, "--no-defaults",
                f"--socket={self.mariadb.data}/s", "--user=root", *arguments]

    def dump(self, path):
        with open(path, "wb") as out:
            subprocess.run(self._client(
                "mariadb-dump", "--single-transaction", "--databases",
                "comporta", "mailserver", "--add-drop-database"),
                stdout=out, check=True)

    def restore(self, path):
        with open(path, "rb") as file:
            subprocess.run(self._client("mariadb"), stdin=file, check=True)

    def rows(self, text):
        """As sql(), but waits for a server that was killed just now."""
        return wait_until("the database", lambda: self._try(text))[0]

    def _try(self, text):
        try:
            return [self.sql(text)]
        except RigError as error:
            if "ERROR 2" not in str(error) and "gone away" not in str(error):
                raise
            return None

    def one(self, text):
        return int(self.rows(text)[0][0])

    def kill_mariadb(self, with_signal=signal.SIGKILL):
        """... and start it again."""
        process = self.mariadb.process
        process.send_signal(with_signal)
        process.wait()
        self.children.remove(process)
        self.mariadb.start()


class Trial:
    """One pipeline from its first line to its last."""

    def __init__(self, world, name, text, smtp="", state=None, log=None,
                 pause=0.0, delay=0.0):
        self.world, self.name = world, name
        self.pause, self.delay = pause, delay
        self.folder = world.path(name)
        os.mkdir(self.folder)
        for part in ("mails", "hooks", "log"):
            os.mkdir(self.path(part))
        self.state = state or self.path("state")
        self.log = log or self.path("log", "mail.log")
        self.text = text
        with open(self.path("text"), "wb") as file:
            file.write(text)
        self.rotated = self.goal = 0
        with open(self.path("place"), "w", encoding="ascii") as file:
            file.write("0 0")
        world.restore(world.fresh)
        self._add_people()
        self._write_conf(smtp)
        self.env = dict(os.environ, LD_PRELOAD=world.shim,
                        CRASH_CONTROL=world.control.path)
        self.parts = {}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def _add_people(self):
        parts = self.text.count(b"user=<m")
        values = ", ".join(
            f"('{name}', '{HASH}', 'en', '{traffic.contact(name)}')"
            for name in traffic.accounts(parts))
        self.world.sql("INSERT INTO mailserver.virtual_users"
                       f" (email, password, language, contact) VALUES {values}")

    def _write_conf(self, smtp):
        world, port = self.world, self.world.port
        with open(self.path("conf"), "w", encoding="utf-8") as out:
            out.write(f"""mode = "enforce";
state_dir = "{self.state}";
secret_file = "{self.path("secret")}";
sql_dir = "{ROOT}/sql";
template_dir = "{ROOT}/templates";
sources = ( "{self.log}" );
home = ( "PL" );
country_db = "{COUNTRY}";
asn_db = "{ASN}";
watch_interval = "100ms";
metrics_instance = "mx1";
database: {{ kind = "mysql"; host = "127.0.0.1"; port = {port["mysql"]};
    user = "comporta"; password_file = "{world.path("password")}";
    name = "comporta"; timeout = "5s"; }};
panel: {{ name = "own"; }};
mailserver: {{ kind = "none"; }};
smtp: {{ url = "smtp://127.0.0.1:{port["sink"]}";
    from = "comporta@operator.example"; {smtp} }};
serve: {{ listen = "127.0.0.1:{port["serve"]}";
    public_url = "http://127.0.0.1:{port["serve"]}";
    requests_per_minute = 1000000; }};
notice: {{ operator = "{OPERATOR}"; digest = "off"; silent_after = "0s";
    max_attempts = 1000; }};
brake: {{ per_hour = 1000; }};
actions: {{ on_block = ( "{self.path("program")} {{account}}" );
    max_attempts = 1000; }};
webhook: {{ urls = ( "http://127.0.0.1:{port["hooks"]}/hook" );
    secret_file = "{world.path("webhook-key")}"; max_attempts = 100; }};
""")
        with open(self.path("program"), "w", encoding="ascii") as out:
            os.fchmod(out.fileno(), 0o755)
            out.write("#!/bin/sh\necho \"$1\" >>"
                      f"{self.path('program.ran')}\n")

    # ---- the log --------------------------------------------------------

    def _place(self, file):
        file.seek(0)
        file.truncate()
        file.write(f"{self.rotated} {self.goal}")
        file.flush()

    def write_on(self, goal):
        """The log may grow to so many bytes in all."""
        with open(self.path("place"), "r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.goal = goal
            self._place(file)

    def is_written(self):
        try:
            return self.rotated + os.stat(self.log).st_size >= self.goal
        except OSError:
            return False

    def rotate(self, way, n):
        """While nobody writes; the log ends with a whole line."""
        with open(self.path("place"), "r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.stat(self.log).st_size
            if way == "copytruncate":
                subprocess.run(["cp", "-p", self.log, f"{self.log}-{n}.1"],
                               check=True)
                os.truncate(self.log, 0)
            else:
                os.rename(self.log, f"{self.log}-{n}.1")
                with open(self.log, "wb"):
                    pass
            self.rotated += size
            self._place(file)
        if way == "compress":
            subprocess.run(["gzip", f"{self.log}-{n}.1"], check=True)

    # ---- the parts ------------------------------------------------------

    def comporta(self, *arguments):
        return [PROGRAM, *arguments, "-c", self.path("conf")]

    def add(self, name, arguments, **more):
        part = Part(name, arguments, self.env if arguments[0] == PROGRAM
                    else dict(os.environ), self.path(f"{name}.out"), **more)
        self.parts[name] = part
        part.start()
        return part

    def start_around(self):
        """All but comporta's own."""
        port = self.world.port
        self.start_sink()
        self.add("hooks", [
            sys.executable, "tests/command/webhook_receiver.py",
            self.path("hooks"), "", str(port["hooks"])], fine=(1,))
        self.wait("hooks", lambda: port_answers(port["hooks"]))
        self.start_writer()

    def start_sink(self, *more):
        """It answers when this returns."""
        port = self.world.port["sink"]
        self.add("sink", [
            sys.executable, "tests/support/smtp-sink.py",
            self.path("sink.port"), self.path("mails.list"), "--keep",
            self.path("mails"), "--port", str(port), "--delay",
            str(self.delay), *more], fine=(1,))
        self.wait("the mail server", lambda: port_answers(port))

    def start_writer(self):
        self.add("writer", [
            sys.executable, "tests/crash/writer.py", self.path("text"),
            self.log, self.path("place"), str(self.pause)])

    def start_ours(self):
        self.add("watch", self.comporta("watch"))
        self.add("serve", self.comporta("serve"))

    def wait(self, what, condition, seconds=120):
        try:
            return wait_until(f"{self.name}: {what}", condition, seconds)
        except RigError as error:
            raise RigError(f"{error}\n{self.logs()}") from None

    def logs(self):
        return "".join(f"---- {name}\n{tail(part.log)[-3000:]}"
                       for name, part in self.parts.items())

    def drop(self):
        """Whatever still runs, after a failure."""
        for part in self.parts.values():
            part.stopping = True
            part.kill()

    def end(self):
        for name in ("watch", "scan", "serve", "notify", "writer", "sink",
                     "hooks"):
            for part in list(self.parts):
                if part.startswith(name):
                    self.parts[part].stop()

    def run(self, *arguments, fine=(0,)):
        done = subprocess.run(self.comporta(*arguments), env=self.env,
                              capture_output=True, text=True, check=False,
                              timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode not in fine:
            raise RigError(f"{arguments} ended with {done.returncode}: "
                           f"{done.stdout}{done.stderr}")
        return done.stdout

    @contextlib.contextmanager
    def nobody_sends(self):
        """While it lasts nobody begins to; False if somebody does already."""
        starters = [part for part in self.parts.values()
                    if part.arguments[0] == PROGRAM]
        with contextlib.ExitStack() as stack:
            for part in starters:
                stack.enter_context(part.gate)
                part.send(signal.SIGSTOP)
                stack.callback(part.send, signal.SIGCONT)
            yield not self.is_running("notify")

    def is_running(self, command):
        """Does any process of this trial run it?"""
        conf = self.path("conf").encode()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if command.encode() in words and conf in words:
                return True
        return False

    def explain(self, account):
        """What the detector thinks of it, asked without the database."""
        done = subprocess.run(
            [PROGRAM, "explain", account, "--json", "--state-dir",
             self.state, "--home", "PL", "--country-db", COUNTRY, "--asn-db",
             ASN], capture_output=True, text=True, check=False, timeout=60,
            env=self.env)
        return done.stdout if done.returncode == 0 else ""
