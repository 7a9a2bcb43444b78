"""Who kills: the parts that it may, at moments and writes that its seed
chooses, until there were enough."""

import collections
import random
import threading
import time

from control import AFTER, BEFORE, ROLES, TORN

# Seconds between two deaths of a part: it must get on in between.
PAUSES = {"mariadb": (0.3, 1.5), "sink": (0.1, 0.6), "hooks": (0.1, 0.6),
          "writer": (0.05, 0.3), "serve": (0.0, 0.05)}
PAUSE = (0.02, 0.3)
CALLS_MAX = 60          # an idle round of watch makes about ten
ARMED_SECONDS = 0.5


class Killer(threading.Thread):
    """`targets` are names of parts, or of comporta's subcommands."""

    def __init__(self, trial, targets, kills, seed):
        super().__init__(daemon=True)
        self.trial, self.world = trial, trial.world
        self.targets, self.wanted = targets, kills
        self.random = random.Random(seed)
        self.stopping = threading.Event()
        self.where = collections.Counter()
        self.problem = None

    @property
    def killed(self):
        return sum(self.where.values())

    def run(self):
        try:
            while self.killed < self.wanted and not self.stopping.is_set():
                target = self.random.choice(self.targets)
                time.sleep(self.random.uniform(*PAUSES.get(target, PAUSE)))
                self.kill(target)
        except Exception as error:      # shown by stop()
            self.problem = error

    def kill(self, target):
        if target == "mariadb":
            self.world.kill_mariadb()
            self.where["mariadb, at any moment"] += 1
        elif target not in ROLES:
            if self.trial.parts[target].kill():
                self.where[f"{target}, at any moment"] += 1
        elif self.random.random() < 0.6:
            self.kill_at_write(target)
        elif self.world.control.kill(target, self.trial.path("conf")):
            self.where[f"{target}, at any moment"] += 1

    def kill_at_write(self, role):
        control = self.world.control
        before = control.get(role, "deaths")
        control.arm(role, self.random.randint(1, CALLS_MAX),
                    self.random.choice((BEFORE, AFTER, TORN)))
        until = time.monotonic() + ARMED_SECONDS
        while time.monotonic() < until and not self.stopping.is_set():
            if control.get(role, "deaths") > before:
                break
            time.sleep(0.002)
        control.disarm(role)
        time.sleep(0.002)
        if control.get(role, "deaths") > before:
            self.where[f"{role}, {control.where(role)}"] += 1

    def stop(self):
        self.stopping.set()
        self.join(120)
        if self.problem:
            raise self.problem
