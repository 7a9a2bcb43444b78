"""What every signal said, moment by moment, and what would have come of it.

From the table of `comporta replay --scores` found, leaked and wronged follow
for any weights and any threshold, without running comporta again:
  L = prior + sum of weight * sum
An account is stopped at the first row with L at or above the threshold. Rows
exist where a sum rises, so this is exact to within the step of that table.
(Not quite: what an account may learn depends on p, and so on the weights that
were in force when the table was made. A replay with the new ones tells.)
"""

from outcome import BLIND, BURSTS, PER
from rules import MEASURE, RULES, suspensions
from traffic import DAY_MS, Run, need, np, table



class Trajectory:
    """The rows of one run, sorted by account and time."""

    def __init__(self, run, stopped):
        """stopped: by the rule with which spam let out is compared."""
        self.name, self.people, self.victims = (run.name, run.people,
                                                run.victims)
        self.account_days, self.days = run.account_days, run.days
        self.measure = sum(
            victim.leaked(next((at for at in stopped.get(victim.account, [])
                                if at >= victim.start), None))
            for victim in run.victims)
        self.read_scores(run.scores_path)
        self.label()

    @classmethod
    def read(cls, name):
        run = Run(name, "send")
        return cls(run, suspensions(RULES[MEASURE], run.events))

    def read_scores(self, path):
        header, rows = table(path)
        need(path, header, ("at_ms", "account", "kind", "prior"))
        first = header.index("prior")
        self.signals = header[first + 1:]
        number = {name: i for i, name in enumerate(self.people)}
        at, account, values = [], [], []
        for row in rows:
            who = number.get(row[1].lower())
            if who is not None:     # else a stranger: score.py counts them
                at.append(int(row[0]))
                account.append(who)
                values.append(row[first:])
        order = np.lexsort((at, account))
        self.at = np.array(at, np.int64)[order]
        self.account = np.array(account, np.int64)[order]
        values = np.array(values, np.float64).reshape(len(at), -1)[order]
        self.prior = values[:, 0]
        self.sums = values[:, 1:] if len(at) else np.zeros(
            (0, len(self.signals)))

    def label(self):
        """For each row: is it the thief's, and which victim's."""
        start = np.full(len(self.people), np.iinfo(np.int64).max)
        self.victim_of = np.full(len(self.people), -1)
        names = {victim.account: i for i, victim in enumerate(self.victims)}
        for i, name in enumerate(self.people):
            if name in names:
                start[i] = self.victims[names[name]].start
                self.victim_of[i] = names[name]
        self.is_thief = self.at >= start[self.account]
        self.leaked = np.zeros(len(self.at), np.int64)
        for i in np.flatnonzero(self.is_thief):
            victim = self.victims[self.victim_of[self.account[i]]]
            self.leaked[i] = victim.leaked(self.at[i])


def starts_of(keys):
    return np.flatnonzero(np.diff(keys, prepend=-1))


class Pool:
    """Several runs as one."""

    def __init__(self, trajectories, leave_out=()):
        self.runs = trajectories
        self.signals = trajectories[0].signals
        for one in trajectories:
            if one.signals != self.signals:
                raise SystemExit(f"{one.name}: other signals than in "
                                 f"{trajectories[0].name}")
        self.account_days = sum(one.account_days for one in trajectories)
        self.measure = sum(one.measure for one in trajectories)
        self.victims = [v for one in trajectories for v in one.victims]
        self.join()
        kept = np.array([v.attack not in leave_out for v in self.victims],
                        bool)
        self.is_kept = kept
        attack = np.array([v.attack for v in self.victims], "U32")
        self.spam = np.array([v.spam for v in self.victims], np.int64)
        self.seen = kept & ~np.isin(attack, BLIND)
        self.burst = kept & np.isin(attack, BURSTS)

    def join(self):
        runs = self.runs
        accounts = np.cumsum([0] + [len(one.people) for one in runs])
        victims = np.cumsum([0] + [len(one.victims) for one in runs])
        self.n_accounts = int(accounts[-1])
        self.sums = np.concatenate([one.sums for one in runs])
        self.prior = np.concatenate([one.prior for one in runs])
        self.leaked = np.concatenate([one.leaked for one in runs])
        thief = np.concatenate([one.is_thief for one in runs])
        account = np.concatenate([one.account + accounts[i]
                                  for i, one in enumerate(runs)])
        day = np.concatenate([one.at // DAY_MS for one in runs])
        victim_of = np.concatenate([
            np.where(one.victim_of >= 0, one.victim_of + victims[i], -1)
            for i, one in enumerate(runs)])
        self.own, self.his = np.flatnonzero(~thief), np.flatnonzero(thief)
        self.own_account = account[self.own]
        self.his_victim = victim_of[account[self.his]]
        self.own_day = self.own_account << 24 | day[self.own]
        self.his_day = self.his_victim << 24 | day[self.his]
        self.account_starts = starts_of(self.own_account)
        self.own_starts = starts_of(self.own_day)
        self.his_day_starts = starts_of(self.his_day)
        self.his_starts = starts_of(self.his_victim)

    def log_odds(self, weights):
        return self.prior + self.sums @ np.asarray(weights)

    def benign_peaks(self, odds):
        """The highest L of each account while it was its owner's, the highest
        first; accounts without a row are left out."""
        if not len(self.own):
            return np.array([])
        return -np.sort(-np.maximum.reduceat(odds[self.own],
                                             self.account_starts))

    def courses(self, odds):
        """Victim, its highest L so far row by row, and leaked by then."""
        his, leaked = odds[self.his], self.leaked[self.his]
        ends = np.append(self.his_starts[1:], len(his))
        for start, end in zip(self.his_starts, ends):
            yield (self.his_victim[start],
                   np.maximum.accumulate(his[start:end]), leaked[start:end])

    def outcomes(self, weights, thresholds):
        """What comes of each threshold (log odds, any order): two tables,
        thresholds by victims: found, leaked. And accounts wronged."""
        thresholds = np.asarray(thresholds)
        odds = self.log_odds(weights)
        found = np.zeros((len(thresholds), len(self.victims)), bool)
        leaked = np.tile(self.spam, (len(thresholds), 1))
        for victim, highest, so_far in self.courses(odds):
            row = np.searchsorted(highest, thresholds, "left")
            hit = row < len(highest)
            found[:, victim] = hit
            leaked[hit, victim] = so_far[row[hit]]
        peaks = self.benign_peaks(odds)
        wronged = (peaks[None, :] >= thresholds[:, None]).sum(1)
        return found, leaked, wronged

    def curve(self, weights, thresholds):
        """One dict of figures for each threshold."""
        found, leaked, wronged = self.outcomes(weights, thresholds)
        per = PER / self.account_days
        rows = []
        for i, threshold in enumerate(thresholds):
            burst = leaked[i, self.burst] if self.burst.any() else [np.nan]
            every = leaked[i, self.is_kept]
            rows.append({
                "threshold": float(threshold),
                "wronged": float(wronged[i] * per),
                "found": float(found[i, self.is_kept].mean()),
                "found_seen": float(found[i, self.seen].mean()),
                "leak_median": float(np.percentile(every, 50)),
                "leak_p90": float(np.percentile(every, 90)),
                "burst_median": float(np.percentile(burst, 50)),
                "burst_p90": float(np.percentile(burst, 90)),
                "let_out": float(leaked[i].sum() / max(1, self.measure)),
            })
        return rows

    def threshold_for(self, odds, target, margin=0.25):
        """Log odds above which no more accounts are wronged than the target
        (per 10,000 account-days) allows: half way between two peaks."""
        peaks = self.benign_peaks(odds)
        allowed = int(target * self.account_days / PER + 1e-9)
        if allowed >= len(peaks):
            return float(peaks[-1]) if len(peaks) else 0.0
        above = peaks[allowed - 1] if allowed else peaks[0] + 2 * margin
        return float((above + peaks[allowed]) / 2) + 1e-9

    def highest_rows(self, odds, rows, starts):
        """Of each stretch of rows the one with the largest L."""
        if not len(rows):
            return rows
        values = odds[rows]
        top = np.maximum.reduceat(values, starts)
        stretch = np.zeros(len(rows), np.int64)
        stretch[starts[1:]] = 1
        stretch = np.cumsum(stretch)
        hits = np.flatnonzero(values == top[stretch])
        _, first = np.unique(stretch[hits], return_index=True)
        return rows[hits[first]]

    def owner_days(self, odds):
        return self.highest_rows(odds, self.own, self.own_starts)

    def thief_days(self, odds):
        return self.highest_rows(odds, self.his, self.his_day_starts)

    def takeovers(self, odds):
        """One row for each victim that has any: the height of the attack."""
        return self.highest_rows(odds, self.his, self.his_starts)
