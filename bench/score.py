#!/usr/bin/python3
"""score.py - comporta beside the published rules, on labelled runs.

usage: score.py [--json] [--json-to FILE] [--model FILE...]
                [--hazard RUN...] [RUN...]

RUN is a folder or a list of files, see traffic.py. The runs behind --hazard
have takeovers as rare as in reality: from them come the accounts wronged and
how many blocks were right. --model FILE: the numbers of the model (model.py);
then the score tables tell whether p means what it says. What the columns
mean: outcome.py and rules.py.
"""

import argparse
import concurrent.futures
import functools
import json
import os
import sys
import time

import calibration
import model
from outcome import Outcome, PER, figures, per_attack, per_benign
from rules import MEASURE, RULES, suspensions
from traffic import Run
from trajectory import Pool, Trajectory

OURS = "comporta"
QUIET_SECONDS = 2
COLUMNS = (     # figure, two lines of heading, how it is written, width
    ("found", "found", "of all", "percent", 7),
    ("found_seen", "found", "but 2 *", "percent", 8),
    ("leak_median", "leaked", "median", "count", 8),
    ("leak_p90", "leaked", "p90", "count", 10),
    ("burst_median", "bursts", "median", "count", 10),
    ("burst_p90", "bursts", "p90", "count", 10),
    ("wronged", "wronged", "per 10k", "rate", 10),
    ("let_out", "let out", "% of (2)", "percent", 9),
)


def try_all(with_scores, name):
    """One run; contestant -> account -> times of suspensions; what the
    signals said, or None."""
    run = Run(name)
    stopped = {OURS: run.verdicts()}
    for rule_name, rule in RULES.items():
        stopped[rule_name] = suspensions(rule, run.events)
    run.events = None   # large, and nobody needs it any more
    said = Trajectory(run, stopped[MEASURE]) if with_scores else None
    return run, stopped, said


def outcomes(tried):
    """Contestant -> outcome over all runs."""
    found = {name: Outcome() for name in (OURS, *RULES)}
    for run, stopped, _ in tried:
        for name, outcome in found.items():
            outcome.add(run, stopped[name])
    return {name: outcome.close() for name, outcome in found.items()}


def try_runs(names, with_scores):
    began, tried = time.monotonic(), []
    workers = min(len(names), os.cpu_count() or 1)
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        for done in pool.map(functools.partial(try_all, with_scores),
                             names):
            tried.append(done)
            if time.monotonic() - began > QUIET_SECONDS:
                print(f"  scored {len(tried)} of {len(names)} runs",
                      file=sys.stderr)
    return tried


def written(value, kind):
    if kind == "percent":
        return f"{100 * value:.1f}" if value < 0.1 else f"{100 * value:.0f}"
    if kind == "rate":
        return f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"{value:.0f}"


def numbered(name):
    """Rules have numbers, the tables by class have no room for names."""
    names = list(RULES)
    return f"({names.index(name) + 1}) {name}" if name in RULES else name


def print_contestants(all_figures):
    print(f"{'':28}" + "".join(f"{c[1]:>{c[4]}}" for c in COLUMNS))
    print(f"{'':28}" + "".join(f"{c[2]:>{c[4]}}" for c in COLUMNS))
    for name, own in all_figures.items():
        cells, ranges = "", ""
        for key, _, _, kind, width in COLUMNS:
            one = own[key]
            cells += f"{written(one['value'], kind) if one else '-':>{width}}"
            low_high = f"{written(one['low'], kind)}-" \
                f"{written(one['high'], kind)}" if one else ""
            ranges += f"{low_high:>{width}}"
        print(f"{numbered(name):28}{cells}\n{'':28}{ranges}")
    print("found and let out in per cent, leaked in recipients; second lines: "
          "95 % intervals\n* without manual_fraud and location_mimic; bursts: "
          "botnet_burst and single_address\n10k: 10,000 account-days; (2) is "
          "the rule of that number")


def heading(first, *more):
    numbers = (f"({i + 1})" for i in range(len(RULES)))
    print(f"\n{first}" + "".join(f"{name:>7}" for name in (*numbers, *more)))


def print_attacks(results):
    ours = per_attack(results[OURS])
    others = [per_attack(results[name]) for name in RULES]
    heading(f"{'found, of':20}{'victims':>8}{OURS:>9}", "median", "p90",
            "% out")
    for attack, row in ours.items():
        print(f"{attack:20}{row['victims']:8}{row['found']:9}" +
              "".join(f"{other[attack]['found']:7}" for other in others) +
              f"{row['leak_median']:7.0f}{row['leak_p90']:7.0f}"
              f"{100 * row['let_out'] / max(1, row['spam']):7.1f}")


def print_benign(results):
    ours = per_benign(results[OURS])
    others = [per_benign(results[name]) for name in RULES]
    heading(f"{'wronged, of':20}{'accounts':>8}{OURS:>9}")
    for benign, row in ours.items():
        print(f"{benign:20}{row['accounts']:8}{row['wronged']:9}" +
              "".join(f"{other[benign]['wronged']:7}" for other in others))


def hazard_row(outcome):
    right, wrong = int(outcome.found.sum()), int(outcome.wronged.sum())
    row = {"takeovers": len(outcome.found), "right": right, "wrong": wrong,
           "posterior": right / (right + wrong) if right + wrong else None}
    row["wronged"] = figures(outcome, outcome)["wronged"]
    return row


def print_hazard(rows, account_days):
    takeovers = rows[OURS]["takeovers"]
    print(f"\nTakeovers as rare as in reality: {takeovers} in {account_days} "
          "account-days")
    print(f"{'':28}{'right':>9}{'wrong':>9}{'% right':>9}"
          f"{'wronged':>9} per {PER} account-days")
    for name, row in rows.items():
        wronged = {end: written(value, "rate")
                   for end, value in row["wronged"].items()}
        posterior = row["posterior"]
        print(f"{numbered(name):28}{row['right']:9}{row['wrong']:9}"
              f"{'-' if posterior is None else f'{100 * posterior:.0f}':>9}"
              f"{wronged['value']:>9} ({wronged['low']}-{wronged['high']})")


def report(runs, hazard_runs):
    """All figures as one dict, and what prints them."""
    result, show = {}, []
    if runs:
        results = outcomes(runs)
        all_figures = {name: figures(one, results[MEASURE])
                       for name, one in results.items()}
        result["contestants"] = {
            name: {"figures": all_figures[name], "attacks": per_attack(one),
                   "benign": per_benign(one), "strangers": one.strangers,
                   "account_days": one.account_days}
            for name, one in results.items()}
        show.append(lambda: print_contestants(all_figures))
        show.append(lambda: print_attacks(results))
        show.append(lambda: print_benign(results))
    if hazard_runs:
        rare = outcomes(hazard_runs)
        rows = {name: hazard_row(one) for name, one in rare.items()}
        days = rare[OURS].account_days
        result["hazard"] = {"account_days": days, "contestants": rows}
        for name, one in rare.items():
            rows[name]["benign"] = per_benign(one)
        show.append(lambda: print_hazard(rows, days))
        show.append(lambda: print_benign(rare))
    return result, show


def reliability(tried, paths):
    numbers = {}
    for path in paths:
        numbers.update(model.read(path))
    pool = Pool([said for _, _, said in tried])
    return calibration.reliability(
        pool, model.weights_of(numbers, pool.signals),
        numbers.get("judge.scale", 1), numbers.get("judge.shift", 0),
        numbers.get("judge.block", 0.92),
        numbers.get("judge.hazard", calibration.HAZARD))


def main():
    parser = argparse.ArgumentParser(
        description="comporta beside the published rules, on labelled runs")
    parser.add_argument("runs", nargs="*", metavar="RUN")
    parser.add_argument("--hazard", nargs="+", default=[], metavar="RUN",
                        help="runs with takeovers as rare as in reality")
    parser.add_argument("--model", nargs="+", metavar="FILE",
                        help="the model's numbers, the later file wins")
    parser.add_argument("--json", action="store_true",
                        help="figures in place of tables")
    parser.add_argument("--json-to", metavar="FILE",
                        help="tables, and figures into a file")
    options = parser.parse_args()
    if not options.runs and not options.hazard:
        parser.error("no run is given")
    tried = try_runs(options.runs + options.hazard, bool(options.model))
    runs, rare = tried[:len(options.runs)], tried[len(options.runs):]
    result, show = report(runs, rare)
    if options.model:
        result["reliability"] = reliability(tried, options.model)
        show.append(lambda: calibration.print_reliability(
            result["reliability"]))
    if options.json_to:
        with open(options.json_to, "w", encoding="utf-8") as file:
            print(json.dumps(result, indent=1), file=file)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for one in show:
        one()


if __name__ == "__main__":
    main()
