"""Does p mean what it says? Scale and shift, reliability, Brier score.

Rows are account-days at their highest L, and for each victim one row: the
height of the attack. Victims are far too many in the runs that have ten of
each class, so each counts only so much that takeovers are as rare as the
hazard says: then p is the probability with which a block is right.
"""

from traffic import np

HAZARD = 1.5e-4     # takeovers per account-day, as in detector/judge.c
BINS = (0, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.92, 0.99, 1)
# How far scale and shift may move for little evidence: what they are likely
# to be is 1 and 0.
SCALE_SPREAD, SHIFT_SPREAD = 0.5, 2.0


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


def fit(value, label, counts):
    """Scale and shift by weighted logistic regression (Newton)."""
    columns = np.stack([value, np.ones(len(value))], 1)
    centre = np.array([1.0, 0.0])
    stiff = np.diag([SCALE_SPREAD ** -2, SHIFT_SPREAD ** -2])
    # As much evidence as there are victims, at the odds of reality.
    counts = counts * (label > 0).sum() / counts[label > 0].sum()
    now = centre.copy()
    for _ in range(100):
        p = sigmoid(columns @ now)
        slope = columns.T @ (counts * (p - label)) + stiff @ (now - centre)
        bend = (columns * (counts * p * (1 - p))[:, None]).T @ columns + stiff
        step = np.linalg.solve(bend, slope)
        now = now - step * min(1, 1 / max(1e-12, np.abs(step).max()))
        if np.abs(step).max() < 1e-9:
            break
    return float(np.clip(now[0], 0.1, 10)), float(np.clip(now[1], -10, 10))


def reliability(pool, weights, scale, shift, hazard=HAZARD):
    """Rows by bin of p, Brier score, and that of always saying the base."""
    value, label, counts = rows_of(pool, pool.log_odds(weights), hazard)
    p = sigmoid(scale * value + shift)
    base = (label * counts).sum() / counts.sum()
    table = []
    for low, high in zip(BINS, BINS[1:]):
        own = (p >= low) & ((p < high) | (high == 1)) & (counts > 0)
        if own.any():
            weight = counts[own]
            table.append({
                "low": low, "high": high, "days": float(weight.sum()),
                "said": float((p[own] * weight).sum() / weight.sum()),
                "seen": float((label[own] * weight).sum() / weight.sum()),
                "rows_right": int(label[own].sum())})
    return {"bins": table, "base": float(base),
            "brier": float((counts * (p - label) ** 2).sum() / counts.sum()),
            "brier_base": float(base * (1 - base))}


def print_reliability(result):
    print(f"\n{'p from - to':16}{'account-days':>14}{'p said':>10}"
          f"{'taken over':>12}")
    for row in result["bins"]:
        print(f"{row['low']:<7g}-{row['high']:<8g}{row['days']:14.1f}"
              f"{row['said']:10.5f}{row['seen']:12.5f}")
    print(f"Brier score {result['brier']:.3g}; of always saying "
          f"{result['base']:.3g}: {result['brier_base']:.3g}")
