"""The crash matrix: real parts, killed or failing, against an undisturbed run
of the same log. docs/RELIABILITY.md says what the rows mean.

usage: matrix.py [--seed N] [--kills N] [--short] [ROW...]
--kills: how often in all rows; --short: one row only, for every day.
The last line is "N passed, N failed".
"""

import argparse
import collections
import sys
import time

import course
import faults
import killer
import traffic
from world import RigError, Trial, World, tail

PARTS = 3
AROUND = ["sink", "hooks", "writer", "mariadb"]

# Who is killed; its share of all kills; what may come twice then, since its
# answer or our word of it was cut.
KILLED = {
    "watch": ([["watch"]], 6, ("program",)),
    "act": ([["act"]], 5, ("program",)),
    "notify": ([["notify"]], 4, ("mail", "webhook")),
    "serve": ([["serve"]], 3, ()),
    "mariadb": ([["mariadb"]], 2, ("mail", "webhook", "program")),
    "sink": ([["sink"]], 2, ("mail",)),
    "hooks": ([["hooks"]], 2, ("webhook",)),
    "writer": ([["writer"]], 2, ()),
    "everybody": ([["watch", "act", "notify"], ["serve"], AROUND], 8,
                  ("mail", "webhook", "program")),
}
SHORT = "everybody"


class Row:
    """One trial and what came of it."""

    def __init__(self, place, name, text, steps=1, **more):
        self.name, self.text, self.steps = name, text, steps
        self.trial = Trial(place, name, b"".join(text.parts), **more)
        self.killers = []
        self.fault = None
        self.way = None
        self.began = time.monotonic()

    def run(self):
        try:
            return self._run()
        finally:
            for one in self.killers:
                one.stopping.set()
            self.trial.drop()

    @property
    def killed(self):
        return sum(one.killed for one in self.killers)

    def have_died(self, share):
        """As many as should have by now."""
        return all(one.killed >= one.wanted * share or not one.is_alive()
                   for one in self.killers)

    def between(self, what, n):
        """The log grows as they die, so that all die at work."""
        if self.fault:
            self.fault.at(what, n)
        parts = len(self.text.parts)
        if what == "written" and self.name != "serve":
            share = (n + 1) / (parts * (self.steps + 1))
            self.trial.wait("they die", lambda: self.have_died(share), 120)
        if what == "asked" and self.name == "serve":
            share = (n + 1) / parts
            self.trial.wait("it dies", lambda: self.way.look()
                            or self.have_died(share), 120)

    def _run(self):
        self.trial.start_around()
        self.trial.start_ours()
        if any("notify" in one.targets for one in self.killers):
            self.trial.add("notify", self.trial.comporta("notify"), every=0.2)
        for one in self.killers:
            one.start()
        self.way = course.Course(self.trial, self.text, self.between,
                                 self.steps)
        if self.fault:
            self.fault.begin(self.trial, self.way)
        self.way.go()
        for one in self.killers:
            one.stop()
        self.way.settle()
        if self.fault:
            self.fault.end()
        self.trial.end()
        # What watch counted last is published at the end of a run.
        self.trial.run("scan", fine=(0, 69, 75))
        return course.Ledger(self.trial, len(self.text.parts))


class Matrix:
    def __init__(self, place, seed, kills):
        self.place, self.seed, self.kills = place, seed, kills
        self.text = traffic.Traffic(seed, PARTS)
        self.passed = self.failed = self.killed = 0
        self.want = Row(place, "calm", self.text).run()

    def judge(self, row, got, may_double, times):
        """A line of the table, and what is wrong."""
        difference = course.Difference(
            self.want, got, *((row.fault.kinds, row.fault.excuses)
                              if row.fault else ()))
        problems = list(difference.lines)
        most = (row.fault and row.fault.most) or times
        for what, n in difference.copies.items():
            if n > (most if what in may_double else 0):
                problems.append(f"+ {what}: {n} copies")
        for part in row.trial.parts.values():
            if part.strange():
                problems.append(f"{part.name} ended with {part.strange()}:"
                                f" {tail(part.log)[-1500:]}")
        copies = " ".join(f"{n} {what}" for what, n
                          in difference.copies.items() if n) or "-"
        print(f"{'FAIL' if problems else 'ok':5} {row.name:16} {times:4} times"
              f"  lost {difference.lost}  double {difference.doubled}"
              f"  sent again: {copies}  {time.monotonic() - row.began:.0f} s",
              flush=True)
        self.tell(problems)

    def tell(self, problems):
        for problem in problems:
            print(f"      {problem}")
        self.passed += not problems
        self.failed += bool(problems)

    def fault_row(self, name):
        fault = faults.FAULTS[name](self.place)
        try:
            row = Row(self.place, name.replace(" ", "-"), self.text,
                      steps=fault.steps, pause=0.002, delay=fault.delay,
                      smtp=fault.smtp, **fault.folders())
            row.fault = fault
            got = row.run()
            self.judge(row, got, fault.may_double, fault.times)
        except faults.NotHere as why:
            print(f"SKIPPED {name}: {why}")
        except RigError as error:
            print(f"FAIL  {name}")
            self.tell([str(error)])
        finally:
            fault.clean()

    def killed_row(self, name):
        groups, share, may_double = KILLED[name]
        shares = sum(share for _, share, _ in KILLED.values())
        kills = -(-self.kills * share // shares)
        row = Row(self.place, name, self.text, steps=-(-kills // PARTS),
                  pause=0.002, delay=0.03)
        row.killers = [
            killer.Killer(row.trial, targets, -(-kills // len(groups)),
                          f"{self.seed}-{name}-{targets[0]}")
            for targets in groups]
        try:
            got = row.run()
        except RigError as error:
            print(f"FAIL  {name}")
            self.tell([str(error)])
            return
        self.killed += row.killed
        self.judge(row, got, may_double, row.killed)
        for where, n in sorted(sum((one.where for one in row.killers),
                                   collections.Counter()).items()):
            print(f"        {n:4}  {where}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kills", type=int, default=520)
    options.add_argument("--short", action="store_true")
    options.add_argument("rows", nargs="*")
    options = options.parse_args()
    names = options.rows or [*KILLED, *faults.FAULTS]
    if options.short:
        names = [SHORT]
        shares = sum(share for _, share, _ in KILLED.values())
        options.kills = 60 * shares // KILLED[SHORT][1]
    print(f"seed {options.seed}")
    try:
        with World() as place:
            matrix = Matrix(place, options.seed, options.kills)
            for name in names:
                if name in KILLED:
                    matrix.killed_row(name)
                else:
                    matrix.fault_row(name)
    except RigError as error:
        print(f"FAIL  {error}\n0 passed, 1 failed")
        sys.exit(1)
    print(f"{matrix.killed} kills")
    print(f"{matrix.passed} passed, {matrix.failed} failed")
    sys.exit(matrix.failed > 0)


if __name__ == "__main__":
    main()
