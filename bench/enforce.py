"""How long it takes until a decision is obeyed, on real servers.

1. An account is connected to a real Postfix and names one recipient after the
   other as fast as it can. `comporta suspend` is started. How long after the
   COMMIT, and after the start, is the first recipient refused?
2. A thousand decisions wait because MariaDB was away. How long does the scan
   that carries them out take, and how much does it ask of MariaDB?

Needs what the end-to-end tests need, and root. Environment: COMPORTA,
COUNTRY_DB, ASN_DB as there; TRIALS (100), BLOCKS (1000). Everything runs on one
machine over loopback: a real network comes on top.
"""

import datetime
import math
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "tests", "e2e"))

from enforce import (CLIENT, OWNER, PASSWORD, PROGRAM, RO_SECRET, ROOT,
                     WHAT_WAS_THERE, Document, EnforceRig, expect)
from rig import RigError
from story import ABROAD

TRIALS = int(os.environ.get("TRIALS", "100"))
BLOCKS = int(os.environ.get("BLOCKS", "1000"))
MOST_RECIPIENTS = 900   # of one message; Postfix takes 1000


def at(values, share):
    """The value that `share` of them do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def tell(what, seconds):
    print(f"{what}: median {at(seconds, 0.5) * 1000:.1f} ms,"
          f" p99 {at(seconds, 0.99) * 1000:.1f} ms,"
          f" longest {max(seconds) * 1000:.1f} ms")


# ---- one block, seen from an open connection ----------------------------

def connect_postfix(rig):
    document = Document("postfix-")
    path = rig.write("postfix/comporta-sasl.cf", document.take(
        "postfix-mysql-map",
        fill={"127.0.0.1": f"127.0.0.1:{rig.port['mysql']}",
              "PASSWORD": RO_SECRET}))
    rig.give_to_postfix(path)
    rig.use(document.take("postfix-main", fill={
        "/etc/postfix/comporta-sasl.cf": path, WHAT_WAS_THERE: ""}))


class Suspend(threading.Thread):
    """comporta suspend, and when it was started and ended."""

    def __init__(self, conf):
        super().__init__()
        self.conf = conf
        self.started = self.ended = 0.0
        self.done = None

    def run(self):
        self.started = time.time()
        self.done = subprocess.run(
            [PROGRAM, "suspend", OWNER, "--reason", "bench", "-q", "-c",
             self.conf], capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL)
        self.ended = time.time()


def until_refused(session):
    """Names recipients without pause; (last accepted, first refused, words)
    as times of the answers."""
    accepted = None
    while True:
        session.mail()
        for number in range(MOST_RECIPIENTS):
            code, words = session.rcpt(f"p{number}@ok.example")
            now = time.time()
            if code != 250:
                return accepted, now, f"{code} {words}"
            accepted = now
        session.rset()


def trial(rig, conf):
    with rig.session(CLIENT, OWNER, PASSWORD) as session:
        session.mail()
        expect(session.rcpt("x@ok.example")[0] == 250, "before the block")
        session.rset()
        suspend = Suspend(conf)
        suspend.start()
        _, refused, words = until_refused(session)
        suspend.join()
    expect(suspend.done.returncode == 0, f"suspend: {suspend.done}")
    expect("suspended for this mailbox" in words, words)
    rig.comporta("lift", OWNER, "--force", "--reason", "bench", "-c", conf)
    return suspend, refused


def commits(rig):
    """When MariaDB was told to COMMIT each transaction that blocked: its log
    has the time at which a statement arrived."""
    rows = rig.mariadb.sql(
        "SELECT thread_id, event_time, argument FROM mysql.general_log"
        " WHERE argument LIKE 'INSERT INTO comporta_send_block%'"
        " OR argument = 'COMMIT' ORDER BY event_time")
    blocking, found = set(), []
    for thread, when, words in rows:
        if words.startswith("INSERT"):
            blocking.add(thread)
        elif thread in blocking:
            blocking.remove(thread)
            found.append(datetime.datetime.fromisoformat(when).timestamp())
    return found


def one_block(rig, conf):
    connect_postfix(rig)
    rig.mariadb.sql("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1;"
                    "TRUNCATE mysql.general_log")
    trials = [trial(rig, conf) for _ in range(TRIALS)]
    rig.mariadb.sql("SET GLOBAL general_log = 0")
    committed = commits(rig)
    expect(len(committed) == TRIALS, f"{len(committed)} COMMITs of {TRIALS}")
    print(f"\nAn open connection that names recipients without pause,"
          f" {TRIALS} blocks:")
    tell("  from the COMMIT to the first refused recipient",
         [refused - commit for (_, refused), commit
          in zip(trials, committed)])
    tell("  from the start of `comporta suspend` to the first refused one",
         [refused - suspend.started for suspend, refused in trials])
    tell("  the whole of `comporta suspend`, with its notice",
         [suspend.ended - suspend.started for suspend, _ in trials])


# ---- many blocks in one run ---------------------------------------------

def stolen_log(accounts):
    """Each sends from ten countries within minutes, to many strangers."""
    now = datetime.datetime.now() - datetime.timedelta(minutes=30)
    queue_id = 0xA0000000
    for mail in range(3):
        for country, (_, address) in enumerate(ABROAD):
            when = now + datetime.timedelta(seconds=30 * (10 * mail + country))
            head = when.strftime("%b %e %H:%M:%S") + " rig postfix/"
            network = ".".join(address.split(".")[:2])
            for number, account in enumerate(accounts):
                queue_id += 1
                one = f"{queue_id:011X}"
                client = f"{network}.{number // 250}.{number % 250 + 1}"
                yield (f"{head}submission/smtpd[10]: {one}: client=unknown"
                       f"[{client}], sasl_method=PLAIN,"
                       f" sasl_username={account}\n"
                       f"{head}qmgr[11]: {one}: from=<{account}>, size=900,"
                       " nrcpt=4 (queue active)\n")
                for person in range(4):
                    gone = person == 3
                    yield (f"{head}smtp[12]: {one}: to=<p{one}.{person}@"
                           f"{'dead' if gone else 'ok'}.example>,"
                           " relay=mx.example[192.0.2.1]:25, delay=1,"
                           " delays=0/0/0/1, "
                           + ("dsn=5.1.1, status=bounced (host said: 550"
                              " 5.1.1 No such user here)" if gone else
                              "dsn=2.0.0, status=sent (250 2.0.0 Ok)") + "\n")
                yield f"{head}qmgr[11]: {one}: removed\n"


def counters(rig):
    return {name: int(value) for name, value in rig.mariadb.sql(
        "SHOW GLOBAL STATUS WHERE Variable_name = 'Questions'"
        " OR Variable_name LIKE 'Com\\_%'") if value.isdigit()}


def scan(conf, log, *more):
    geoip = os.path.join(ROOT, "build", "geoip")
    started = time.time()
    done = subprocess.run(
        [PROGRAM, "scan", "-q", "-c", conf, "--home", "PL",
         "--country-db", os.environ.get("COUNTRY_DB",
                                        f"{geoip}/country.mmdb"),
         "--asn-db", os.environ.get("ASN_DB", f"{geoip}/asn.mmdb"),
         "--set", "brake.per_hour=1000000", "--set", "brake.share=1",
         *more, log], capture_output=True, text=True, check=False)
    return done, time.time() - started


def many_blocks(rig, conf):
    accounts = [f"user{number:04}@poczta.example" for number in range(BLOCKS)]
    rig.mariadb.sql("INSERT INTO mailserver.virtual_users (email, password)"
                    " VALUES " + ",".join(f"('{account}', 'a hash')"
                                          for account in accounts))
    log = rig.write("stolen.log", "".join(stolen_log(accounts)))
    # The bench is of blocks: nobody is written to, and nobody's password is
    # looked at again at the end of the scan.
    more = ("--set", "notice.to_contact=false", "--set",
            "notice.to_mailbox=false", "--set", "lift.self_service=false")
    with rig.mariadb_away():
        done, seconds = scan(conf, log, *more)
    print(f"\nMariaDB is away: the scan that decides ended with"
          f" {done.returncode} after {seconds:.2f} s")
    before = counters(rig)
    already = rig.mariadb.sql(
        "SELECT COUNT(*) FROM comporta.comporta_send_block")
    expect(already == [["0"]], f"blocked already: {already}")
    done, seconds = scan(conf, log, *more)
    after = counters(rig)
    blocks = int(rig.mariadb.sql(
        "SELECT COUNT(*) FROM comporta.comporta_send_block")[0][0])
    expect(done.returncode == 0 and blocks, f"scan: {done}, {blocks} blocks")
    print(f"MariaDB is back: {blocks} blocks in one scan, {seconds:.2f} s,"
          f" {seconds / blocks * 1000:.2f} ms each")
    asked = {name: after[name] - before[name] for name in after}
    print(f"  {asked.pop('Questions') / blocks:.2f} statements per block,"
          " counted by MariaDB:")
    for name, times in sorted(asked.items(), key=lambda one: -one[1]):
        if times / blocks >= 0.05:
            print(f"    {name[4:]:20} {times / blocks:6.2f}")


def main():
    with EnforceRig() as rig:
        rig.install_sqlite()    # only the rig's mailboxes use it
        conf = rig.install_mysql()
        rig.add_people()
        one_block(rig, conf)
        many_blocks(rig, conf)


if __name__ == "__main__":
    try:
        main()
    except RigError as error:
        sys.exit(f"bench: {error}")
