"""What bench/score.py and bench/fit.py must say about runs made by hand."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                     "bench")
sys.path.insert(0, BENCH)
import calibration      # noqa: E402
import fit              # noqa: E402
import model            # noqa: E402
from outcome import Outcome, figures, per_attack, per_benign    # noqa: E402
from rules import MEASURE, RULES, suspensions       # noqa: E402
from traffic import DAY_MS, HOUR_MS, Run, np        # noqa: E402
from trajectory import Pool, Trajectory             # noqa: E402

T0 = 20000 * DAY_MS
MINUTE = 60000


def write(path, header, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\t".join(header) + "\n")
        for row in rows:
            file.write("\t".join(map(str, row)) + "\n")


class Made:
    """A run in the making, in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.people, self.events = folder, [], []
        self.verdicts, self.scores = [], []
        self.signals = []

    def person(self, account, attack="-", start=0, end=0, benign="office"):
        self.people.append((account, benign, attack, start, end))

    def event(self, at, account="a@x.example", kind="send", client="10.0.0.1",
              country="PL", recipients=1, spam=0):
        self.events.append((at, account, kind, client, country, 5617,
                            recipients, spam))

    def verdict(self, account, stamp, action="suspend"):
        self.verdicts.append(
            f'{{"type":"verdict","time":"{stamp}","account":"{account}",'
            f'"action":"{action}","probability":0.9}}\n')

    def score(self, at, account, *sums):
        self.scores.append((at, account, "submission", -8.805, *sums))

    def close(self):
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, "")
        write(path + "people.tsv",
              ("account", "class", "attack", "start_ms", "end_ms"),
              self.people)
        write(path + "events.tsv",
              ("at_ms", "account", "kind", "client", "country", "as",
               "recipients", "spam"), sorted(self.events))
        write(path + "scores.tsv",
              ("at_ms", "account", "kind", "prior", *self.signals),
              self.scores)
        with open(path + "verdicts.json", "w", encoding="utf-8") as file:
            file.writelines(self.verdicts)
        return self.folder


class Case(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.TemporaryDirectory(prefix="comporta-score.")
        self.addCleanup(self.root.cleanup)
        self.n = 0

    def make(self):
        self.n += 1
        return Made(os.path.join(self.root.name, f"run{self.n}"))


class Rules(Case):
    def stops(self, rule, events):
        """Minutes after T0 at which the rule stops a@x.example."""
        made = self.make()
        made.person("a@x.example")
        made.person("b@x.example")
        for event in events:
            made.event(**event)
        made.event(T0 - 30 * DAY_MS, "b@x.example", "login")
        found = suspensions(RULES[rule], Run(made.close()).events)
        self.assertNotIn("b@x.example", found)
        return [(at - T0) / MINUTE for at in found.get("a@x.example", [])]

    def sends(self, times, **more):
        return [dict(at=T0 + round(t * MINUTE), **more) for t in times]

    def test_messages(self):
        rule = "50 messages/h"
        self.assertEqual(self.stops(rule, self.sends(range(50))), [])
        self.assertEqual(self.stops(rule, self.sends(range(51))), [50])
        # The window slides: 51 within 60 minutes and a second are fine.
        self.assertEqual(self.stops(rule, self.sends(
            [1.21 * i for i in range(200)])), [])
        logins = self.sends(range(60), kind="login")
        self.assertEqual(self.stops(rule, logins), [])

    def test_recipients(self):
        self.assertEqual(self.stops(MEASURE, self.sends(
            [0, 1], recipients=200)), [])
        self.assertEqual(self.stops(MEASURE, self.sends(
            [0, 1, 2], recipients=200)), [2])
        self.assertEqual(self.stops(MEASURE, self.sends(
            [0, 1, 60], recipients=200)), [])
        self.assertEqual(self.stops(MEASURE, self.sends(
            [7], recipients=500)), [7])

    def test_unknown(self):
        rule = "100 unknown recipients/h"
        unknown = self.sends([0.1 * i for i in range(101)], kind="unknown")
        self.assertEqual(self.stops(rule, unknown), [10])
        self.assertEqual(self.stops(rule, unknown[:100]), [])

    def test_countries_of_a_day(self):
        rule = ">5 countries/>20 addr./d"

        def tour(countries, step):
            return [dict(at=T0 + i * step, country=c)
                    for i, c in enumerate(countries)]
        self.assertEqual(self.stops(rule, tour("PL DE FR IT ES".split(),
                                               HOUR_MS)), [])
        self.assertEqual(self.stops(rule, tour("PL DE FR IT ES PT".split(),
                                               HOUR_MS)), [300])
        self.assertEqual(self.stops(rule, tour("PL DE FR IT ES PT".split(),
                                               5 * HOUR_MS)), [])

    def test_addresses_of_a_day(self):
        rule = ">5 countries/>20 addr./d"
        many = [dict(at=T0 + i * MINUTE, client=f"10.0.0.{i}", kind="login")
                for i in range(21)]
        self.assertEqual(self.stops(rule, many), [20])
        self.assertEqual(self.stops(rule, many[:20]), [])
        bounced = [dict(event, kind="unknown") for event in many]
        self.assertEqual(self.stops(rule, bounced), [])

    def test_three_countries(self):
        rule = "3 countries in 2 days"

        def places(hours, last="FR"):
            return [dict(at=T0 + h * HOUR_MS, country=c)
                    for h, c in zip(hours, ("PL", "DE", last))]
        self.assertEqual(self.stops(rule, places((0, 20, 47))), [47 * 60])
        self.assertEqual(self.stops(rule, places((0, 20, 48))), [])
        self.assertEqual(self.stops(rule, places((0, 20, 30), "PL")), [])
        self.assertEqual(self.stops(rule, places((0, 20, 30), "-")), [])

    def test_sessions(self):
        rule = "100 sessions/3 addr./h"
        self.assertEqual(self.stops(rule, self.sends(
            [0.5 * i for i in range(100)], kind="login")), [49.5])
        self.assertEqual(self.stops(rule, self.sends(
            [0.5 * i for i in range(99)], kind="login")), [])
        three = [dict(at=T0 + i * 20 * MINUTE, client=f"10.0.0.{i}")
                 for i in range(3)]
        self.assertEqual(self.stops(rule, three), [40])
        self.assertEqual(self.stops(rule, three[:2] + [
            dict(three[2], at=T0 + HOUR_MS)]), [])

    def test_again_after_a_day(self):
        hours = [0, 1, 25, 26]
        self.assertEqual(self.stops(MEASURE, [
            dict(at=T0 + h * HOUR_MS, recipients=500) for h in hours]),
            [0, 25 * 60])


class Outcomes(Case):
    def outcome(self):
        """Three victims and two honest accounts in ten days."""
        made = self.make()
        start = T0 + 5 * DAY_MS
        for name in ("found", "early", "missed"):
            account = f"{name}@x.example"
            made.person(account, "slow_low" if name == "missed" else
                        "botnet_burst", start, start + HOUR_MS)
            for i in range(10):
                made.event(start + i * MINUTE, account, recipients=4, spam=1)
        made.event(start + MINUTE, "found@x.example", recipients=7)
        made.event(start + MINUTE, "found@x.example", "unknown", spam=1)
        made.person("calm@x.example")
        made.person("Wronged@X.example", benign="school")
        made.event(T0, "calm@x.example")
        made.event(T0 + 10 * DAY_MS - 1, "Wronged@X.example")
        # The third message's very moment: it was taken.
        day = "2024-10-09"
        self.assertEqual(T0 + 5 * DAY_MS, 1728432000000)    # that day
        made.verdict("found@x.example", f"{day}T00:02:00.000Z")
        made.verdict("early@x.example", "2024-10-08T23:59:59.999Z")
        made.verdict("calm@x.example", f"{day}T00:02:00.000Z", "watch")
        made.verdict("wronged@x.example", "2024-10-04T10:00:00.000Z")
        made.verdict("wronged@x.example", "2024-10-06T10:00:00.000Z")
        run = Run(made.close())
        result = Outcome()
        result.add(run, run.verdicts())
        return result.close()

    def test_found_and_leaked(self):
        attacks = per_attack(self.outcome())
        self.assertEqual(attacks["botnet_burst"], {
            "victims": 2, "found": 1, "leak_median": 26.0,
            "leak_p90": 12 + 0.9 * 28, "spam": 80, "let_out": 52})
        self.assertEqual(attacks["slow_low"]["found"], 0)
        self.assertEqual(attacks["slow_low"]["let_out"], 40)

    def test_wronged(self):
        outcome = self.outcome()
        self.assertEqual(outcome.account_days, 50)
        self.assertEqual(per_benign(outcome), {
            "office": {"accounts": 4, "wronged": 1},
            "school": {"accounts": 1, "wronged": 1}})
        self.assertEqual(outcome.strangers, 0)

    def test_figures_are_reproducible(self):
        outcome = self.outcome()
        first, second = (figures(outcome, outcome) for _ in range(2))
        self.assertEqual(first, second)
        self.assertEqual(first["wronged"]["value"], 2 / 50 * 10000)
        self.assertLess(first["wronged"]["low"], 2 / 50 * 10000)
        self.assertGreater(first["wronged"]["high"], 2 / 50 * 10000)
        self.assertEqual(first["let_out"]["value"], 1)
        self.assertAlmostEqual(first["found"]["value"], 1 / 3)

    def test_nothing_wronged_is_not_never(self):
        outcome = self.outcome()
        outcome.wronged[:] = False
        self.assertEqual(figures(outcome, outcome)["wronged"],
                         {"value": 0, "low": 0, "high": 600})


class Fit(Case):
    MEANS = (1.5, 0.7)

    def drawn(self, seed, n_victims=250, n_accounts=1000,
              attack="botnet_burst", means=MEANS):
        """One row per account and day; each signal normal with spread 1, in
        the thief's hands with its mean moved: then these means are the
        weights that are right."""
        generator = np.random.default_rng(seed)
        made = self.make()
        made.signals = ["one", "two", "hard_three"]
        for i in range(n_accounts):
            account = f"a{i}@x.example"
            is_victim = i < n_victims
            start = T0 + 4 * DAY_MS
            made.person(account, *((attack, start, start + HOUR_MS)
                                   if is_victim else ()))
            made.event(T0, account)
            made.event(T0 + 5 * DAY_MS - 1, account)
            for day in range(4 if is_victim else 5):
                made.score(T0 + day * DAY_MS, account,
                           *generator.normal(size=2), 0)
            if is_victim:
                made.event(start, account, recipients=5, spam=1)
                made.score(start, account,
                           *generator.normal(means), 0)
        return Trajectory.read(made.close())

    def test_recovers_weights(self):
        pool = Pool([self.drawn(1), self.drawn(2)])
        weights = fit.fit_weights(pool, np.ones(3), 10, 0)
        self.assertAlmostEqual(weights[0], self.MEANS[0], delta=0.2)
        self.assertAlmostEqual(weights[1], self.MEANS[1], delta=0.2)
        self.assertEqual(weights[2], 1)     # convicts alone: not touched
        near = fit.fit_weights(pool, np.ones(3), 10)
        self.assertAlmostEqual(near[0], self.MEANS[0], delta=0.4)
        self.assertAlmostEqual(near[1], self.MEANS[1], delta=0.4)
        held = fit.fit_weights(pool, np.ones(3), 1e-3, 0)
        self.assertAlmostEqual(held[0], 1, delta=0.01)

    def test_left_out_classes_say_nothing(self):
        runs = [self.drawn(1), self.drawn(2, attack="slow_low",
                                          means=self.MEANS[::-1])]
        one, two, _ = fit.fit_weights(Pool(runs), np.ones(3), 10, 0)
        self.assertAlmostEqual(one, two, delta=0.2)
        one, two, _ = fit.fit_weights(Pool(runs, ("slow_low",)), np.ones(3),
                                      10, 0)
        self.assertGreater(one, two + 0.4)

    def test_search_does_not_make_it_worse(self):
        pool = Pool([self.drawn(3, 200, 3000, means=(4, 2))])
        start = np.array([0.4, 2.0, 1.0])
        found = fit.search(pool, start, start, 1.0)
        self.assertGreater(fit.merit(pool, found, start, 1.0),
                           fit.merit(pool, start, start, 1.0))
        self.assertEqual(found[2], 1)

    def test_calibration(self):
        """Right weights without their constant: the shift must find it."""
        pool = Pool([self.drawn(5), self.drawn(6)])
        odds = pool.log_odds([*self.MEANS, 1])
        scale, shift = calibration.fit(*calibration.rows_of(pool, odds))
        self.assertAlmostEqual(scale, 1, delta=0.1)
        self.assertAlmostEqual(shift, -sum(m * m for m in self.MEANS) / 2,
                               delta=0.4)
        said = calibration.reliability(pool, [*self.MEANS, 1], scale, shift)
        self.assertLess(said["brier"], said["brier_base"])
        self.assertAlmostEqual(
            sum(row["days"] * row["said"] for row in said["bins"]),
            sum(row["days"] * row["seen"] for row in said["bins"]), delta=1)


class Evaluator(Case):
    def pool(self):
        return Pool([Trajectory.read(self.run_folder())])

    def run_folder(self):
        made = self.make()
        made.signals = ["one"]
        start = T0 + 5 * DAY_MS
        made.person("victim@x.example", "botnet_burst", start, start + 1)
        made.person("calm@x.example")
        made.person("lively@x.example")
        made.event(T0, "calm@x.example")
        made.event(T0 + 10 * DAY_MS - 1, "calm@x.example")
        for i in range(10):
            made.event(start + i * MINUTE, "victim@x.example", recipients=3,
                       spam=1)
        made.score(start - DAY_MS, "Victim@x.example", 3)
        for i, nats in enumerate((5, 9, 7, 14)):
            made.score(start + i * MINUTE + 1000, "victim@x.example", nats)
        made.score(T0 + DAY_MS, "lively@x.example", 6)
        made.score(T0 + 2 * DAY_MS, "lively@x.example", 4)
        made.verdict("victim@x.example", "2024-10-09T00:01:01.000Z")
        made.verdict("lively@x.example", "2024-10-05T00:00:00.000Z")
        return made.close()

    def program(self, name, *arguments):
        return subprocess.run(
            [sys.executable, "-B", os.path.join(BENCH, name), *arguments],
            check=True, capture_output=True, text=True).stdout

    def test_score_prints(self):
        run = self.run_folder()
        path = os.path.join(self.root.name, "figures")
        shown = self.program("score.py", "--json-to", path, run, "--hazard",
                             run, "--model", "/dev/null")
        self.assertLessEqual(max(map(len, shown.split("\n"))), 100)
        said = self.program("score.py", "--json", run, "--hazard", run,
                            "--model", "/dev/null")
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), said)
        result = json.loads(said)
        ours = result["contestants"]["comporta"]
        self.assertEqual(ours["figures"]["found"]["value"], 1)
        self.assertEqual(ours["attacks"]["botnet_burst"]["let_out"], 6)
        ours = result["hazard"]["contestants"]["comporta"]
        self.assertEqual((ours["right"], ours["wrong"], ours["posterior"]),
                         (1, 1, 0.5))
        self.assertEqual(result["reliability"]["brier_base"],
                         1.5e-4 / 1.00015 * (1 - 1.5e-4 / 1.00015))

    def test_fit_and_explain_print(self):
        run = self.run_folder()
        path = os.path.join(self.root.name, "model.conf")
        self.program("fit.py", "--weights", run, "--calibrate", run,
                     "--search", "--out", path)
        written = model.read(path)
        self.assertIn("signal.one.weight", written)
        self.assertGreaterEqual(written["judge.block"], 0.02)
        shown = self.program("explain.py", "--model", path, "--block", "1",
                             run)
        self.assertIn("lively@x.example", shown)
        self.assertIn("botnet_burst", shown)

    def test_outcomes(self):
        pool = self.pool()
        least = -8.805
        found, leaked, wronged = pool.outcomes(
            [1], [least + nats for nats in (2.5, 4.5, 8, 9.5, 15)])
        self.assertEqual(found[:, 0].tolist(), [1, 1, 1, 1, 0])
        self.assertEqual(leaked[:, 0].tolist(), [3, 3, 6, 12, 30])
        # The victim's own day before counts, and each account once.
        self.assertEqual(wronged.tolist(), [2, 1, 0, 0, 0])

    def test_threshold(self):
        pool = self.pool()
        odds = pool.log_odds([1])
        none = pool.threshold_for(odds, 0.4)
        self.assertGreater(none, -8.805 + 6)
        one = pool.threshold_for(odds, 10000 / 30)
        self.assertAlmostEqual(one, -8.805 + 4.5)

    def test_rows_at_the_height(self):
        pool = self.pool()
        odds = pool.log_odds([1])
        self.assertEqual(pool.sums[pool.takeovers(odds), 0].tolist(), [14])
        self.assertEqual(sorted(pool.sums[pool.owner_days(odds), 0]),
                         [3, 4, 6])


class Model(Case):
    def test_written_and_read(self):
        path = os.path.join(self.root.name, "model.conf")
        model.write(path, {"volume": 0.5, "crowd": 1}, {"block": 0.987654},
                    ["from 101: {not read};"])
        self.assertEqual(model.read(path), {
            "signal.volume.weight": 0.5, "signal.crowd.weight": 1,
            "judge.block": 0.987654})
        self.assertEqual(model.weights_of(model.read(path),
                                          ["crowd", "new", "volume"]),
                         [1, 1, 0.5])

    def test_list_of_options(self):
        path = os.path.join(self.root.name, "options")
        with open(path, "w", encoding="utf-8") as file:
            file.write("[judge]\n  scale   = 1.5      A factor.\n\n"
                       "[signal.volume]\n  weight  = 0.25     Weight.\n")
        self.assertEqual(model.read(path), {
            "judge.scale": 1.5, "signal.volume.weight": 0.25})


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"])
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bad > 0)
