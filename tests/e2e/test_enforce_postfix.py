"""docs/ENFORCE.md for Postfix: every example, on a real server."""

import os
import shlex
import smtplib
import sqlite3
import subprocess
import sys

from enforce import (CLIENT, ELSEWHERE, FRIEND, OWNER, PASSWORD, RO_SECRET,
                     WHAT_WAS_THERE, Document, EnforceRig, expect, step)
from rig import RigError, wait_until

DOCUMENT = Document("postfix-")
MAP = "/etc/postfix/comporta-sasl.cf"
REJECT = "554", "Sending is suspended for this mailbox: case 42"
AWAY = "451", "4.3.5"


def answer(session, at_data):
    """What the session is told about one more message: (code, words)."""
    session.mail()
    said = session.rcpt(ELSEWHERE)
    if at_data and said[0] == 250:
        code, words = session.smtp.docmd("DATA")
        said = code, words.decode()
        if code == 354:
            session.smtp.send("x\r\n.\r\n")
            said = session.smtp.getreply()[0], "taken"
    session.rset()
    return said


def expect_answer(session, at_data, wanted, when):
    code, words = answer(session, at_data)
    expect(str(code) == wanted[0] and wanted[1] in words,
           f"{when}: {code} {words}")


def fresh(rig, account, at_data, wanted, when):
    with rig.session(CLIENT, account, PASSWORD) as session:
        expect_answer(session, at_data, wanted, when)


def stops_and_lifts(rig, conf, at_data):
    """The promises of the document's table, one after the other."""
    with rig.session(CLIENT, OWNER, PASSWORD) as session:
        expect_answer(session, at_data, ("250", ""), "before the block")
        session.mail()
        expect(session.rcpt(ELSEWHERE)[0] == 250, "RCPT before the block")
        with rig.blocked(conf):
            # In the middle of a message, where the answers differ.
            code, words = (session.rcpt("y@ok.example") if not at_data else
                           session.smtp.docmd("DATA"))
            expect(code == 554, f"in the open message: {code} {words}")
            session.rset()
            expect_answer(session, at_data, REJECT, "open, blocked")
            fresh(rig, OWNER, at_data, REJECT, "new, blocked")
            rig.expect_life_goes_on()
        expect_answer(session, at_data, ("250", ""), "open, lifted")
        fresh(rig, OWNER, at_data, ("250", ""), "new, lifted")


def away(rig, at_data, is_away, wanted):
    """While it is away: open and new connections, and mail from outside."""
    with rig.session(CLIENT, FRIEND, PASSWORD) as session:
        expect_answer(session, at_data, ("250", ""), "still there")
        with is_away:
            expect_answer(session, at_data, wanted, "open, away")
            fresh(rig, OWNER, at_data, wanted, "new, away")
            mail_comes_in(rig)
            expect(rig.imap_login(OWNER, PASSWORD), "reading, away")
    # Postfix asks a server that was dead only after a minute, or when told.
    rig.use(rig.restrictions, rig.options, rig.services)
    wait_until("mail after the database came back",
               lambda: rig.sends(FRIEND), 10)


def mail_comes_in(rig):
    subject = os.urandom(4).hex()
    with smtplib.SMTP("127.0.0.1", rig.port["smtp"], timeout=30) as smtp:
        smtp.sendmail("far@away.example", [OWNER],
                      f"Subject: {subject}\r\n\r\nx\r\n")
    rig.wait_for_message(OWNER, lambda m: m["subject"] == subject)


def take(rig, name, was_there=None, mapped=True):
    fill = {MAP: rig.path("postfix", "comporta-sasl.cf")} if mapped else {}
    if was_there is not None:
        fill[WHAT_WAS_THERE] = was_there
    return DOCUMENT.take(name, fill=fill)


def write_mysql_map(rig):
    path = rig.write("postfix/comporta-sasl.cf", DOCUMENT.take(
        "postfix-mysql-map",
        fill={"127.0.0.1": f"127.0.0.1:{rig.port['mysql']}",
              "PASSWORD": RO_SECRET}))
    rig.give_to_postfix(path)


def postconf(rig, command):
    arguments = shlex.split(command)
    arguments[1:1] = ["-c", rig.path("postfix")]
    return subprocess.run(arguments, capture_output=True, text=True,
                          check=False)


def map_can_be_tried(rig, conf):
    line = DOCUMENT.take("postfix-try", fill={
        "anna@firma.example": OWNER,
        MAP: rig.path("postfix", "comporta-sasl.cf")})
    done = postconf(rig, line)
    expect((done.returncode, done.stdout) == (1, ""), f"{line}: {done}")
    with rig.blocked(conf):
        done = postconf(rig, line)
    expect(done.returncode == 0 and REJECT[1] in done.stdout,
           f"{line}: {done}")


# What was there lets everybody pass: ours must come first.
PERMIT = "permit_mynetworks, permit_sasl_authenticated"


def main_cf(rig, conf):
    rig.use(take(rig, "postfix-main", PERMIT))
    stops_and_lifts(rig, conf, False)
    away(rig, False, rig.mariadb_away(), AWAY)


def wrong_order(rig, conf):
    lines = take(rig, "postfix-main", "")
    head, _, check = lines.partition("=")
    rig.use(f"{head}= {PERMIT}, {check.strip()}\n")
    with rig.blocked(conf):
        expect(rig.sends(), "behind a permit the check was reached")


def master_cf(rig, conf):
    rig.use(take(rig, "postfix-main", PERMIT),
            f"  -o smtpd_sender_restrictions={PERMIT.replace(' ', '')}\n")
    shown = postconf(rig, DOCUMENT.take("postfix-overrides")).stdout
    expect("submission" not in shown and PERMIT.split(",")[0] in shown,
           f"overrides: {shown!r}")
    with rig.blocked(conf):
        expect(rig.sends(), "a service with a list of its own asked main.cf")
    rig.use("", take(rig, "postfix-master", PERMIT))
    stops_and_lifts(rig, conf, False)


def at_data(rig, conf):
    rig.use(take(rig, "postfix-data", PERMIT))
    stops_and_lifts(rig, conf, True)
    away(rig, True, rig.mariadb_away(), AWAY)


def at_data_by_proxy(rig, conf):
    lines = take(rig, "postfix-data-proxy", PERMIT)
    reads, _, checks = lines.partition("smtpd_data_restrictions =")
    default = postconf(rig, "postconf -d -h proxy_read_maps").stdout.strip()
    expect("$smtpd_sender_restrictions" in default
           and "$smtpd_data_restrictions" not in default,
           f"proxy_read_maps is by default: {default}")
    rig.use(reads.replace(PERMIT, default) + "smtpd_data_restrictions ="
            + checks)
    stops_and_lifts(rig, conf, True)


def proxy_without_its_name(rig, conf):
    del conf
    lines = take(rig, "postfix-data-proxy", PERMIT)
    rig.tell(lines[lines.index("smtpd_data_restrictions ="):])
    # The step before made the master wait for a minute.
    rig._stop_postfix()
    rig._start_postfix()
    rig.wait_for_log("proxymap service is not configured for table")
    expect(not rig.greets(), "smtpd starts all the same")


def two_servers(rig, conf):
    del conf
    path = rig.path("postfix", "comporta-sasl.cf")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    rig.write("postfix/comporta-sasl.cf",
              text.replace("hosts = ", "hosts = 127.0.0.1:9 "), 0o640)
    rig.give_to_postfix(path)
    rig.use(take(rig, "postfix-main", PERMIT))
    expect(all(rig.sends() for _ in range(3)), "one of two servers is away")
    write_mysql_map(rig)


def warnings_only(rig, conf):
    rig.use(take(rig, "postfix-main", PERMIT).replace(
        "check_sasl_access", "warn_if_reject check_sasl_access"))
    with rig.blocked(conf):
        expect(rig.sends(), "warn_if_reject stopped a blocked account")


def policy_script(rig, conf):
    script = rig.write("comporta-policy",
                       take(rig, "postfix-policy-script"), 0o755)
    path = rig.path("postfix", "comporta-sasl.cf")
    os.chown(path, 0, 65534)    # nogroup
    rig.use(take(rig, "postfix-policy-main", PERMIT, mapped=False), "",
            DOCUMENT.take("postfix-policy-master", fill={
                "user=comporta": "user=nobody",
                "/usr/local/sbin/comporta-policy": script}))
    stops_and_lifts(rig, conf, False)
    away(rig, False, rig.mariadb_away(), ("250", ""))


def sqlite(rig, conf):
    path = rig.write("postfix/comporta-sasl.cf", DOCUMENT.take(
        "postfix-sqlite-map",
        fill={"/var/lib/comporta-desk/db/comporta.db": rig.sqlite_file}))
    rig.give_to_postfix(path)
    rig.use(take(rig, "postfix-sqlite-main", PERMIT))
    stops_and_lifts(rig, conf, False)


def sqlite_can_be_tried(rig, conf):
    line = DOCUMENT.take("postfix-sqlite-try", fill={
        "anna@firma.example": OWNER, "postmap": "postmap -c "
        + rig.path("postfix"), MAP: rig.path("postfix", "comporta-sasl.cf")})
    rig.expect_life_goes_on()
    with rig.blocked(conf):
        done = subprocess.run(shlex.split(line), capture_output=True,
                              text=True, check=False)
    expect(done.returncode == 0 and REJECT[1] in done.stdout,
           f"{line}: {done}")


def a_writer_may_hold_the_file(rig, conf):
    del conf
    writer = sqlite3.connect(rig.sqlite_file, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    expect(rig.sends(FRIEND), "a writer keeps Postfix from reading")
    writer.execute("ROLLBACK")
    writer.close()


def sqlite_is_broken(rig, conf):
    del conf
    with rig.session(CLIENT, FRIEND, PASSWORD) as session:
        expect_answer(session, False, ("250", ""), "before")
        rig.sql("ALTER TABLE comporta_send_block RENAME TO away")
        session.smtp.sock.settimeout(3)
        session.mail()
        try:
            expect(False, f"an answer came: {session.rcpt(ELSEWHERE)}")
        except smtplib.SMTPServerDisconnected:
            rig.wait_for_log("fatal: dict_sqlite_lookup")


MYSQL = (
    ("the map can be tried by hand", map_can_be_tried),
    ("main.cf, with MariaDB away in between", main_cf),
    ("behind a permit it is not reached", wrong_order),
    ("master.cf has its own list, and then our check", master_cf),
    ("at DATA", at_data),
    ("at DATA through proxymap", at_data_by_proxy),
    ("one of two servers is enough", two_servers),
    ("warn_if_reject lets blocked accounts send", warnings_only),
    ("the policy script lets mail pass while MariaDB is away",
     policy_script),
)
SQLITE = (
    ("SQLite through proxymap", sqlite),
    ("it can be tried as Postfix will read it", sqlite_can_be_tried),
    ("a writer does not stop the lookup", a_writer_may_hold_the_file),
    # Last, as some of Postfix is not started for a minute after these.
    ("a broken file: no answer", sqlite_is_broken),
    ("proxymap must know the map", proxy_without_its_name),
)


def main():
    with EnforceRig() as rig:
        # In SQLite the view over the rig's mailboxes stands already.
        lite = rig.install_sqlite()
        conf = rig.install_mysql()
        rig.add_people()
        write_mysql_map(rig)
        for words, run in MYSQL:
            run(rig, conf)
            step(words)
        conf = lite
        for words, run in SQLITE:
            run(rig, conf)
            step(words)
    DOCUMENT.expect_all_used()
    step("no example was left out")


if __name__ == "__main__":
    try:
        main()
    except RigError as error:
        print(f"not ok  {error}")
        sys.exit(1)
