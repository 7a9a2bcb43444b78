"""Proves the rig itself, without comporta: what the stories stand on."""

import sys

from rig import Rig, RigError

OWNER, FRIEND = "anna@poczta.example", "jan@kontakt.example"
PASSWORD = "Gruszka-7-most"
FOREIGN = "14.160.12.34"


def expect(condition, text):
    if not condition:
        raise RigError(text)


def mail_arrives(rig):
    expect(rig.submit(FOREIGN, OWNER, PASSWORD, [FRIEND], "first"),
           "the first mail was not taken")
    rig.wait_for_message(FRIEND, lambda m: m["subject"] == "first")


def foreign_address_in_log(rig):
    lines = rig.wait_for_log(f"client=unknown[{FOREIGN}]")
    expect(f"sasl_username={OWNER}" in lines[0]
           and "postfix/submission/smtpd" in lines[0],
           f"unexpected line: {lines[0]}")


def ipv6_address_in_log(rig):
    expect(rig.submit("2001:db8::25", OWNER, PASSWORD, ["x@ok.example"]),
           "a mail from an IPv6 address was not taken")
    rig.wait_for_log("client=unknown[2001:db8::25]")


def login_in_log(rig):
    expect(rig.imap_login(OWNER, PASSWORD, "95.24.1.2"), "no IMAP login")
    with open(rig.dovecot_log, encoding="utf-8") as log:
        lines = [line for line in log if "Login: user=<" in line]
    expect(lines and f"<{OWNER}>" in lines[0] and "rip=95.24.1.2" in lines[0]
           and " dovecot: imap-login: " in lines[0],
           f"unexpected Dovecot log: {lines}")


def wrong_password(rig):
    expect(not rig.imap_login(OWNER, "wrong"), "a wrong password opened IMAP")


def foreign_domains(rig):
    expect(rig.submit(FOREIGN, OWNER, PASSWORD,
                      ["a@ok.example", "b@dead.example"]), "not taken")
    lines = rig.wait_for_log("to=<b@dead.example>")
    expect("dsn=5.1.1" in lines[0] and "status=bounced" in lines[0], lines[0])
    lines = rig.wait_for_log("to=<a@ok.example>")
    expect("dsn=2.0.0" in lines[0] and "status=sent" in lines[0], lines[0])
    rig.wait_for_message(OWNER,
                         lambda m: "Undelivered" in m["subject"])


def block(rig, account):
    name = ("comporta." if rig.kind == "mysql" else "") + "comporta_send_block"
    rig.sql(f"INSERT INTO {name} (account, reason)"
            f" VALUES ('{account}', 'case 42')")
    return f"DELETE FROM {name} WHERE account = '{account}'"


def open_session_is_stopped(rig):
    with rig.session(FOREIGN, OWNER, PASSWORD) as session:
        replies, taken = session.send(["x@ok.example"])
        expect(taken[0] == 250, f"before the block: {replies} {taken}")
        session.mail()
        expect(session.rcpt("y@ok.example")[0] == 250, "RCPT before block")
        undo = block(rig, OWNER)
        code, text = session.rcpt("z@ok.example")
        expect(code == 554 and "suspended for this mailbox: case 42" in text,
               f"the open session was answered {code} {text}")
        expect(rig.imap_login(OWNER, PASSWORD), "reading was stopped as well")
        rig.wait_for_log("SASL login name rejected")
        session.rset()
        rig.sql(undo)
        _, taken = session.send(["x@ok.example"])
        expect(taken and taken[0] == 250, "not open again")


def capitals_do_not_help(rig):
    """The login is matched whatever its letters, as Dovecot gives it back."""
    undo = block(rig, OWNER)
    with rig.session(FOREIGN, OWNER.upper(), PASSWORD) as session:
        session.mail(OWNER)
        code, _ = session.rcpt("x@ok.example")
    rig.sql(undo)
    expect(code == 554, f"a login in capitals got {code}")


def password_change(rig):
    rig.change_password(OWNER, "Nowe-haslo-9")
    expect(rig.imap_login(OWNER, "Nowe-haslo-9"), "the new one is refused")
    expect(not rig.imap_login(OWNER, PASSWORD), "the old one still works")


STEPS = (
    ("a mail goes through and arrives", mail_arrives),
    ("the address given by XCLIENT stands in the log", foreign_address_in_log),
    ("an IPv6 address as well", ipv6_address_in_log),
    ("an IMAP login stands in Dovecot's log", login_in_log),
    ("a wrong password does not", wrong_password),
    ("a dead domain bounces, another one takes the mail", foreign_domains),
    ("a block stops the open session, not IMAP", open_session_is_stopped),
    ("a block holds for a login in capitals", capitals_do_not_help),
    ("a changed password holds at once", password_change),
)


def main():
    for kind in ("mysql", "sqlite"):
        with Rig(kind, with_block_table=True) as rig:
            rig.add_mailbox(OWNER, PASSWORD, "pl", FRIEND)
            rig.add_mailbox(FRIEND, PASSWORD)
            for words, step in STEPS:
                step(rig)
                print(f"ok  {kind}: {words}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except RigError as error:
        print(f"not ok  {error}")
        sys.exit(1)
