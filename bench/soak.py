"""A day of a large host in minutes, with every part real (make soak).

The log of 50,000 accounts is written at SPEED times the speed of its clock into
a file that `comporta watch` follows and logrotate rotates twice; decisions go
to MariaDB, notices to an SMTP server, `comporta serve` is asked now and then,
and owners change their passwords. The week before is read first: what it makes
known is in memory when the day begins. Every five seconds memory, descriptors
and threads of each process are taken, and for every decision how long after its
line it came, in seconds of the clock and of the log.

Environment: COMPORTA, GENERATE, COUNTRY_DB, ASN_DB; ACCOUNTS (50000), STOLEN
(100), SPEED (200), DAYS (8, the last is the one), FROM and HOURS (0 and 24, of
it), WARM_HOURS (2, of it, before anything is compared), SAMPLE (5 s). Needs
root, as it starts a MariaDB. Exits with 1 where memory grew by more than 5 %
(and 1 MB), descriptors did, a line was lost or read twice, or a decision came
more than a second of the clock late.
"""

import bisect
import collections
import datetime
import os
import re
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests", "e2e"))

import urllib.error
import urllib.request

from enforce import PROGRAM, ROOT, expect
from rig import RigError, wait_until
from watched import NO_BRAKE, Databases, Verdicts, at, geo_options

GENERATE = os.environ.get("GENERATE", f"{ROOT}/build/generate")
ACCOUNTS = os.environ.get("ACCOUNTS", "50000")
DAYS = os.environ.get("DAYS", "8")       # with the one that is written
STOLEN = os.environ.get("STOLEN", "100")
SPEED = float(os.environ.get("SPEED", "200"))
FROM_HOUR = float(os.environ.get("FROM", "0"))
HOURS = float(os.environ.get("HOURS", "24"))
WARM_HOURS = float(os.environ.get("WARM_HOURS", "2"))
THE_DAY = "2026-11-21"
SAMPLE_S = float(os.environ.get("SAMPLE", "5"))
ASK_S, TICK_S = 1, 0.0005
PASSWORDS_S = 20        # between two owners who change theirs
GROWTH, SLACK_KB = 0.05, 1024   # of memory, at most: 5 %, or a megabyte
LATE_S = 1.0            # of the clock


def seconds_of(stamp):
    """Of the day: "2026-11-21T10:42:57.5+00:00"."""
    return (int(stamp[11:13]) * 3600 + int(stamp[14:16]) * 60
            + float(re.match(r"[\d.]+", stamp[17:]).group()))


class Day:
    """The lines of the day by their time; what came before goes into a file."""

    def __init__(self, before):
        self.stamps, self.lines, self.accounts = [], [], set()
        self.n_before = 0
        until = FROM_HOUR + HOURS
        made = subprocess.Popen(
            [GENERATE, "--accounts", ACCOUNTS, "--days", DAYS, "--end",
             THE_DAY, "--stolen", STOLEN], stdout=subprocess.PIPE)
        with open(before, "wb") as out:
            for line in made.stdout:
                stamp = line[:32].decode("ascii")
                login = re.search(rb"(?:sasl_username=|user=<)([^>,\s]+)",
                                  line)
                if login:
                    self.accounts.add(login.group(1).decode("ascii"))
                hour = seconds_of(stamp) / 3600
                if stamp[:10] != THE_DAY or hour < FROM_HOUR:
                    out.write(line)
                    self.n_before += 1
                elif hour < until:
                    self.stamps.append(seconds_of(stamp))
                    self.lines.append(line)
        expect(made.wait() == 0, "the log could not be made")


class Writer(threading.Thread):
    """Writes the day; knows when what was written."""

    def __init__(self, day, log):
        super().__init__(daemon=True)
        self.day, self.log = day, log
        self.must_reopen = False
        self.ends, self.times = [], []      # of the log; of the clock
        self.late = 0.0
        self.began = None

    def now_s(self):
        """The time of the log."""
        return FROM_HOUR * 3600 + (time.time() - self.began) * SPEED

    def run(self):
        stamps, lines = self.day.stamps, self.day.lines
        out, done = open(self.log, "ab", buffering=0), 0
        self.began = time.time()
        while done < len(lines):
            if self.must_reopen:
                out.close()
                out = open(self.log, "ab", buffering=0)
                self.must_reopen = False
            due = bisect.bisect_right(stamps, self.now_s(), done)
            if due > done:
                out.write(b"".join(lines[done:due]))
                self.ends.append(stamps[due - 1])
                self.times.append(time.time())
                self.late = max(self.late, (self.now_s() - stamps[done])
                                / SPEED)
                done = due
            time.sleep(TICK_S)
        out.close()

    def written(self, stamp):
        """When the line of that time was written, by the clock."""
        return self.times[min(bisect.bisect_left(self.ends, stamp),
                              len(self.times) - 1)]


def descendants(pid):
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children",
                      encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
        except OSError:
            pass
    return found


class Sampler(threading.Thread):
    """Memory (not that of files), descriptors and threads, by process."""

    FIELDS = ("RssAnon", "VmRSS", "Threads")

    def __init__(self, roots):
        super().__init__(daemon=True)
        self.roots = roots
        self.rows = collections.defaultdict(list)
        self.began = time.time()
        self.is_over = False

    def take(self, pid):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().split(b"\0")
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = dict(line.split(":", 1) for line in file)
        name = (os.path.basename(words[0]) + b" " + words[1]
                if words[0].endswith(b"comporta")
                else os.path.basename(words[0])).decode("ascii", "replace")
        row = [int(status[field].split()[0]) for field in self.FIELDS]
        row.append(len(os.listdir(f"/proc/{pid}/fd")))
        self.rows[name, pid].append((time.time() - self.began, *row))

    def run(self):
        while not self.is_over:
            for root in self.roots:
                for pid in descendants(root):
                    try:
                        self.take(pid)
                    except (OSError, KeyError):
                        pass        # it ended meanwhile
            time.sleep(SAMPLE_S)


class Asker(threading.Thread):
    """Whoever looks at serve now and then."""

    PATHS = ("/healthz", "/metrics", "/b/nobodys-link", "/support")

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.answers = collections.Counter()
        self.is_over = False

    def ask(self, path):
        try:
            with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port}{path}", timeout=30) as got:
                return got.status, got.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError as error:
            return str(error), ""

    def run(self):
        while not self.is_over:
            for path in self.PATHS:
                self.answers[path, self.ask(path)[0]] += 1
                time.sleep(ASK_S)

    def lines_read(self):
        return sum(int(float(count)) for count in re.findall(
            r"^comporta_log_lines_total\{.*\} (\S+)$",
            self.ask("/metrics")[1], re.M))


class Soak:
    def __init__(self, rig):
        self.rig = rig
        self.log = rig.path("mail.log")
        self.day = Day(self.log)
        self.conf = rig.install_mysql()
        rig.start_sink("sink")
        accounts = sorted(self.day.accounts)
        for i in range(0, len(accounts), 1000):
            rig.sql_of("mysql", "INSERT INTO {panel}virtual_users"
                       " (email, password) VALUES "
                       + ",".join(f"('{one}', 'a hash')"
                                  for one in accounts[i:i + 1000]))
        self.changed = 0

    def start(self, command, *more, **streams):
        return subprocess.Popen(
            [PROGRAM, command, "-c", self.conf, "--set",
             f"smtp.url=smtp://127.0.0.1:{self.rig.port['sink']}", *more],
            text=True, **streams)

    def start_serve(self):
        process = self.start("serve", "--listen", "127.0.0.1:0", "--set",
                             "serve.metrics_without_token=true", "--set",
                             "serve.requests_per_minute=100000",
                             stderr=subprocess.PIPE)
        port = int(re.search(r"port (\d+)", process.stderr.readline())[1])
        return process, Asker(port)

    def start_watch(self):
        told = open(self.rig.path("watch.err"), "w", encoding="ascii")
        return self.start("watch", "--json", *geo_options(), *NO_BRAKE,
                          stdout=subprocess.PIPE, stderr=told)

    def rotate(self, writer):
        """As rsyslog's: renamed, made anew, and the writer is told."""
        conf = self.rig.write("rotate.conf", f"""
{self.log} {{
    rotate 5
    create
    missingok
    compress
    delaycompress
}}
""")
        done = subprocess.run(
            ["logrotate", "-f", "-s", self.rig.path("rotate.state"), conf],
            capture_output=True, text=True, check=False)
        expect(done.returncode == 0, f"logrotate: {done.stderr}")
        writer.must_reopen = True

    def change_a_password(self):
        found = self.rig.mariadb.sql(
            "SELECT account FROM comporta.comporta_send_block LIMIT 1")
        for account, in found:
            self.changed += 1
            self.rig.mariadb.sql(
                "UPDATE mailserver.virtual_users SET password ="
                f" 'hash {self.changed}', password_changed ="
                f" UTC_TIMESTAMP() WHERE email = '{account}'")

    def follow(self, writer, verdicts, sampler):
        length_s = HOURS * 3600 / SPEED
        rotations = [length_s / 3, 2 * length_s / 3]
        next_password = PASSWORDS_S
        while writer.is_alive():
            time.sleep(0.2)
            now_s = time.time() - writer.began
            if rotations and now_s >= rotations[0]:
                rotations.pop(0)
                self.rotate(writer)
            if now_s >= next_password:
                next_password += PASSWORDS_S
                self.change_a_password()
                print(f"soak: {now_s:4.0f} s, {writer.now_s() / 3600:.1f} h,"
                      f" {len(verdicts.all)} decisions, writer at most"
                      f" {writer.late * 1000:.0f} ms late", file=sys.stderr,
                      flush=True)
        sampler.is_over = True

    def run(self):
        serve, asker = self.start_serve()
        watch = self.start_watch()
        verdicts = Verdicts(watch.stdout)
        verdicts.start()
        try:
            wait_until("the days before", lambda:
                       asker.lines_read() == self.day.n_before, 300)
            n_before = len(verdicts.all)
            sampler = Sampler([watch.pid, serve.pid,
                               self.rig.mariadb.process.pid])
            writer = Writer(self.day, self.log)
            for thread in (writer, sampler, asker):
                thread.start()
            wait_until("the first line", lambda: writer.began)
            self.follow(writer, verdicts, sampler)
            wait_until("the last line", lambda: asker.lines_read()
                       >= self.day.n_before + len(self.day.lines), 60)
            time.sleep(3)
            lines = asker.lines_read() - self.day.n_before
            asker.is_over = True
            asker.join()
        finally:
            watch.terminate()
            serve.terminate()
            codes = watch.wait(), serve.wait()
        expect(codes == (0, 0), f"watch and serve ended with {codes}")
        return judge(self, writer, sampler, verdicts.all[n_before:], lines,
                     asker)


def tell_processes(sampler, warm_s):
    is_good = True
    print(f"after {warm_s:.0f} s of warming up   samples   memory kB:"
          "  first   largest  (of it all: last)  descriptors  threads")
    for (name, _), rows in sorted(sampler.rows.items()):
        rows = [row for row in rows if row[0] >= warm_s]
        if len(rows) < 3:
            continue        # one that comes and goes
        first, most = rows[0][1], max(row[1] for row in rows)
        files = [row[4] for row in rows]
        is_ours = name.startswith("comporta")
        grown = most > max(first * (1 + GROWTH), first + SLACK_KB)
        leaks = files[-1] > files[0]
        verdict = ("  GREW" if grown else "") + ("  LEAKS" if leaks else "")
        is_good &= not (is_ours and (grown or leaks))
        print(f"  {name:27} {len(rows):7}   {first:17} {most:9}"
              f"  {rows[-1][2]:18}  {min(files):5}-{max(files)}"
              f"  {min(r[3] for r in rows)}-{max(r[3] for r in rows)}"
              f"{verdict}")
    return is_good


def tell_memory(sampler, length_s):
    """As the day goes on, in twelve steps."""
    print("memory in MB as the time goes on:")
    for (name, _), rows in sorted(sampler.rows.items()):
        if len(rows) < 12:
            continue
        steps = [next((row[1] for row in reversed(rows)
                       if row[0] <= length_s * i / 12), rows[0][1])
                 for i in range(1, 13)]
        print(f"  {name:27} " + " ".join(f"{kb / 1024:.1f}" for kb in steps))


def judge(soak, writer, sampler, decisions, lines, asker):
    wanted = len(soak.day.lines)
    late = []
    for now, stamp, _ in decisions:
        late.append(now - writer.written(seconds_of(stamp)))
    expect(late, "nobody was to be stopped")
    blocked, held = (int(soak.rig.mariadb.sql(
        f"SELECT COUNT(*) FROM comporta.{table}")[0][0])
        for table in ("comporta_block", "comporta_send_block"))
    print(f"\n{HOURS:g} h of {ACCOUNTS} accounts at {SPEED:g} times speed:"
          f" {wanted} lines in {writer.times[-1] - writer.began:.0f} s,"
          f" {len(decisions)} decisions")
    print(f"lines read once: {lines} of {wanted}; incidents {blocked},"
          f" passwords changed {soak.changed}, stopped at the end {held}")
    print("serve was asked: " + ", ".join(
        f"{path} {code}: {n}" for (path, code), n
        in sorted(asker.answers.items())))
    print(f"the writer itself was at most {writer.late * 1000:.1f} ms late")
    for what, times, unit in (("of the clock", 1000, "ms"),
                              ("of the log", SPEED, "s")):
        print(f"from the line to its decision, {what}: p50"
              f" {at(late, 0.5) * times:.2f} {unit}, p99"
              f" {at(late, 0.99) * times:.2f} {unit}, longest"
              f" {max(late) * times:.2f} {unit}")
    within = sum(one * SPEED <= 1 for one in late)
    print(f"within one second of the log: {within} of {len(late)}")
    tell_memory(sampler, HOURS * 3600 / SPEED)
    is_good = tell_processes(sampler, WARM_HOURS * 3600 / SPEED)
    is_good &= lines == wanted and max(late) <= LATE_S
    is_good &= blocked == len({one for *_, one in decisions}) or \
        blocked >= len(decisions)
    return is_good


def main():
    sys.setswitchinterval(0.0005)
    with Databases() as rig:
        is_good = Soak(rig).run()
    print("passed" if is_good else "FAILED")
    return 0 if is_good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RigError as error:
        sys.exit(f"soak: {error}")
