"""What the benches of `comporta watch` share: databases without mail servers,
and when each verdict came out."""

import json
import math
import os
import threading
import time

from enforce import ROOT, EnforceRig

GEOIP = os.path.join(ROOT, "build", "geoip")
# In the way of a bench: how many may be blocked in an hour of the clock.
NO_BRAKE = ("--set", "brake.per_hour=1000000", "--set", "brake.share=1")


def geo_options():
    return ["--home", "PL",
            "--country-db", os.environ.get("COUNTRY_DB",
                                           f"{GEOIP}/country.mmdb"),
            "--asn-db", os.environ.get("ASN_DB", f"{GEOIP}/asn.mmdb")]


def at(values, share):
    """The value that `share` of them do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


class Databases(EnforceRig):
    """Only its databases are needed: no mail goes through its servers."""

    def _start(self):
        self._make_folders()
        self._make_sqlite()
        self.write("mail.log", "")

    def sql_of(self, kind, text):
        if kind == "sqlite":
            self.sql(text.format(panel=""))
        else:
            self.mariadb.sql(text.format(panel="mailserver."))


class Verdicts(threading.Thread):
    """Who is to be stopped: when it came out of watch, and its log time."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream = stream
        self.seen = {}
        self.all = []

    def run(self):
        for line in self.stream:
            now = time.time()
            verdict = json.loads(line)
            if verdict["action"] == "suspend":
                self.seen.setdefault(verdict["account"], now)
                self.all.append((now, verdict["time"], verdict["account"]))
