"""`comporta check` against a real Postfix and Dovecot: does it see whether
the mail server asks for the block, and what does it say of each trap?"""

import os
import re
import shutil
import subprocess
import sys

from rig import Rig, RigError, wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.environ.get("COMPORTA", os.path.join(ROOT, "build", "comporta"))
OWNER, FRIEND = "anna@poczta.example", "jan@kontakt.example"
PASSWORD = "Gruszka-7-most"


def expect(condition, text):
    if not condition:
        raise RigError(text)


class Checks:
    def __init__(self, rig):
        self.rig = rig
        self.map = f"{rig.map_type}:{rig.path('postfix')}/comporta-sasl.cf"
        self.conf = rig.path("comporta.conf")
        with open(rig.path("postfix", "master.cf"), encoding="utf-8") as file:
            self.master = file.read()
        with open(rig.path("postfix", "main.cf"), encoding="utf-8") as file:
            self.main = file.read()

    # ---- helpers --------------------------------------------------------

    def write_conf(self):
        rig = self.rig
        rig.write("db.password", rig.secret["admin"] + "\n", 0o600)
        rig.write("trial.password", PASSWORD + "\n", 0o600)
        rig.write("comporta.conf", f"""mode = "enforce";
state_dir = "{rig.path("state")}";
sql_dir = "{ROOT}/sql";
template_dir = "{ROOT}/templates";
sources = ( "{rig.mail_log}" );
database: {{ kind = "mysql"; host = "127.0.0.1";
    port = {rig.port["mysql"]}; user = "admin";
    password_file = "{rig.path("db.password")}"; name = "comporta"; }};
mailserver: {{ kind = "postfix";
    postfix_config = "{rig.path("postfix")}";
    dovecot_config = "{rig.path("dovecot", "dovecot.conf")}";
    trial_url = "smtp://127.0.0.1:{rig.port["submission"]}"; }};
""", 0o600)

    def run(self, *arguments):
        done = subprocess.run(
            [PROGRAM, *arguments, "-c", self.conf], check=False,
            capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL)
        words = done.stdout + done.stderr
        for secret in (PASSWORD, *self.rig.secret.values()):
            expect(secret not in words, f"a password is shown:\n{words}")
        return words

    def check(self, *arguments):
        """The lines about the mail server, with their continuations."""
        words = self.run("check", *arguments)
        blocks = re.findall(r"^  (?:ok   |note |MEND ) +\w+.*(?:\n {19}.*)*",
                            words, re.M)
        return "\n".join(b for b in blocks if " mailserver " in b)

    def says(self, words, *arguments):
        """`words` are regular expressions that must match a line each."""
        said = self.check(*arguments)
        for word in words:
            expect(re.search("^ *" + word, said, re.M),
                   f"wanted {word!r}, got:\n{said}")
        return said

    def write_postfix(self, master=None, main=None):
        self.rig.write("postfix/master.cf", master or self.master)
        self.rig.write("postfix/main.cf", main or self.main)

    def trial(self):
        return ("--set", f"mailserver.trial_account={OWNER}", "--set",
                "mailserver.trial_password_file="
                + self.rig.path("trial.password"))

    def rcpt(self):
        """What Postfix itself says: proof that check told the truth."""
        with self.rig.session(None, OWNER, PASSWORD) as session:
            session.mail()
            return session.rcpt("x@ok.example")[0]

    def rcpt_becomes(self, code):
        self.rig._postfix("reload")     # pylint: disable=protected-access
        wait_until(f"RCPT answered {code}", lambda: self.rcpt() == code, 20)


def tables(checks):
    checks.write_conf()
    words = checks.run("check", "--create-tables")
    expect("tables made" in words, words)
    checks.rig.grant_block_table()


def good(checks):
    said = checks.says([
        r"ok +mailserver Postfix, 127.0.0.1:\d+: smtpd_sender_restrictions "
        r"asks mysql:\S+comporta-sasl.cf",
        r"note +mailserver Postfix: nobody is blocked now"])
    expect("MEND" not in said, said)


def trial_is_taken(checks):
    checks.says([rf"ok +mailserver trial account {OWNER} has no block and "
                 "may send: 250 2.1.5 Ok"], *checks.trial())
    expect(not checks.rig.log_lines("cleanup"), "a message was made")


def trial_over_tls(checks):
    tls = (checks.rig.path("tls.pem"), checks.rig.path("tls.key"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-subj", "/CN=rig.test", "-days", "2", "-out", tls[0],
                    "-keyout", tls[1]], check=True, capture_output=True)
    checks.write_postfix(main=checks.main + f"""smtpd_tls_loglevel = 1
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {tls[0]}
smtpd_tls_key_file = {tls[1]}
""")
    checks.rig._postfix("reload")       # pylint: disable=protected-access
    checks.says([rf"ok +mailserver trial account {OWNER} has no block and "
                 "may send: 250 2.1.5 Ok"], *checks.trial())
    checks.rig.wait_for_log("TLS connection established from")
    # And where STARTTLS is gone, so is the login.
    os.unlink(tls[0])
    checks.rig._postfix("reload")       # pylint: disable=protected-access
    checks.says([rf"MEND +mailserver trial account {OWNER} has no block and "
                 "cannot log in: the server offers no login there"],
                *checks.trial())
    checks.write_postfix()
    checks.rig._postfix("reload")       # pylint: disable=protected-access


def wrong_password(checks):
    checks.rig.write("wrong.password", "no-such-word\n", 0o600)
    checks.says([rf"MEND +mailserver trial account {OWNER} has no block and "
                 r"cannot log in: 535 "], *checks.trial(), "--set",
                "mailserver.trial_password_file="
                + checks.rig.path("wrong.password"))


def blocked(checks):
    words = checks.run("suspend", OWNER, "--reason", "case 42")
    expect(checks.rig.count("comporta_send_block") == 1, words)
    said = checks.says([
        rf"ok +mailserver Postfix: mysql:\S+ says for {OWNER}, who is "
        r"blocked: REJECT 5.7.1 Sending is suspended .*case 42",
        rf"ok +mailserver trial account {OWNER} is blocked and is refused: "
        r"554 5.7.1 .*suspended for this mailbox: case 42"],
        *checks.trial())
    expect("MEND" not in said, said)
    checks.says([rf"ok +mailserver .*says for {OWNER}, who is blocked: REJ"],
                "--account", OWNER.upper())
    checks.says(["note +mailserver Postfix: nobody is blocked now"],
                "--account", FRIEND)


def wrong_order(checks):
    checks.write_postfix(checks.master.replace(
        "{ smtpd_sender_restrictions = ",
        "{ smtpd_sender_restrictions = permit_sasl_authenticated, "))
    checks.rcpt_becomes(250)
    checks.says([
        r"MEND +mailserver Postfix, \S+ in smtpd_sender_restrictions mysql:\S+"
        r" is not reached: before it stands permit_sasl_authenticated",
        r"master.cf, under \"\S+\": -o { smtpd_sender_restrictions = "
        r"check_sasl_access mysql:\S+, permit_sasl_authenticated }",
        rf"MEND +mailserver trial account {OWNER} is blocked and may send"],
        *checks.trial())


def override(checks):
    main = checks.main + ("smtpd_sender_restrictions = check_sasl_access "
                          f"{checks.map}\nmua_checks = reject_non_fqdn_sender"
                          "\n")
    master = re.sub(r"-o \{ smtpd_sender_restrictions =[^}]*\}",
                    "-o smtpd_sender_restrictions=$mua_checks", checks.master)
    checks.write_postfix(master, main)
    checks.rcpt_becomes(250)
    checks.says([
        r"MEND +mailserver Postfix, \S+ master.cf overrides "
        r"smtpd_sender_restrictions, so the check of main.cf is bypassed",
        rf"main.cf: mua_checks = check_sasl_access {checks.map}, "
        "reject_non_fqdn_sender"])
    # The remedy, followed.
    checks.write_postfix(master, main.replace(
        "mua_checks = ", f"mua_checks = check_sasl_access {checks.map}, "))
    checks.rcpt_becomes(554)
    expect("MEND" not in checks.says(["ok +mailserver Postfix, "]),
           "the remedy does not mend")


def sturdier_place(checks):
    main = checks.main + ("smtpd_data_restrictions = check_sasl_access "
                          f"proxy:{checks.map}, permit_mynetworks\n")
    master = re.sub(r"-o \{ smtpd_sender_restrictions =[^}]*\}", "",
                    checks.master)
    checks.write_postfix(master, main)
    checks.rig._postfix("reload")       # pylint: disable=protected-access
    checks.says([
        r"ok +mailserver Postfix, \S+ smtpd_data_restrictions asks proxy:my",
        r"MEND +mailserver Postfix: proxy:mysql:\S+ is not in "
        r"proxy_read_maps", rf"main.cf: proxy_read_maps = proxy:{checks.map}, "])
    checks.write_postfix(master, main + "proxy_read_maps = $virtual_mailbox_"
                         "maps $smtpd_data_restrictions\n")
    checks.rig._postfix("reload")       # pylint: disable=protected-access
    said = checks.says([rf"ok +mailserver .*says for {OWNER}.*REJECT"])
    expect("MEND" not in said, said)


def nowhere(checks):
    master = re.sub(r"-o \{ smtpd_sender_restrictions =[^}]*\}", "",
                    checks.master)
    checks.write_postfix(master)
    checks.rcpt_becomes(250)
    checks.says([
        r"MEND +mailserver Postfix, \S+ nobody asks for the block",
        r"main.cf: smtpd_sender_restrictions = check_sasl_access "
        r"mysql:/etc/postfix/comporta-sasl.cf"])
    said = checks.says(["note +mailserver Postfix, .* nobody asks .*observe"],
                       "--set", "mode=observe")
    expect("MEND" not in said, said)


def missing_map(checks):
    checks.write_postfix()
    path = checks.rig.path("postfix", "comporta-sasl.cf")
    shutil.move(path, path + ".away")
    try:
        checks.says([r"MEND +mailserver Postfix: mysql:\S+ cannot be asked.*"
                     r"No such file"])
    finally:
        shutil.move(path + ".away", path)
    checks.rcpt_becomes(554)


def switch(checks):
    """A panel with a switch of its own, which this Dovecot does not ask."""
    settings = ("--set", "panel.name=postfixadmin4", "--account", FRIEND)
    file = checks.rig.path("dovecot", "sql.conf")
    checks.says([
        r"MEND +mailserver Dovecot: no passdb asks for the switch "
        r"\(smtp_active\)", rf"{file}: the query must refuse",
        rf"ok +mailserver Dovecot: {FRIEND} has no block, and may log in"],
        *settings)
    # Anna has a block, and this Dovecot lets her in all the same.
    checks.says([rf"MEND +mailserver Dovecot: {OWNER} may log in to send"],
                "--set", "panel.name=postfixadmin4")
    with open(file, encoding="utf-8") as text:
        before = text.read()
    checks.rig.write("dovecot/sql.conf", before.replace(
        "WHERE email", "WHERE ('%s' <> 'smtp' OR smtp_active = 1) AND email"),
        0o600)
    checks.says([r"ok +mailserver Dovecot: its passdb asks for the switch",
                 r"note +mailserver Dovecot is asked at login only"],
                *settings)
    checks.rig.write("dovecot/sql.conf", before, 0o600)


STEPS = (
    ("comporta makes its tables", tables),
    ("a good configuration", good),
    ("a trial account may send, and no message is made", trial_is_taken),
    ("the same over STARTTLS", trial_over_tls),
    ("a wrong password of the trial account", wrong_password),
    ("a blocked account", blocked),
    ("the check behind a permit", wrong_order),
    ("an override in master.cf, and its remedy", override),
    ("the check at DATA, and proxy_read_maps", sturdier_place),
    ("no check at all", nowhere),
    ("a map that is not there", missing_map),
    ("a panel's own switch, asked by Dovecot", switch),
)


def main():
    words = "start of the mail server"
    try:
        with Rig("mysql") as rig:
            rig.add_mailbox(OWNER, PASSWORD)
            rig.add_mailbox(FRIEND, PASSWORD)
            checks = Checks(rig)
            for words, step in STEPS:
                step(checks)
                print(f"ok  {words}", flush=True)
    except (RigError, OSError, subprocess.TimeoutExpired) as error:
        print(f"not ok  {words}: {error}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
