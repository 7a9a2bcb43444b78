#!/usr/bin/python3
"""explain.py - who is wronged, who is missed, and what the signals said.

usage: explain.py [--model FILE...] [--block P] [--most N] [--class NAME] RUN...

First the owners' moments with the highest p, one for each account, then the
victims whose p stays highest below the threshold, each class by itself. For
whoever wants to know which signal to improve. Sums are after their weights.
"""

import argparse
import concurrent.futures
import datetime
import os

import model
from calibration import sigmoid
from traffic import np
from trajectory import Pool, Trajectory

SHORT = 9       # letters of a signal's name above its column


def moment(at_ms):
    when = datetime.datetime.fromtimestamp(at_ms / 1000, datetime.timezone.utc)
    return when.strftime("%m-%d %H:%M")


def initials(name):
    """origin_novelty -> o_novelty: it must stand above a narrow column."""
    *first, last = name.split("_")
    return ("".join(word[0] for word in first) + "_" + last)[:SHORT]


def heading(pool, first):
    print(f"\n{first:18}{'time':>12}{'p':>8}" +
          "".join(f"{initials(name):>{SHORT + 1}}" for name in pool.signals) +
          "  account")


def line(pool, row, first, p, weights):
    said = pool.sums[row] * weights
    print(f"{first:18}{moment(pool.at[row]):>12}{p[row]:8.4f}" +
          "".join(f"{nats:{SHORT + 1}.2f}" for nats in said) +
          "  " + pool.names[pool.account[row]])


def add_names(pool):
    """Names and times, which figures do not need."""
    pool.names = [name for one in pool.runs for name in one.people]
    pool.persons = [p for one in pool.runs for p in one.people.values()]
    first = np.cumsum([0] + [len(one.people) for one in pool.runs])
    pool.account = np.concatenate([one.account + first[i] for i, one in
                                   enumerate(pool.runs)])
    pool.at = np.concatenate([one.at for one in pool.runs])


def show_owners(pool, odds, p, weights, options):
    heading(pool, "owners")
    rows = pool.highest_rows(odds, pool.own, pool.account_starts)
    shown = 0
    for row in rows[np.argsort(-odds[rows], kind="stable")]:
        benign = pool.persons[pool.account[row]].benign
        if options.only in (None, benign) and shown < options.most:
            line(pool, row, benign, p, weights)
            shown += 1


def show_missed(pool, odds, p, weights, options):
    heading(pool, "missed")
    rows = pool.takeovers(odds)
    rows = rows[p[rows] < options.block]
    classes = {}
    for row in rows[np.argsort(-odds[rows], kind="stable")]:
        attack = pool.persons[pool.account[row]].attack
        if options.only in (None, attack):
            classes.setdefault(attack, []).append(row)
    for attack in sorted(classes):
        for row in classes[attack][:options.most]:
            line(pool, row, attack, p, weights)
    silent = len(pool.victims) - len(pool.his_starts)
    print(f"{silent} victims about whom nothing was said at all")


def main():
    parser = argparse.ArgumentParser(
        description="who is wronged, who is missed, and why")
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--model", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--block", type=float, help="p of a block")
    parser.add_argument("--most", type=int, default=10, metavar="N",
                        help="rows of owners, and of each class (10)")
    parser.add_argument("--class", dest="only", metavar="NAME")
    options = parser.parse_args()
    numbers = {}
    for path in options.model:
        numbers.update(model.read(path))
    if options.block is None:
        options.block = numbers.get("judge.block", 0.92)
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as workers:
        pool = Pool(list(workers.map(Trajectory.read, options.runs)))
    add_names(pool)
    weights = np.array(model.weights_of(numbers, pool.signals))
    odds = pool.log_odds(weights)
    p = sigmoid(numbers.get("judge.scale", 1) * odds +
                numbers.get("judge.shift", 0))
    show_owners(pool, odds, p, weights, options)
    show_missed(pool, odds, p, weights, options)


if __name__ == "__main__":
    main()
