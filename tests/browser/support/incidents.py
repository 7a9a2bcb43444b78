#!/usr/bin/env python3
"""incidents.py DATABASE NOW_MS past|now - made-up incidents for the support page.

Into the SQLite file of a desk that has its tables: mailboxes, blocks of many
days with verdicts, notices and their fate, an audit trail, held messages. What
strangers can write is hostile here: markup, quotes, characters that turn the
writing round. First the past; then `now` dresses up blocks that stand already, made by
`comporta suspend` so that their passwords are known.
"""
import json
import random
import sqlite3
import sys
import time

HOUR = 3600 * 1000
DAY = 24 * HOUR
HOSTILE = "<script>alert(1)</script>\u202e\"'&"
HAND = "hand@loja.example"
EVIL = "<img/src=x>\u202e\"'&@firma.example"
HERO = "anna@firma.example"

database, now, part = sys.argv[1], int(sys.argv[2]), sys.argv[3]
db = sqlite3.connect(database)
dice = random.Random(7)


def stamp(at_ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at_ms / 1000))


def day_of(at_ms, countries):
    """The last day by hour and country: quiet, then loud."""
    end = at_ms // HOUR * HOUR
    rows = []
    for back in range(23, -1, -1):
        at = stamp(end - back * HOUR).replace(".000Z", "Z")
        if back % 5 == 0:
            rows.append({"hour": at, "country": "PL", "recipients": 2,
                         "messages": 2})
        if back > 6:
            continue
        for i, country in enumerate(countries):
            n = max(1, int((7 - back) * 9 / (i + 1)) + dice.randrange(6))
            rows.append({"hour": at, "country": country, "recipients": n,
                         "messages": max(1, n // 4)})
        rows.append({"hour": at, "country": "", "recipients": 3,
                     "messages": 1})
    return rows


def verdict_of(account, at_ms, with_day, hostile):
    countries = ["VN", "BR", "IN", "ID", "RU", "TR", "ZZ"]
    evidence = [
        ("origin_novelty", 3.42, "first seen from VN, AS45899"),
        ("origin_diversity", 2.1, "7 countries in 6 h"),
        ("delivery_failure", 1.94, "38 of 214 recipients unknown"),
        ("recipient_novelty", 0.9, "97 % never written to"),
        ("volume", 0.72, "214 in 6 h, usually 3"),
        ("session_shape", 0.31, "HELO " + (HOSTILE if hostile else "ylmf-pc")),
        ("time_of_day", -0.4, "Monday morning"),
    ]
    verdict = {
        "type": "verdict", "time": stamp(at_ms), "account": account,
        "action": "suspend", "probability": 0.1252, "log_odds": 8.32,
        "evidence": [{"signal": s, "nats": n, "text": t}
                     for s, n, t in evidence],
        "window": {
            "recipients": 214, "messages": 61, "ips": 19,
            "countries": countries,
            "networks": ["AS45899", "AS27699", "AS55836", "AS7713",
                         "AS12389"],
            "unknown_recipients": 38,
            "sample_domains": ["gmail.com", "yahoo.co.jp",
                               HOSTILE if hostile else "wp.pl"],
            "sample_ips": ["183.88.x.x", "177.12.x.x", "2001:ee0:x"],
        },
        "first_seen": stamp(at_ms - 6 * HOUR),
    }
    if with_day:
        verdict["day"] = day_of(at_ms, countries)
    return verdict


def insert_block(account, at_ms, lifted_ms, repeat, verdict):
    mailbox = db.execute("SELECT language FROM comporta_mailbox WHERE"
                         " account = ?", (account,)).fetchone()
    return db.execute(
        "INSERT INTO comporta_block (decision, account, domain, state,"
        " active_account, decided_ms, blocked_ms, lifted_ms, lifted_by,"
        " lift_reason, panel, changed, fingerprint, scheme, proof, language,"
        " contact, is_repeat, probability, log_odds, verdict,"
        " token_expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'own', 1,"
        " ?, '$6$', ?, ?, NULL, ?, ?, ?, ?, ?)",
        ("made-up:%s:%d" % (account, at_ms), account,
         account.rpartition("@")[2], "lifted" if lifted_ms else "active",
         None if lifted_ms else account, at_ms - 20000, at_ms, lifted_ms,
         "owner" if lifted_ms else None,
         "the owner asked on the page" if lifted_ms else None,
         None if lifted_ms else "0" * 64,
         "hash changed; whether the password did was not shown"
         if lifted_ms else None,
         mailbox[0] if mailbox else "en", int(repeat),
         verdict["probability"] if verdict else 1,
         verdict["log_odds"] if verdict else 0,
         json.dumps(verdict) if verdict else "{}", at_ms + 14 * DAY)).lastrowid


def add_block(account, at_ms, lifted_ms=None, repeat=False, verdict=None,
              reason="many countries at once"):
    standing = db.execute("SELECT id FROM comporta_block WHERE"
                          " active_account = ?", (account,)).fetchone()
    if standing:
        block = standing[0]
        for table in ("comporta_audit", "comporta_notice"):
            db.execute("DELETE FROM %s WHERE block_id = ?" % table, (block,))
        db.execute("UPDATE comporta_block SET decided_ms = ?, blocked_ms = ?,"
                   " is_repeat = ?, probability = ?, log_odds = ?,"
                   " verdict = ? WHERE id = ?",
                   (at_ms - 20000, at_ms, int(repeat), 0.1252, 8.32,
                    json.dumps(verdict) if verdict else "{}", block))
    else:
        block = insert_block(account, at_ms, lifted_ms, repeat, verdict)
    if not lifted_ms and not standing:
        db.execute("INSERT INTO comporta_send_block VALUES (?, ?, ?, ?)",
                   (account, reason, block, at_ms))
    audit(block, account, at_ms, "scan" if verdict else "operator:root",
          "block", reason)
    notice(block, "blocked_again" if repeat else "blocked", account, at_ms)
    if lifted_ms:
        audit(block, account, lifted_ms, "owner", "lift",
              "the owner asked on the page", "hash changed; whether the"
              " password did was not shown", "203.0.113.9")
        notice(block, "lifted", account, lifted_ms)
    return block


def audit(block, account, at_ms, actor, action, reason, detail=None,
          address=None):
    db.execute("INSERT INTO comporta_audit (at_ms, block_id, account, actor,"
               " address, action, reason, detail) VALUES"
               " (?, ?, ?, ?, ?, ?, ?, ?)",
               (at_ms, block, account, actor, address, action, reason,
                detail))


def notice(block, kind, recipient, at_ms, state="sent", error=None):
    db.execute("INSERT INTO comporta_notice (block_id, kind, recipient,"
               " language, state, attempts, queued_ms, next_ms, sent_ms,"
               " last_error) VALUES (?, ?, ?, 'pl', ?, ?, ?, ?, ?, ?)",
               (block, kind, recipient, state, 1 if state == "sent" else 5,
                at_ms, at_ms, at_ms + 2000 if state == "sent" else None,
                error))


def mailbox(account, language="pl"):
    db.execute("INSERT OR IGNORE INTO comporta_mailbox VALUES"
               " (?, '$6$s$x', NULL, ?, NULL, NULL)", (account, language))


def past():
    names = ["biuro", "kontakt", "sklep", "anna.kowalska", "faktury",
             "comercial", "geral", "j.silva", "info", "zamowienia"]
    domains = ["firma.example", "loja.example", "sklep.example",
               "oficina.example", "kancelaria-nowak.example"]
    for i in range(60):
        account = "%s@%s" % (names[i % 10], domains[i * 7 % 5])
        if i >= 50:
            account = "dzial%d@%s" % (i, domains[i % 5])
        mailbox(account, "pt" if "oficina" in account else "pl")
        at = now - 40 * DAY + i * 15 * HOUR
        if db.execute("SELECT 1 FROM comporta_block WHERE active_account = ?",
                      (account,)).fetchone():
            continue
        add_block(account, at, at + 5 * HOUR if i % 9 else None,
                  repeat=i % 7 == 0, verdict=verdict_of(account, at, True,
                                                        False))
    mailbox("never@firma.example")
    mailbox("quiet@loja.example")
    for account in (HAND, EVIL, HERO):
        mailbox(account)


def present():
    """The last ones, which a test opens: one of each kind."""
    add_block(HAND, now - 5 * HOUR, reason="customer asked " + HOSTILE)
    add_block(EVIL, now - 4 * HOUR, verdict=verdict_of(EVIL, now - 4 * HOUR,
                                                       True, True))
    block = add_block(HERO, now - 2 * HOUR, repeat=True,
                      verdict=verdict_of(HERO, now - 2 * HOUR, True, False))
    notice(block, "blocked_again", "anna@home.example", now - 2 * HOUR,
           "failed", "550 5.1.1 " + HOSTILE)
    notice(block, "blocked_again", "reseller@host.example", now - HOUR,
           "queued")
    audit(block, HERO, now - HOUR, "owner", "mine", "it was me",
          address="198.51.100.7")
    for i in range(14):
        db.execute("INSERT INTO comporta_held VALUES (?, ?, 'held', ?)",
                   (block, "4F%07XZ" % (i * 7919), now - 2 * HOUR))
    db.execute("INSERT INTO comporta_action (block_id, moment, name, state,"
               " attempts, queued_ms, next_ms, ended_ms, said) VALUES"
               " (?, 'block', 'doveadm kick', 'done', 1, ?, ?, ?, ?)",
               (block, now - 2 * HOUR, now, now - 2 * HOUR + 3000,
                "1 connection closed"))


(past if part == "past" else present)()
db.commit()
