#!/usr/bin/python3
"""fit.py - the model's numbers from labelled runs.

usage: fit.py --weights RUN... --calibrate RUN... --out model.conf
       fit.py --try volume=0.5,origin_novelty=1.2 --calibrate RUN...

Runs need their score tables (traffic.py). Weights are fitted on the first
runs, without the classes of --leave-out; scale, shift and threshold on the
others. A logistic regression alone learns the generator by heart: so every
weight is held near a centre by a Gaussian prior, and --search only refines by
what counts. Signals named hard_* convict alone by intent and keep their
centre. Prints what every threshold would do; the one that is written wrongs
no more accounts than --target on the calibration runs.
"""

import argparse
import concurrent.futures
import os
import sys

import calibration
import model
from calibration import HAZARD, sigmoid
from traffic import np
from trajectory import Pool, Trajectory

LEFT_OUT = "slow_low,home_proxies,crew_many"
MOST_WEIGHT = 10.0
ROUNDS = 6              # which row is a day's highest depends on the weights
INTERCEPT_SPREAD = 2.0
# The account-days that count: those about and above the log odds that the
# owners of so many accounts per 10,000 account-days reach.
FOCUS = 60.0
WATCH, WATCHED = 0.5, 10    # watched at this p, or where so many times more
#                             owners than are wronged would be
LEAST_BLOCK = 0.02      # the least that judge.block may be
WRONGED = (0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6)
SEARCH_TARGETS = (0.2, 0.4, 0.8, 1.6)
SEARCH_STEPS = (1.3, 1 / 1.3, 1.1, 1 / 1.1, 1.03, 1 / 1.03)
SEARCH_ROUNDS = 8
# What moving one weight by one spread must bring at least, in shares found.
SEARCH_PRICE = 0.005


def design(pool, odds, hazard, focus):
    """Rows for the regression: what the signals said at the height of every
    account-day, the log odds before evidence, label, how much it counts.
    Days of which there is no row said nothing."""
    own, his = pool.owner_days(odds), pool.thief_days(odds)
    victim = np.zeros(len(pool.sums), np.int64)
    victim[pool.his] = pool.his_victim
    his = his[pool.is_kept[victim[his]]]
    days = np.bincount(victim[his], minlength=len(pool.victims))
    rows = np.concatenate([own, his])
    quiet_days = max(0, pool.account_days - len(own))
    silent = int((pool.is_kept & (days == 0)).sum())
    sums = np.concatenate([pool.sums[rows],
                           np.zeros((2, len(pool.signals)))])
    prior = np.concatenate([pool.prior[rows], np.full(2, np.log(hazard))])
    label = np.concatenate([np.zeros(len(own)), np.ones(len(his)), [0, 1]])
    counts = np.concatenate([np.ones(len(own)), 1 / days[victim[his]],
                             [quiet_days, silent]])
    if focus:
        # The same for owners and thieves, or it would bend the odds.
        near = np.append(odds[rows], np.full(2, np.log(hazard))) - \
            pool.threshold_for(odds, focus)
        counts *= sigmoid(2 * near)
    # Victims are too many here: their share is the prior of this sample.
    sample = max(1, pool.is_kept.sum()) / pool.account_days
    return sums, prior - np.log(hazard) + np.log(sample), label, counts


def bounded_newton(sums, prior, label, counts, centre, spread, free):
    """Weights (of free signals) and an intercept: the most likely ones under
    the Gaussian prior, within the bounds."""
    columns = np.concatenate([sums, np.ones((len(sums), 1))], 1)
    middle = np.append(centre, 0.0)
    stiff = np.append(np.full(len(centre), spread ** -2),
                      INTERCEPT_SPREAD ** -2)
    low = np.append(np.full(len(centre), model.LEAST_WEIGHT), -50.0)
    high = np.append(np.full(len(centre), MOST_WEIGHT), 50.0)
    may_move = np.append(free, True)
    now = np.clip(middle, low, high)
    now[:-1][~free] = centre[~free]

    def loss(at):
        odds = prior + columns @ at
        return (counts * np.logaddexp(0, np.where(label > 0, -odds, odds))
                ).sum() + 0.5 * (stiff * (at - middle) ** 2).sum()

    for _ in range(60):
        p = sigmoid(prior + columns @ now)
        slope = columns.T @ (counts * (p - label)) + stiff * (now - middle)
        bend = (columns * (counts * p * (1 - p))[:, None]).T @ columns
        bend[np.diag_indices(len(now))] += stiff
        stuck = ((now <= low) & (slope > 0)) | ((now >= high) & (slope < 0))
        go = np.flatnonzero(may_move & ~stuck)
        step = np.zeros(len(now))
        step[go] = np.linalg.solve(bend[np.ix_(go, go)], slope[go])
        length, before = 1.0, loss(now)
        while length > 1e-6:
            tried = np.where(may_move, np.clip(now - length * step, low, high),
                             now)
            if loss(tried) <= before:
                break
            length /= 2
        moved = np.abs(tried - now).max()
        now = tried
        if moved < 1e-8 or length <= 1e-6:
            break
    return now[:-1], float(now[-1])


def fit_weights(pool, centre, spread, focus=FOCUS, hazard=HAZARD):
    centre = np.asarray(centre, float)
    free = np.array([not name.startswith("hard_") for name in pool.signals])
    weights = centre.copy()
    for _ in range(ROUNDS):
        rows = design(pool, pool.log_odds(weights), hazard, focus)
        before = weights
        weights, _ = bounded_newton(*rows, centre, spread, free)
        if np.abs(weights - before).max() < 1e-3:
            break
    return weights


def merit(pool, weights, middle, spread):
    """What counts: victims found and recipients spared, over several targets
    of accounts wronged, so that no single account decides."""
    odds = pool.log_odds(weights)
    found, leaked, _ = pool.outcomes(
        weights, [pool.threshold_for(odds, one) for one in SEARCH_TARGETS])
    spared = 1 - leaked / np.maximum(1, pool.spam)
    good = found[:, pool.seen].mean() + 0.5 * spared[:, pool.seen].mean()
    return good - SEARCH_PRICE * (((weights - middle) / spread) ** 2).sum()


def search(pool, weights, middle, spread):
    """Steps of single weights, as long as one of them is worth its price;
    from the weights given or the middle, whichever is better."""
    weights = max((middle, weights),
                  key=lambda w: merit(pool, w, middle, spread)).copy()
    best = merit(pool, weights, middle, spread)
    for _ in range(SEARCH_ROUNDS):
        before = best
        for i, name in enumerate(pool.signals):
            for step in () if name.startswith("hard_") else SEARCH_STEPS:
                tried = weights.copy()
                tried[i] = np.clip(tried[i] * step, model.LEAST_WEIGHT,
                                   MOST_WEIGHT)
                value = merit(pool, tried, middle, spread)
                if value > best:
                    weights, best = tried, value
        if best <= before:
            break
    return weights


def print_curve(pool, weights, scale, shift, marked=None):
    odds = pool.log_odds(weights)
    chosen = [pool.threshold_for(odds, one) for one in WRONGED]
    if marked is not None:
        chosen.append(marked)
    chosen = sorted(set(chosen), reverse=True)
    print(f"{'threshold':>10}{'p':>10}{'wronged':>9}{'found':>7}"
          f"{'but 2 *':>8}{'leaked':>8}{'p90':>6}{'bursts':>8}{'p90':>6}"
          f"{'let out':>9}")
    for row in pool.curve(weights, chosen):
        p = sigmoid(scale * row["threshold"] + shift)
        mark = "  <" if row["threshold"] == marked else ""
        print(f"{row['threshold']:10.2f}{p:10.5f}{row['wronged']:9.2f}"
              f"{100 * row['found']:7.1f}{100 * row['found_seen']:8.1f}"
              f"{row['leak_median']:8.0f}{row['leak_p90']:6.0f}"
              f"{row['burst_median']:8.0f}{row['burst_p90']:6.0f}"
              f"{100 * row['let_out']:9.1f}{mark}")


def compare(pool, stages):
    """Victims found (but two classes) at a few rates of accounts wronged."""
    print(f"{'found, % at wronged':26}" +
          "".join(f"{one:>8g}" for one in WRONGED))
    for name, weights in stages.items():
        odds = pool.log_odds(weights)
        rows = pool.curve(weights, [pool.threshold_for(odds, one)
                                    for one in WRONGED])
        print(f"  {name:24}" + "".join(f"{100 * row['found_seen']:8.1f}"
                                       for row in rows))


def judge_numbers(pool, weights, threshold, target):
    """Scale, shift, watch and block."""
    odds = pool.log_odds(weights)
    scale, shift = calibration.fit(*calibration.rows_of(pool, odds))
    block = float(sigmoid(scale * threshold + shift))
    if block < LEAST_BLOCK:
        print(f"  p would be {block:.3f} at the threshold; the shift is "
              f"raised until it is {LEAST_BLOCK}", file=sys.stderr)
        shift += float(np.log(LEAST_BLOCK / (1 - LEAST_BLOCK)) -
                       np.log(block / (1 - block)))
        block = LEAST_BLOCK
    often = float(sigmoid(
        scale * pool.threshold_for(odds, WATCHED * target) + shift))
    return {"scale": scale, "shift": shift, "watch": min(WATCH, often),
            "block": block}


def centre_of(options, signals):
    numbers = {}
    for path in options.centre:
        numbers.update(model.read(path))
    for part in (options.attempt or "").split(","):
        if part:
            name, _, value = part.partition("=")
            if name not in signals:
                sys.exit(f"fit: there is no signal {name}; there are: "
                         + ", ".join(signals))
            numbers[f"signal.{name}.weight"] = float(value)
    return np.array(model.weights_of(numbers, signals))


def load(names, leave_out=()):
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        return Pool(list(pool.map(Trajectory.read, names)), leave_out)


def fit_stages(options, centre):
    """Name -> weights: where they are held, fitted, refined."""
    stages = {"centre": centre}
    if options.attempt is None:
        pool = load(options.weights, options.leave_out.split(","))
        print("  fitting", file=sys.stderr)
        stages["fitted"] = fit_weights(pool, centre, options.spread,
                                       options.focus)
        if options.search:
            print("  searching", file=sys.stderr)
            stages["searched"] = search(pool, stages["fitted"], centre,
                                        options.spread)
    # What is written has so many digits; it must do what is printed.
    return {name: np.array([float(model.number(w)) for w in weights])
            for name, weights in stages.items()}


def show_runs(names):
    return " ".join(os.path.basename(name.rstrip("/")) for name in names)


def comments(options, row):
    return [
        "Written by bench/fit.py (FIT=1 make eval). Made-up traffic: these",
        "are no field rates.",
        f"weights: runs {show_runs(options.weights)} without "
        f"{options.leave_out}; spread {options.spread:g}"
        + (", searched" if options.search else ""),
        f"scale, shift, block: runs {show_runs(options.calibrate)}; "
        f"target {options.target:g}",
        f"there: found {100 * row['found_seen']:.1f} % (but two classes), "
        f"wronged {row['wronged']:.2f} per 10,000",
        f"account-days, threshold {row['threshold']:.3f} nats",
    ]


def parse():
    parser = argparse.ArgumentParser(description="fit the model's numbers")
    parser.add_argument("--weights", nargs="+", metavar="RUN", default=[])
    parser.add_argument("--calibrate", nargs="+", metavar="RUN", required=True)
    parser.add_argument("--leave-out", default=LEFT_OUT, metavar="CLASS,...")
    parser.add_argument("--centre", nargs="+", default=[], metavar="FILE",
                        help="model.conf files for where weights are held; "
                             "else 1 for each")
    parser.add_argument("--spread", type=float, default=0.25,
                        help="standard deviation of the prior (0.25)")
    parser.add_argument("--focus", type=float, default=FOCUS,
                        help="regard account-days about and above what so "
                             "many owners per 10,000 reach; 0: all (60)")
    parser.add_argument("--target", type=float, default=0.4,
                        help="accounts wronged per 10,000 account-days (0.4)")
    parser.add_argument("--search", action="store_true",
                        help="refine by what counts, after the regression")
    parser.add_argument("--try", dest="attempt", metavar="NAME=W,...",
                        help="only show what these weights would do")
    parser.add_argument("--out", metavar="FILE")
    options = parser.parse_args()
    if options.attempt is None and not options.weights:
        parser.error("--weights or --try")
    return options


def main():
    options = parse()
    print("  reading runs", file=sys.stderr)
    held_out = load(options.calibrate)
    stages = fit_stages(options, centre_of(options, held_out.signals))
    weights = list(stages.values())[-1]
    print(f"{'weights':26}" + "".join(f"{name:>12}" for name in stages))
    for i, name in enumerate(held_out.signals):
        print(f"  {name:24}" + "".join(f"{one[i]:12.3f}"
                                       for one in stages.values()))
    compare(held_out, stages)
    threshold = held_out.threshold_for(held_out.log_odds(weights),
                                       options.target)
    judge = judge_numbers(held_out, weights, threshold, options.target)
    for name, value in judge.items():
        print(f"judge.{name:20}{value:8.4f}")
    print_curve(held_out, weights, judge["scale"], judge["shift"], threshold)
    calibration.print_reliability(calibration.reliability(
        held_out, weights, judge["scale"], judge["shift"], judge["block"]))
    if options.out:
        row = held_out.curve(weights, [threshold])[0]
        model.write(options.out, dict(zip(held_out.signals, weights)), judge,
                    comments(options, row))


if __name__ == "__main__":
    main()
