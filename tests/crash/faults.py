"""What may go wrong besides a death: one class for each row of the table.

A fault is told of each step of a trial (`at`), and does or ends its harm
there. `times` counts; `may_double` as in the rows of the killed.
"""

import os
import signal
import subprocess
import time

import traffic
from world import RigError

HOUR_MS, YEAR_MS = 3600 * 1000, 365 * 24 * 3600 * 1000


class Fault:
    steps = 6
    smtp = ""           # more lines of this section
    may_double = ()
    kinds = None        # of the ledger that are compared; all
    delay = 0.0

    def __init__(self, place):
        self.place = place
        self.times = 0
        self.most = None    # copies; as often as it happened
        self.trial = self.way = None

    def folders(self):
        """Keyword arguments for the Trial."""
        return {}

    def begin(self, trial, way):
        self.trial, self.way = trial, way

    def at(self, what, n):
        pass

    def excuses(self, key):
        """May this row of the ledger be missing or too many?"""
        return False

    def end(self):
        pass

    def clean(self):
        pass


class FullDisk(Fault):
    """A small file system of its own, filled up and made free again."""

    BYTES = 24 << 20
    where = ""

    def folders(self):
        self.disk = self.place.path(f"disk-{self.where}")
        os.mkdir(self.disk)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={self.BYTES},mode=755",
             "comporta-crash", self.disk], capture_output=True, text=True,
            check=False)
        if done.returncode:
            os.rmdir(self.disk)
            raise NotHere(f"no file system can be mounted: {done.stderr}")
        return self.on(os.path.join(self.disk, "balloon"))

    def on(self, balloon):
        self.balloon = balloon
        return {self.where: os.path.join(self.disk, "here")}

    def fill(self):
        with open(self.balloon, "wb", buffering=0) as file:
            piece = bytes(1 << 16)
            while piece:
                try:
                    file.write(piece)
                except OSError:
                    piece = piece[:len(piece) // 2]
        self.times += 1

    def free(self):
        if os.path.exists(self.balloon):
            os.unlink(self.balloon)

    def clean(self):
        subprocess.run(["umount", "-l", self.disk], check=False)


class StateFull(FullDisk):
    """The log goes on meanwhile: nothing of it may be lost or counted twice
    when there is room again."""

    where = "state"

    def at(self, what, n):
        if what == "written" and n % self.steps in (0, 3):
            self.fill()
            time.sleep(0.4)
        elif what == "written":
            time.sleep(0.1)
            self.free()


class LogFull(FullDisk):
    """What cannot be written waits with the writer, half a line too."""

    where = "log"
    BYTES = 2 << 20

    def on(self, balloon):
        super().on(balloon)
        return {"log": os.path.join(self.disk, "mail.log")}

    def at(self, what, n):
        if what == "growing" and n % self.steps in (1, 4):
            self.fill()
            time.sleep(0.4)
            self.free()


class CommitFull(Fault):
    """Each so-manieth write of watch finds no space, also in the middle of a
    commit; then the disk is fine again."""

    def at(self, what, n):
        every = (3, 2, 5, 1, 7, 4)[n % 6] if what == "growing" else 0
        if what == "growing":
            self.place.control.set("watch", "full_every", every)
            time.sleep(0.25)
        elif what == "written":
            self.place.control.set("watch", "full_every", 0)
            self.times = self.place.control.get("watch", "refused")

    def clean(self):
        self.place.control.set("watch", "full_every", 0)
        self.place.control.set("watch", "refused", 0)


class DatabaseRestarted(Fault):
    may_double = ("mail", "webhook", "program")
    delay = 0.02

    def at(self, what, n):
        if (what == "written" and n % 2) or what in ("begin", "blocked"):
            self.place.kill_mariadb(signal.SIGTERM)
            self.times += 1


class MailAway(Fault):
    """The mail server ends in each part, and comes back after its blocks."""

    meanwhile = None

    def at(self, what, n):
        if what == "begin":
            self.trial.parts["sink"].stop()
            if self.meanwhile:
                self.trial.start_sink(*self.meanwhile)
            self.times += 1
        elif what == "blocked":
            if self.meanwhile:
                self.trial.parts["sink"].stop()
            self.trial.start_sink()


class MailLater(MailAway):
    """It answers 451 to every recipient meanwhile."""

    meanwhile = ("--later", "@")


class MailSilent(MailAway):
    """It takes each message and never says so: what nobody knows of is sent
    again."""

    meanwhile = ("--silent",)
    smtp = 'timeout = "1s"; answer_timeout = "1s";'
    may_double = ("mail",)

    def at(self, what, n):
        if what == "blocked":
            # A few attempts, a minute and more between them.
            for _ in range(4):
                self.way.jump(10)
                time.sleep(0.3)
            self.most = 100
        super().at(what, n)


class ClockJumps(Fault):
    """While the log grows, and back when who must be blocked is."""

    jump_ms = HOUR_MS

    def at(self, what, n):
        control = self.place.control
        if what == "growing" and n % self.steps == 2:
            control.now_ms += self.jump_ms
            self.times += 1
        elif what == "blocked":
            control.now_ms -= self.jump_ms


class ClockBack(ClockJumps):
    jump_ms = -HOUR_MS


class ClockYear(ClockJumps):
    """Whether a block is a second one within a month it says as well."""

    jump_ms = YEAR_MS
    kinds = ("blocks", "switches", "lifts", "webhooks", "actions", "audit",
             "counted", "accounts")


class ClockYearBack(ClockJumps):
    jump_ms = -YEAR_MS


class LiftsAhead(ClockJumps):
    """People lift while the clock is wrong: whoever is stolen again must be
    found again. Words of trust hold as long as that clock says, and what is a
    repeat it says as well."""

    jump_ms = YEAR_MS
    kinds = ("blocks", "switches")

    def at(self, what, n):
        control = self.place.control
        if what == "blocked":
            # Links are good for a fortnight.
            self.way.may_expire = True
            control.now_ms += self.jump_ms
            self.times += 1
        elif what == "lifted":
            control.now_ms -= self.jump_ms


class LiftsBehind(LiftsAhead):
    jump_ms = -YEAR_MS


class Rotated(Fault):
    """After each step, read or not; not before the log was ever read, since
    such a log has no past."""

    way_of = "rename"

    def at(self, what, n):
        if what == "written" and n > 0:
            self.trial.rotate(self.way_of, n)
            self.times += 1


class Copied(Rotated):
    way_of = "copytruncate"


class Compressed(Rotated):
    way_of = "compress"


class TwoWatches(Fault):
    """The second is refused until the first is killed; then it goes on."""

    may_double = ("program",)

    def begin(self, trial, way):
        super().begin(trial, way)
        trial.add("watch2", trial.comporta("watch"), every=0.02)

    def at(self, what, n):
        if what == "written":
            self.trial.parts["watch" if n % 2 else "watch2"].kill()

    def end(self):
        self.times = sum(self.trial.parts[name].ended.get(75, 0)
                         for name in ("watch", "watch2"))


class WatchAndScan(Fault):
    """cron's line was left when watch was set up."""

    may_double = ("program",)

    def begin(self, trial, way):
        super().begin(trial, way)
        trial.add("scan", trial.comporta("scan", "-q"), every=0.05)

    def at(self, what, n):
        if what == "written":
            self.trial.parts["watch"].kill()

    def end(self):
        self.times = self.trial.parts["scan"].ended.get(75, 0)


class TwoMachines(Fault):
    """Two with the same log and a state each on one database: both decide,
    one block is made."""

    def begin(self, trial, way):
        super().begin(trial, way)
        trial.add("watch2", trial.comporta(
            "watch", "--set", f"state_dir={trial.path('state2')}", "--set",
            "metrics_instance=mx2"))

    def end(self):
        self.times = 1


class DatabaseRestored(Fault):
    """The whole server as it was a part ago: blocks that stood are made
    again, lifts stay heard. What people did since is lost with it, a block by
    hand too: nobody else knew of it."""

    kinds = ("switches",)
    may_double = ("program",)

    def excuses(self, key):
        return key == traffic.by_hand(1)

    def at(self, what, n):
        backup = self.trial.path("backup.sql")
        if what == "lifted" and n == 0:
            self.place.dump(backup)
        elif what == "lifted" and n == 1:
            # Names of mails hold the second.
            self.place.control.now_ms += 60000
            self.place.restore(backup)
            self.times += 1
            self.most = 2   # blocks are made again, and their programs run
            self.way.blocks_are_made(1, lifted=True)


class StateCut(Fault):
    """The state's file is damaged while watch does not run: it is refused,
    blocks stand, and with the file moved away it goes on. What was counted
    and learnt is lost with it."""

    kinds = ("decisions", "blocks", "switches", "lifts", "notices",
             "webhooks", "actions", "audit")

    def harm(self, path):
        os.truncate(path, os.stat(path).st_size // 2)

    def at(self, what, n):
        if what != "lifted" or n > 1:
            return
        self.trial.parts["watch"].stop()
        stood = self.place.rows("SELECT * FROM comporta.comporta_send_block")
        folder = os.path.join(self.trial.state, "state")
        self.harm(os.path.join(folder, "data.mdb"))
        watch = self.trial.add("watch", self.trial.comporta("watch"),
                               fine=(65, 69, 75))
        self.trial.wait("it is refused", lambda: watch.ended.get(65))
        if stood != self.place.rows(
                "SELECT * FROM comporta.comporta_send_block"):
            raise RigError("blocks are gone")
        os.rename(folder, f"{folder}.{n}")
        self.times += 1


class StateGarbage(StateCut):
    def harm(self, path):
        with open(path, "r+b") as file:
            file.write(os.urandom(os.stat(path).st_size))


class StateGone(StateCut):
    """Also a file of no bytes: it begins anew at once."""

    def at(self, what, n):
        if what == "lifted" and n <= 1:
            self.trial.parts["watch"].stop()
            path = os.path.join(self.trial.state, "state", "data.mdb")
            if n == 0:
                os.truncate(path, 0)
            else:
                os.unlink(path)
            self.trial.add("watch", self.trial.comporta("watch"))
            self.times += 1


class NotHere(Exception):
    """This machine cannot do that."""


FAULTS = {
    "state full": StateFull, "log full": LogFull,
    "commit full": CommitFull,
    "mariadb again": DatabaseRestarted,
    "mail away": MailAway, "mail 451": MailLater,
    "mail silent": MailSilent,
    "clock +1 h": ClockJumps, "clock -1 h": ClockBack,
    "clock +1 y": ClockYear, "clock -1 y": ClockYearBack,
    "lift +1 y": LiftsAhead, "lift -1 y": LiftsBehind,
    "rename": Rotated, "copytruncate": Copied, "compress": Compressed,
    "watch+watch": TwoWatches, "watch+scan": WatchAndScan,
    "two machines": TwoMachines,
    "mariadb restored": DatabaseRestored,
    "state cut": StateCut, "state garbage": StateGarbage,
    "state gone": StateGone,
}
