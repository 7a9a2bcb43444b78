"""How long after its line was written a decision is there (make bench-watch).

A writer appends Postfix's lines to a log that `comporta watch` follows, at
several rates; some of them are the one line that makes a stolen account. For
each the times from write(2) to the verdict on watch's standard output and to
the row of the block table are taken: in SQLite when another connection sees
it, in MariaDB when its COMMIT arrived there. Real programs, a real clock; all
on one machine.

Environment: COMPORTA, COUNTRY_DB, ASN_DB; RATES (1,100,10000 lines a second),
DECISIONS (500 for each), KINDS (sqlite,mysql). Needs root, as it starts a
MariaDB. Exits with 1 where p99 is more than a second.
"""

import collections
import datetime
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "tests", "e2e"))

from enforce import PROGRAM, expect
from rig import RigError, wait_until
from story import ABROAD
from watched import NO_BRAKE, Databases, Verdicts, at, geo_options

RATES = [int(rate) for rate in
         os.environ.get("RATES", "1,100,10000").split(",")]
DECISIONS = int(os.environ.get("DECISIONS", "500"))
KINDS = os.environ.get("KINDS", "sqlite,mysql").split(",")
MARK_S = 1.0            # p99, says the issue
A_SECOND = 20           # decisions, at most
PEOPLE = 5000           # who send what is between two decisions
PRIMED = 5              # countries; the sixth within an hour is too many
TICK_S = 0.001
VICTIM = re.compile(r"v\d{5}\.\d+@poczta\.example")


def tell(what, seconds):
    print(f"{what}: p50 {at(seconds, 0.5) * 1000:.1f} ms, p99"
          f" {at(seconds, 0.99) * 1000:.1f} ms, longest"
          f" {max(seconds) * 1000:.1f} ms", flush=True)


def head(when):
    return when.isoformat(timespec="microseconds") + "+00:00 mx1 postfix/"


def submission(when, queue_id, account, address):
    return (f"{head(when)}submission/smtpd[7]: {queue_id}: client=unknown"
            f"[{address}], sasl_method=PLAIN, sasl_username={account}\n")


def from_line(when, queue_id, account):
    return (f"{head(when)}qmgr[8]: {queue_id}: from=<{account}>, size=900,"
            " nrcpt=1 (queue active)\n")


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


def primed_log(victims):
    """Everyone was in five countries within the last minutes."""
    began = utc_now() - datetime.timedelta(minutes=10)
    for country, (_, address) in enumerate(ABROAD[:PRIMED]):
        for number, account in enumerate(victims):
            when = began + datetime.timedelta(minutes=country,
                                              microseconds=1000 * number)
            queue_id = f"P{country:X}{number:06X}"
            yield submission(when, queue_id, account, address)
            yield from_line(when, queue_id, account)


class Traffic:
    """Lines as they come: who sends, or, when it is his turn, a victim."""

    def __init__(self, rate, victims):
        self.victims = collections.deque(victims)
        self.between = max(1, rate // A_SECOND)
        self.number = 0
        self.message = None
        self.written = {}

    def next(self):
        """The line, and whose decision it is (or None)."""
        self.number += 1
        if self.number % self.between == 0:
            account = self.victims.popleft()
            return submission(utc_now(), f"V{self.number:07X}", account,
                              ABROAD[PRIMED][1]), account
        if self.message:
            line = from_line(utc_now(), *self.message)
            self.message = None
            return line, None
        person = self.number % PEOPLE
        self.message = f"B{self.number:07X}", f"user{person:04}@ok.example"
        return submission(utc_now(), *self.message,
                          f"83.{person // 250}.{person % 250}.1"), None

    def write(self, log, rate):
        began, done = time.monotonic(), 0
        with open(log, "ab", buffering=0) as out:
            while self.victims:
                due = int((time.monotonic() - began) * rate) + 1
                while done < due and self.victims:
                    line, account = self.next()
                    if account:
                        self.written[account] = time.time()
                    out.write(line.encode())
                    done += 1
                time.sleep(max(TICK_S, began + done / rate
                               - time.monotonic()))
        return done, time.monotonic() - began


class SqliteRows(threading.Thread):
    """When another connection sees each account's row."""

    def __init__(self, file):
        super().__init__(daemon=True)
        self.file = file
        self.seen = {}
        self.is_over = False

    def run(self):
        database = sqlite3.connect(self.file)
        version = None
        while not self.is_over:
            time.sleep(0.002)
            before = version
            version = database.execute("PRAGMA data_version").fetchone()
            if version == before:
                continue
            now = time.time()
            for account, in database.execute(
                    "SELECT account FROM comporta_send_block"):
                self.seen.setdefault(account, now)

    def end(self):
        self.is_over = True
        self.join()
        return self.seen


class MariadbRows:
    """When the COMMIT of each account's row arrived: MariaDB's own log."""

    def __init__(self, mariadb):
        self.mariadb = mariadb

    def start(self):
        self.mariadb.sql("SET GLOBAL log_output = 'TABLE',"
                         " GLOBAL general_log = 1;"
                         "TRUNCATE mysql.general_log")

    def end(self):
        self.mariadb.sql("SET GLOBAL general_log = 0")
        rows = self.mariadb.sql(
            "SELECT thread_id, event_time, argument FROM mysql.general_log"
            " WHERE argument LIKE 'INSERT INTO comporta_send_block%'"
            " OR argument = 'COMMIT' ORDER BY event_time")
        inserted, seen = collections.defaultdict(list), {}
        for thread, when, words in rows:
            if words.startswith("INSERT"):
                inserted[thread] += VICTIM.findall(words)
                continue
            arrived = datetime.datetime.fromisoformat(when).timestamp()
            for account in inserted.pop(thread, ()):
                seen.setdefault(account, arrived)
        return seen


class Trial:
    """One rate into one database."""

    def __init__(self, rig, kind, conf, rate):
        self.rig, self.kind, self.conf, self.rate = rig, kind, conf, rate
        self.name = f"{kind}-{rate}"
        self.victims = [f"v{number:05}.{rate}@poczta.example"
                        for number in range(DECISIONS)]
        self.state = rig.path(f"state-{self.name}")
        self.log = rig.path(f"{self.name}.log")

    def options(self):
        return ["-q", "-c", self.conf, "--state-dir", self.state, "--json",
                *geo_options(), *NO_BRAKE,
                "--set", "notice.to_contact=false",
                "--set", "notice.to_mailbox=false",
                "--set", "notice.digest=off", self.log]

    def prepare(self):
        self.rig.sql_of(self.kind,
                        "INSERT INTO {panel}virtual_users (email, password)"
                        " VALUES " + ",".join(f"('{account}', 'a hash')"
                                              for account in self.victims))
        with open(self.log, "w", encoding="ascii") as out:
            out.writelines(primed_log(self.victims))
        done = subprocess.run([PROGRAM, "scan", *self.options()],
                              capture_output=True, text=True, check=False)
        expect(done.returncode == 0 and '"suspend"' not in done.stdout,
               f"the scan before: {done.returncode}: {done.stderr}")

    def run(self):
        self.prepare()
        rows = (SqliteRows(self.rig.sqlite_file) if self.kind == "sqlite"
                else MariadbRows(self.rig.mariadb))
        rows.start()
        watch = subprocess.Popen(
            [PROGRAM, "watch", *self.options()], stdout=subprocess.PIPE,
            text=True)
        verdicts = Verdicts(watch.stdout)
        verdicts.start()
        time.sleep(2)
        traffic = Traffic(self.rate, self.victims)
        try:
            lines, seconds = traffic.write(self.log, self.rate)
            wait_until("the last verdict",
                       lambda: len(verdicts.seen) == DECISIONS, 30)
            time.sleep(2)
        finally:
            watch.terminate()
            watch.wait()
        return self.judge(traffic.written, verdicts.seen, rows.end(),
                          f"{lines / seconds:.0f} lines a second")

    def judge(self, written, decided, blocked, speed):
        expect(set(written) <= set(blocked),
               f"{len(set(written) - set(blocked))} rows are missing")
        print(f"\n{self.kind}, {speed}, {len(written)} decisions:")
        to_verdict = [decided[one] - written[one] for one in written]
        to_row = [blocked[one] - written[one] for one in written]
        tell("  from the line to the verdict", to_verdict)
        tell("  from the line to the row", to_row)
        return max(at(to_verdict, 0.99), at(to_row, 0.99)) <= MARK_S


def main():
    sys.setswitchinterval(0.0005)
    is_good = True
    with Databases() as rig:
        confs = {"sqlite": rig.install_sqlite()}
        if "mysql" in KINDS:
            confs["mysql"] = rig.install_mysql()
        for rate in RATES:
            for kind in KINDS:
                trial = Trial(rig, kind, confs[kind], rate)
                is_good &= trial.run()
                shutil.rmtree(trial.state, ignore_errors=True)
    return 0 if is_good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RigError as error:
        sys.exit(f"bench: {error}")
