"""Does p mean what it says? Scale and shift, reliability, Brier score.

p answers the question that is asked when an account has come so far: of the
accounts whose evidence reaches this, how many are stolen? That is not the
share of those that stop just there: a verdict is given on the way up, and
most of the stolen go far beyond.

Rows are account-days at their highest L, and for each victim one row: the
height of the attack. Victims are far too many in the runs that have ten of
each class, so each counts only so much that takeovers are as rare as the
hazard says.
"""

from traffic import np

HAZARD = 1.5e-4     # takeovers per account-day, as in detector/judge.c
LEVELS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
# The line through the odds is fitted between these shares, and where more
# owners' days than this come so far.
LEAST_SHARE, LEAST_DAYS, STEPS = 0.005, 2.5, 60

def sigmoid(x):
    return 0.5 * (1 + np.tanh(np.asarray(x) / 2))


def rows_of(pool, odds, hazard=HAZARD):
    """L, label and how much each row counts."""
    least = float(pool.prior.min()) if len(pool.prior) else np.log(hazard)
    own, his = pool.owner_days(odds), pool.takeovers(odds)
    n_victims = len(pool.victims)
    quiet = max(0, pool.account_days - len(own))
    each = hazard * pool.account_days / max(1, n_victims)
    value = np.concatenate([odds[own], odds[his], [least, least]])
    label = np.concatenate([np.zeros(len(own)), np.ones(len(his)), [0, 1]])
    counts = np.concatenate([
        np.ones(len(own)), np.full(len(his), each),
        [quiet, each * (n_victims - len(his))]])
    return value, label, counts


def reached(value, label, counts, levels):
    """Of each level: how many owners' and how many thieves' days reach it."""
    order = np.argsort(-value)
    tops = -value[order]
    sums = [np.concatenate([[0], np.cumsum((counts * one)[order])])
            for one in (1 - label, label)]
    at = np.searchsorted(tops, -np.asarray(levels, float), "right")
    return sums[0][at], sums[1][at]


def fit(value, label, counts):
    """Scale and shift: the straight line through the log odds of those that
    reach L, where there are enough of both to tell."""
    levels = np.linspace(value[counts > 0].min(), value.max(), 2000)
    owners, thieves = reached(value, label, counts, levels)
    share = thieves / np.maximum(owners + thieves, 1e-12)
    usable = (owners >= LEAST_DAYS) & (thieves > 0) & (share >= LEAST_SHARE)
    if usable.sum() < 2:
        return 1.0, 0.0
    low, high = levels[usable][[0, -1]]
    steps = np.linspace(low, high, STEPS)
    owners, thieves = reached(value, label, counts, steps)
    scale, shift = np.polyfit(steps, np.log(thieves / owners), 1)
    return float(np.clip(scale, 0.1, 10)), float(np.clip(shift, -10, 10))


def reliability(pool, weights, scale, shift, hazard=HAZARD):
    """Rows by level of p, Brier score, and that of always saying the base."""
    value, label, counts = rows_of(pool, pool.log_odds(weights), hazard)
    p = sigmoid(scale * value + shift)
    base = (label * counts).sum() / counts.sum()
    owners, thieves = reached(p, label, counts, LEVELS)
    table = [{"level": level, "days": float(own + his),
              "seen": float(his / (own + his))}
             for level, own, his in zip(LEVELS, owners, thieves)
             if own + his > 0]
    return {"levels": table, "base": float(base),
            "brier": float((counts * (p - label) ** 2).sum() / counts.sum()),
            "brier_base": float(base * (1 - base))}


def print_reliability(result):
    print(f"\n{'reached p of':14}{'account-days':>14}{'taken over':>12}")
    for row in result["levels"]:
        print(f"{row['level']:<14g}{row['days']:14.1f}{row['seen']:12.4f}")
    print(f"Brier score {result['brier']:.3g}; of always saying "
          f"{result['base']:.3g}: {result['brier_base']:.3g}")
