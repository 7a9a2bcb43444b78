"""What came of a contestant's suspensions: found, leaked, wronged, let out.

Found: suspended at or after the thief's start. Leaked: recipients the thief's
messages reached before that, the message at the same moment included; all of
them when nobody stopped him. Wronged: an account suspended at a time when it
was its owner's, a victim's in the days (or the hour) before as well; each
account counts once. Account-days: all accounts, all days of the log.

Intervals are percentile bootstraps, 95 %: victims are drawn anew within their
attack class, accounts anew from all accounts. The seed is fixed. Where nothing
at all was wronged the upper end is the rule of three.
"""

from traffic import np

REPEATS = 2000
SEED = 20260705
PER = 10000     # account-days
# The figures leave these two out: no rule sees them by their sending.
BLIND = ("manual_fraud", "location_mimic")
BURSTS = ("botnet_burst", "single_address")


class Outcome:
    """Of one contestant on several runs; one entry per victim, account."""

    def __init__(self):
        self.attack, self.found, self.leaked, self.spam = [], [], [], []
        self.benign, self.wronged = [], []
        self.account_days = 0
        self.strangers = 0      # suspended, but nobody in people.tsv

    def add(self, run, suspended):
        for victim in run.victims:
            stops = [at for at in suspended.get(victim.account, [])
                     if at >= victim.start]
            self.attack.append(victim.attack)
            self.found.append(bool(stops))
            self.leaked.append(victim.leaked(stops[0] if stops else None))
            self.spam.append(victim.spam)
        for account, person in run.people.items():
            self.benign.append(person.benign)
            self.wronged.append(any(not person.is_taken(at)
                                    for at in suspended.get(account, [])))
        self.strangers += len(suspended.keys() - run.people.keys())
        self.account_days += run.account_days

    def close(self):
        for name in ("attack", "benign"):
            setattr(self, name, np.array(getattr(self, name), "U32"))
        for name in ("found", "wronged"):
            setattr(self, name, np.array(getattr(self, name), bool))
        for name in ("leaked", "spam"):
            setattr(self, name, np.array(getattr(self, name), np.int64))
        return self


def percentile(values, q, axis=-1):
    return np.percentile(values, q, axis=axis)


def redraw(attack, generator):
    """REPEATS rows of victims, drawn within their classes."""
    drawn = np.empty((REPEATS, len(attack)), np.int64)
    for one in np.unique(attack):
        own = np.flatnonzero(attack == one)
        drawn[:, own] = own[generator.integers(0, len(own),
                                               (REPEATS, len(own)))]
    return drawn


def figure(value, repeats):
    """A value with its interval; None where there is nothing to count."""
    if value is None:
        return None
    low, high = np.percentile(repeats, (2.5, 97.5))
    return {"value": float(value), "low": float(low), "high": float(high)}


def of_victims(chosen, drawn, statistic, *columns):
    """A statistic of the chosen victims: as they are, and drawn anew."""
    if not chosen.any():
        return None
    own = np.flatnonzero(chosen)
    again = drawn[:, own]   # drawing is within classes, so these stay chosen
    return figure(statistic(*(column[own] for column in columns)),
                  statistic(*(column[again] for column in columns)))


def wronged_rate(outcome, generator):
    count, n = int(outcome.wronged.sum()), len(outcome.wronged)
    per = PER / max(1, outcome.account_days)
    result = figure(count * per, generator.binomial(n, count / n, REPEATS) *
                    per)
    if count == 0:
        result["high"] = 3 * per
    return result


def share(leaked, measure):
    return leaked.sum(-1) / np.maximum(1, measure.sum(-1))


def figures(outcome, measure):
    """All that the table shows, by name. measure: the outcome of the rule
    with which spam let out is compared; the same victims."""
    generator = np.random.default_rng(SEED)
    drawn = redraw(outcome.attack, generator)
    every = np.ones(len(outcome.attack), bool)
    seen = ~np.isin(outcome.attack, BLIND)
    burst = np.isin(outcome.attack, BURSTS)

    def mean(found):
        return found.mean(-1)

    def median(leaked):
        return percentile(leaked, 50)

    def p90(leaked):
        return percentile(leaked, 90)

    leaked = outcome.leaked
    return {
        "found": of_victims(every, drawn, mean, outcome.found),
        "found_seen": of_victims(seen, drawn, mean, outcome.found),
        "leak_median": of_victims(every, drawn, median, leaked),
        "leak_p90": of_victims(every, drawn, p90, leaked),
        "burst_median": of_victims(burst, drawn, median, leaked),
        "burst_p90": of_victims(burst, drawn, p90, leaked),
        "wronged": wronged_rate(outcome, generator),
        "let_out": of_victims(every, drawn, share, leaked, measure.leaked),
    }


def per_attack(outcome):
    rows = {}
    for attack in np.unique(outcome.attack):
        own = outcome.attack == attack
        leaked, spam = outcome.leaked[own], outcome.spam[own]
        rows[str(attack)] = {
            "victims": int(own.sum()),
            "found": int(outcome.found[own].sum()),
            "leak_median": float(percentile(leaked, 50)),
            "leak_p90": float(percentile(leaked, 90)),
            "spam": int(spam.sum()),
            "let_out": int(leaked.sum()),
        }
    return rows


def per_benign(outcome):
    rows = {}
    for benign in np.unique(outcome.benign):
        own = outcome.benign == benign
        rows[str(benign)] = {"accounts": int(own.sum()),
                             "wronged": int(outcome.wronged[own].sum())}
    return rows
