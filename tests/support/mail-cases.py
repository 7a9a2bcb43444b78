#!/usr/bin/env python3
"""Every notice in every language, by the program, read by another parser.

usage: mail-cases.py fill DATABASE    rows for each situation
       mail-cases.py check FOLDER OUT [bare]
                                      what the program made of them; OUT gets
                                      the HTML parts. bare: made without any
                                      option that is for owners to read

The recipient names situation, kind and language: full.blocked.pl@case.example.
Ends with "N passed, N failed".
"""
import email
import email.policy
import html.parser
import json
import os
import re
import sqlite3
import sys

LANGUAGES = ("en", "pl", "pt")
PUBLIC = "https://mail.provider.example/comporta"
NOW = 1795334400000  # 2026-11-22
DAY = 86400000
REASONS = ("origin_novelty", "origin_diversity", "delivery_failure", "volume",
           "recipient_novelty", "session_shape")
FULL = {
    "time": "2026-11-22T08:00:00Z", "first_seen": "2026-11-22T03:58:00Z",
    "window": {
        "messages": 1234, "recipients": 1234567, "unknown_recipients": 987,
        "countries": ["VN", "BR", "CI", "US", "CZ", "NL", "GB"],
        "sample_ips": ["183.88.x.x", "203.0.113.9", "2001:db8:1:2::5"],
        "sample_domains": ["a.example", "b.example", "c.example"]},
    "evidence": [{"signal": one, "nats": 3.5} for one in REASONS]}
HOSTILE = {
    "time": "2026-11-22T08:00:00Z", "first_seen": "x\r\nBcc: a@b",
    "window": {
        "messages": -5, "recipients": 10 ** 15, "unknown_recipients": "1",
        "countries": ["<script>", "ZZ", "\u202e"],
        "sample_ips": ["<img src=x>", "1.2.3.4"],
        "sample_domains": ["<a href=http://evil.example>x</a>",
                           "{{account}}", "x\r\n.\r\nQUIT"]},
    "evidence": [{"signal": "../../x", "nats": 9},
                 {"signal": "volume", "nats": 9}]}
BY_HAND = {"evidence": [{"signal": "manual", "nats": 1}]}
ANNA = "anna.kowalska-wiśniewska@firma.example"
THIEF = "\"<b>x</b>&'\"@firma.example"

# situation: account, verdict, columns, kinds
SITUATIONS = {
    "full": (ANNA, FULL, {}, ("blocked", "blocked_again")),
    "little": ("a@b.example", {}, {}, ("blocked", "blocked_again")),
    "repeat": (ANNA, FULL, {"is_repeat": 1}, ("blocked", "blocked_again")),
    "unprovable": (ANNA, FULL, {"fingerprint": None},
                   ("blocked", "blocked_again")),
    "hand": (ANNA, BY_HAND, {"reason": "Klient prosił <b>o to</b>, \"pilnie\""},
             ("blocked", "blocked_again")),
    "handonly": (ANNA, BY_HAND, {}, ("blocked", "blocked_again")),
    "hostile": (THIEF, HOSTILE, {"reason": "x\r\nBcc: a@b.example"},
                ("blocked", "blocked_again", "lifted")),
    "long": ("a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + ".example", FULL,
             {}, ("blocked", "lifted")),
    "changed": (ANNA, FULL, {"proof": "hash changed, and the new password is "
                             "another one"}, ("lifted",)),
    "unchanged": (ANNA, FULL, {"proof": "hash unchanged"}, ("lifted",)),
    "unknown": (ANNA, FULL, {"proof": "no password hash to compare"},
                ("lifted",)),
    "left": (ANNA, FULL, {"proof": "hash changed, and the new password is "
                          "another one; application passwords: 2 left, 1 "
                          "new"}, ("lifted",)),
}


ALARMS = re.findall(r"^ALARM\((\w+), (\w+)\)",
                    open("detector/alarms.def").read(), re.M)


def fill(path):
    db = sqlite3.connect(path)
    for table in ("block", "notice", "alarm", "action"):
        db.execute(f"DELETE FROM comporta_{table}")
    number = 0
    for name, (account, verdict, columns, kinds) in SITUATIONS.items():
        number += 1
        lifted = "lifted" in kinds and "blocked" not in kinds
        db.execute(
            "INSERT INTO comporta_block (id, decision, account, domain, state,"
            " active_account, decided_ms, blocked_ms, lifted_ms, panel,"
            " changed, fingerprint, scheme, proof, language, is_repeat,"
            " verdict, token_expires_ms) VALUES (?, ?, ?, 'firma.example', ?,"
            " ?, ?, ?, ?, 'own', 1, ?, '$6$', ?, 'pl', ?, ?, ?)",
            (number, f"d{number}", account, "lifted" if lifted else "active",
             None if lifted else f"{number}{account}", NOW, NOW,
             NOW + DAY if lifted else None,
             columns.get("fingerprint", "f" * 64), columns.get("proof"),
             columns.get("is_repeat", 0), json.dumps(verdict),
             NOW + 14 * DAY))
        db.execute(
            "INSERT INTO comporta_audit (at_ms, block_id, account, actor,"
            " action, reason) VALUES (?, ?, ?, 'token:anna', 'block', ?)",
            (NOW, number, account, columns.get("reason")))
        add(db, number, name, kinds)
    for number, (name, seen_by) in enumerate(ALARMS, 1):
        where = "" if seen_by == "TABLES" else "@mx1"
        db.execute(
            "INSERT INTO comporta_alarm (id, name, active_name, began_ms,"
            " ended_ms, seen_ms, words) VALUES (?, ?, ?, ?, ?, ?,"
            " 'anna@x: 550 <no> such user, 12 %')",
            (number, name + where, None if number % 2 else name + where,
             NOW - DAY, NOW if number % 2 else None, NOW))
        add(db, number, name.replace("_", "-"), ("alarm", "alarm_over"))
    db.execute("INSERT INTO comporta_action (block_id, moment, name, state,"
               " attempts, queued_ms, next_ms, ended_ms, said) VALUES (1,"
               " 'block', 'on_block 1', 'failed', 20, 1, 1, ?, 'doveadm: <b>"
               "no such file')", (NOW + 3600000,))
    db.execute("INSERT INTO comporta_notice (block_id, kind, recipient,"
               " language, state, attempts, queued_ms, next_ms, last_error)"
               " VALUES (2, 'blocked', 'gone@home.example', 'pl', 'failed', 1,"
               " 1, ?, '550 5.1.1 no such user')", (NOW + 3600000,))
    add(db, NOW // DAY + 1, "busy", ("digest",))
    add(db, NOW // DAY - 9, "quiet", ("digest",))
    db.commit()


def add(db, about, name, kinds):
    for kind in kinds:
        for language in LANGUAGES:
            db.execute(
                "INSERT INTO comporta_notice (block_id, kind, recipient,"
                " language, state, attempts, queued_ms, next_ms) VALUES (?, ?,"
                " ?, ?, 'queued', 0, ?, 0)",
                (about, kind, f"{name}.{kind}.{language}@case.example",
                 language, NOW + about))


class Page(html.parser.HTMLParser):
    """The words of a page, and what it would load or run."""
    ALLOWED = {"html", "head", "meta", "title", "body", "div", "h1", "h2", "p",
               "ul", "ol", "li", "strong", "a"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words, self.bad, self.links, self.open = [], [], [], []
        self.language = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.ALLOWED:
            self.bad.append(f"<{tag}>")
        if tag == "html":
            self.language = attributes.get("lang")
        if tag != "meta":
            self.open.append(tag)
        for name, value in attributes.items():
            if name == "href" and tag == "a":
                self.links.append(value)
            elif name in ("src", "href", "srcset", "background") or \
                    name.startswith("on") or \
                    re.search(r"url\(|expression|@import", value or ""):
                self.bad.append(f"{name}={value}")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append(f"</{tag}> without its beginning")

    def handle_data(self, data):
        if not self.open or self.open[-1] != "title":
            self.words.append(data)


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def words_of(text):
    """What a reader takes from it: words, without dots and dashes, links
    without their scheme."""
    words = squeeze(re.sub(r"https?://(?:www\.)?", "", text).lower()).split(" ")
    return {re.sub(r"/.*|^www\.", "", word).strip(".,:;()-–„”“\"'•")
            for word in words}


class Checks:
    passed = failed = 0

    def __call__(self, where, what, is_good, detail=""):
        if is_good:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL  {where}: {what}  {str(detail)[:300]}")


check = Checks()


def conf(language):
    lines = open(f"templates/{language}/language.conf", encoding="utf-8")
    pairs = (line.split("=", 1) for line in lines
             if "=" in line and line[0] != "#")
    return {key.strip(): value.strip() for key, value in pairs}


CONF = {language: conf(language) for language in LANGUAGES}


def check_bytes(where, raw):
    check(where, "7 bits", all(byte < 128 for byte in raw))
    check(where, "CR LF", raw.count(b"\n") == raw.count(b"\r\n") ==
          raw.count(b"\r"))
    longest = max(len(line) for line in raw.split(b"\r\n"))
    check(where, "lines of 78 at most, but for a long address", longest <= 78 or
          "long." in where and longest < 300, longest)


def check_headers(where, message, kind, language):
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version",
                 "Auto-Submitted", "Content-Language", "Content-Type"):
        values = message.get_all(name) or []
        check(where, f"one {name}", len(values) == 1, values)
        for value in values:
            defects = getattr(value, "defects", ())
            check(where, f"{name} without defects", not defects, defects)
    check(where, "no Bcc", message["Bcc"] is None)
    check(where, "Auto-Submitted",
          message["Auto-Submitted"] == "auto-generated")
    check(where, "language", message["Content-Language"] == language,
          message["Content-Language"])
    check(where, "date", message["Date"].datetime.tzinfo is not None)
    check(where, "Message-ID", re.fullmatch(
        r"<[\w.+-]+@provider\.example>", message["Message-ID"]) is not None,
        message["Message-ID"])
    subject = str(message["Subject"])
    check(where, "subject", 10 < len(subject) and "\n" not in subject and
          "{{" not in subject and "=?" not in subject, subject)
    if kind.startswith(("blocked", "lifted")) and "hostile" not in where:
        check(where, "the account in the subject", "@" in subject, subject)


def check_html(where, source, language):
    page = Page()
    page.feed(source)
    page.close()
    check(where, "HTML", not page.bad and not page.open,
          page.bad + page.open)
    check(where, "HTML says its language", page.language == language,
          page.language)
    scanners = [value.split(": ", 1)[1] for key, value in
                CONF[language].items() if key.startswith("scanner.")]
    strange = [link for link in page.links
               if not link.startswith(PUBLIC + "/b/") and
               link not in scanners]
    check(where, "only links of ours", not strange, strange)
    return "".join(page.words)


def check_same(where, subject, plain, page):
    """Both parts tell the same."""
    # The button repeats the link in words.
    button = words_of("Open the page Otwórz stronę Abrir a página")
    only = words_of(page) - words_of(plain) - words_of(subject) - button
    check(where, "the HTML part says nothing more", not only, only)
    # A greeting, the numbers of the steps.
    only = words_of(plain) - words_of(page) - words_of("Hello Olá Dzień dobry")
    only = {word for word in only if word and word not in "1234567"}
    check(where, "the text part says nothing more", not only, only)


def check_facts(where, text, situation, language, bare):
    words = CONF[language]
    text = squeeze(text.replace("\u00a0", " "))
    if situation != "full":
        return
    number = {"en": "1,234,567", "pl": "1 234 567",
              "pt": "1.234.567"}[language]
    facts = [ANNA, number, "987", "183.88.x.x", "203.0.x.x", "a.example",
             words["country.VN"], words["country.BR"], words["country.CZ"],
             words["reason.volume"], "5 h"]
    if not bare:
        facts += [PUBLIC + "/b/", "panel.provider.example", "Hoster",
                  "pomoc@provider.example"]
    for fact in facts:
        check(where, "a fact", fact in text, fact)
    check(where, "no whole address", "203.0.113.9" not in text)


def check_mail(path, out, bare):
    raw = open(path, "rb").read()
    strict = email.policy.default.clone(raise_on_defect=True)
    message = email.message_from_bytes(raw, policy=strict)
    where = str(message["To"]).split("@")[0]
    situation, kind, language = where.split(".")
    check_bytes(where, raw)
    check_headers(where, message, kind, language)
    parts = list(message.iter_parts())
    check(where, "multipart/alternative",
          message.get_content_type() == "multipart/alternative" and
          [part.get_content_type() for part in parts] ==
          ["text/plain", "text/html"])
    check(where, "no defects", not message.defects and
          not any(part.defects for part in parts))
    check(where, "utf-8", all(part.get_content_charset() == "utf-8"
                              for part in parts))
    plain, source = (part.get_content() for part in parts)
    for text in (plain, source):
        check(where, "nothing left to fill in",
              "{{" not in text or situation == "hostile")
    check(where, "text lines of 76 columns", all(
        len(line) <= 76 or max(map(len, line.split())) > 60
        for line in plain.splitlines()),
        [line for line in plain.splitlines() if len(line) > 76])
    page = check_html(where, source, language)
    if situation not in ("hostile", "long"):
        check_same(where, str(message["Subject"]), plain, page)
    check_facts(where, plain, situation, language, bare)
    check_facts(where, page, situation, language, bare)
    with open(os.path.join(out, where + ".html"), "w",
              encoding="utf-8") as file:
        file.write(source)
    with open(os.path.join(out, where + ".txt"), "w",
              encoding="utf-8") as file:
        file.write(f"Subject: {message['Subject']}\n\n{plain}")
    return where


def main():
    if sys.argv[1] == "fill":
        return fill(sys.argv[2])
    folder, out = sys.argv[2:4]
    os.makedirs(out, exist_ok=True)
    names = [check_mail(os.path.join(folder, name), out, "bare" in sys.argv)
             for name in sorted(os.listdir(folder)) if name.endswith(".eml")]
    wanted = sum(len(row[3]) for row in SITUATIONS.values()) * 3 + \
        (len(ALARMS) * 2 + 2) * 3
    check("all", "as many as there are situations",
          len(set(names)) == wanted, (len(set(names)), wanted))
    print(f"{check.passed} passed, {check.failed} failed")
    return check.failed > 0


sys.exit(main())
