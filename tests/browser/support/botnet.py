#!/usr/bin/env python3
"""botnet.py LOG DATABASE - mailboxes for the owner's page, and the log of the
last half hour in which a botnet sends from each of them. Their password is
"Gruszka-7-most"."""

import datetime
import sqlite3
import subprocess
import sys

LONG = "a" * 30 + "." + "b" * 33 + "@" + ".".join(["sklep" * 11] * 3)
MAILBOXES = (
    ("anna@firma.example", "pl"), ("rui@loja.example", "pt"),
    ("mary@shop.example", "en"), (LONG + ".example", "pl"),
    ("<b>x</b>&amp;\"'@shop.example", "en"), ("nohash@firma.example", "pl"),
)
QUIET = "quiet@shop.example", "en"
ADDRESSES = (
    "14.160.12.34", "177.10.20.30", "117.192.10.20", "36.64.10.20",
    "78.160.1.2", "95.24.1.2", "187.130.4.4", "171.96.1.1", "41.32.1.1",
    "36.32.1.1", "103.10.20.30", "200.10.20.30",
)
MESSAGES = 48


def password_hash(password):
    return subprocess.run(["openssl", "passwd", "-6", "-stdin"], check=True,
                          input=password, capture_output=True,
                          text=True).stdout.strip()


def message(at, number, login, address):
    queue_id = f"4Xb{number:05d}"
    yield at, f"postfix/submission/smtpd[7]: {queue_id}: client=unknown" \
        f"[{address}], sasl_method=PLAIN, sasl_username={login}"
    yield at, f"postfix/qmgr[8]: {queue_id}: from=<x@firma.example>, " \
        "size=900, nrcpt=12 (queue active)"
    for i in range(12):
        fate = ("bounced (host mx[192.0.2.7] said: 550 5.1.1 unknown)"
                if i < 4 else "sent (250 2.0.0 Ok)")
        yield at, f"postfix/smtp[9]: {queue_id}: to=<r{i}@site-" \
            f"{number % 97}.example>, relay=mx[192.0.2.7]:25, delay=1, " \
            f"dsn=2.0.0, status={fate}"
    yield at, f"postfix/qmgr[8]: {queue_id}: removed"


def main():
    log, database = sys.argv[1:]
    begin = (datetime.datetime.now(datetime.timezone.utc)
             - datetime.timedelta(minutes=30))
    lines = []
    for row, (login, _) in enumerate(MAILBOXES):
        for i in range(MESSAGES):
            at = begin + datetime.timedelta(seconds=i * 30 + row)
            lines += message(at, row * MESSAGES + i, login,
                             ADDRESSES[i % len(ADDRESSES)])
    lines.sort(key=lambda line: line[0])
    with open(log, "w", encoding="utf-8") as file:
        for at, text in lines:
            file.write(f"{at.isoformat(timespec='microseconds')} mx1 {text}\n")
    with sqlite3.connect(database) as db:
        db.execute("CREATE TABLE app (login TEXT, id INTEGER PRIMARY KEY,"
                   " hash TEXT, name TEXT)")
        for login, language in (*MAILBOXES, QUIET):
            secret = (None if login.startswith("nohash")
                      else password_hash("Gruszka-7-most"))
            db.execute("INSERT INTO comporta_mailbox VALUES"
                       " (?, ?, NULL, ?, NULL, NULL)",
                       (login, secret, language))
        db.executemany("INSERT INTO app (login, hash, name) VALUES (?, ?, ?)",
                       [("rui@loja.example", "$6$app$x", "Telefone"),
                        ("rui@loja.example", "$6$app$y", "<i>&")])


main()
