"""Six rules that mail hosts have published, on the same events.

All windows slide and end with the event that is looked at. A rate is broken by
the first event above it ("50 messages/h": the 51st), a count of different
things when it is reached, unless the rule says "more than". Sessions are
logins of any kind and submissions; client addresses are those of both. The
message that breaks a rule was taken. Like comporta in a rehearsal, a rule
that goes on being broken stops the account again after 24 hours: somebody
had lifted the block in between.
"""

from traffic import DAY_MS, HOUR_MS, SEND, UNKNOWN, np

AGAIN_AFTER_MS = DAY_MS


def window_sums(events, chosen, amounts, window_ms):
    """For each chosen event: the sum of amounts in the window it ends."""
    account = events.account[chosen].astype(np.int64)
    # One number that grows along the whole table, with gaps between accounts
    # wider than any window.
    key = account * (events.last - events.first + 2 * window_ms) + \
        events.at[chosen]
    begin = np.searchsorted(key, key - window_ms, "right")
    so_far = np.concatenate([[0], np.cumsum(amounts)])
    return so_far[1:] - so_far[begin]


def above(kind, limit, window_ms, count_recipients=False):
    """A rule: more than limit events (or recipients) of a kind."""
    def rule(events):
        chosen = np.flatnonzero(events.kind == kind)
        amounts = events.recipients[chosen] if count_recipients else \
            np.ones(len(chosen), np.int64)
        return chosen[window_sums(events, chosen, amounts, window_ms) > limit]
    return rule


def sessions(limit, window_ms):
    def rule(events):
        chosen = np.flatnonzero(events.kind != UNKNOWN)
        ones = np.ones(len(chosen), np.int64)
        return chosen[window_sums(events, chosen, ones, window_ms) >= limit]
    return rule


def crowded(at, values, window_ms, reached):
    """Positions at which the window holds so many different values."""
    count, begin, hits = {}, 0, []
    for end, value in enumerate(values):
        count[value] = count.get(value, 0) + 1
        while at[begin] <= at[end] - window_ms:
            old = values[begin]
            if count[old] == 1:
                del count[old]
            else:
                count[old] -= 1
            begin += 1
        if len(count) >= reached:
            hits.append(end)
    return hits


def different(column, reached, window_ms):
    """A rule: so many different clients or countries."""
    def rule(events):
        values = getattr(events, column)
        chosen = np.flatnonzero((events.kind != UNKNOWN) & (values >= 0))
        account = events.account[chosen]
        starts = np.flatnonzero(np.diff(account, prepend=-1))
        pairs = np.unique(account.astype(np.int64) << 32 | values[chosen])
        in_all = np.bincount(pairs >> 32, minlength=len(events.names))
        hits = []
        for start, end in zip(starts, np.append(starts[1:], len(chosen))):
            if in_all[account[start]] < reached:
                continue
            own = chosen[start:end]
            hits.append(own[crowded(events.at[own].tolist(),
                                    values[own].tolist(),
                                    window_ms, reached)])
        return np.concatenate(hits) if hits else np.array([], np.int64)
    return rule


def either(*rules):
    def rule(events):
        return np.unique(np.concatenate([one(events) for one in rules]))
    return rule


MEASURE = "400 recipients/h"  # what spam let out is compared with
RULES = {
    "50 messages/h": above(SEND, 50, HOUR_MS),
    MEASURE: above(SEND, 400, HOUR_MS, count_recipients=True),
    "100 unknown recipients/h": above(UNKNOWN, 100, HOUR_MS),
    ">5 countries/>20 addr./d": either(
        different("country", 6, DAY_MS), different("client", 21, DAY_MS)),
    "3 countries in 2 days": different("country", 3, 2 * DAY_MS),
    "100 sessions/3 addr./h": either(
        sessions(100, HOUR_MS), different("client", 3, HOUR_MS)),
}


def suspensions(rule, events):
    """Account -> times at which the rule stops it, in order."""
    stopped = {}
    for i in rule(events):
        times = stopped.setdefault(events.names[events.account[i]], [])
        if not times or events.at[i] - times[-1] >= AGAIN_AFTER_MS:
            times.append(int(events.at[i]))
    return stopped
