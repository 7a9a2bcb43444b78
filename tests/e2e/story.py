"""The main job of comporta, step by step, on a real mail server.

story_mariadb.py and story_sqlite.py say who the owner is and which database
is used; the steps are the same. Everything that comporta does here, it does
as an administrator would have it: the cron line of the README, one
configuration file, a database user with no more rights than it needs.

Environment: COMPORTA (the program, else build/comporta), COUNTRY_DB and ASN_DB
(else build/geoip/country.mmdb and asn.mmdb), KEEP_RIG=1 (leave the folder).
"""

import html.parser
import http.client
import json
import os
import re
import shlex
import subprocess
import sys
import time

from rig import Rig, RigError, free_port, wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.environ.get("COMPORTA", os.path.join(ROOT, "build", "comporta"))
OPERATOR = "postmaster@operator.example"
RUN_SECONDS = 60

# Real prefixes of access networks: country and an address in it. The first
# is the one that stays connected while the block is made.
ABROAD = (
    ("VN", "14.160.12.34"), ("BR", "177.10.20.30"), ("IN", "117.192.10.20"),
    ("ID", "36.64.10.20"), ("TR", "78.160.1.2"), ("RU", "95.24.1.2"),
    ("MX", "187.130.4.4"), ("TH", "171.96.1.1"), ("EG", "41.32.1.1"),
    ("CN", "36.32.1.1"),
)


def expect(condition, text):
    if not condition:
        raise RigError(text)


class LinkFinder(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name == "href"]


def cron_command(conf):
    """The command of the README's cron line, with our program and file."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        found = re.search(r"^\s*\*/\d+ \* \* \* \* root (.*comporta scan.*)$",
                          readme.read(), re.M)
    expect(found, "README.md has no cron line with `comporta scan`")
    ours = f"{shlex.quote(PROGRAM)} scan -c {shlex.quote(conf)}"
    return re.sub(r"\S*\bcomporta scan\b", lambda _: ours, found.group(1),
                  count=1)


class Story:
    """One owner, one database kind; the steps are called in STEPS' order."""

    def __init__(self, rig, owner):
        self.rig = rig
        self.owner = owner      # dict, see story_mariadb.py
        self.account = owner["account"]
        self.password = "Pierwsze-8-haslo"
        self.new_password = "Calkiem-9-inne"
        self.port = free_port()
        self.open_session = None
        self.server = None
        self.bearer = None
        self.owner_token = None
        self.block_id = None
        self.conf = rig.path("comporta.conf")
        self.admin_conf = rig.path("comporta-admin.conf")

    # ---- helpers --------------------------------------------------------

    def database_conf(self, user, secret):
        if self.rig.kind == "sqlite":
            return f'{{ kind = "sqlite"; file = "{self.rig.sqlite_file}"; }}'
        file = self.rig.write(f"password-{user}", secret + "\n", 0o600)
        return (f'{{ kind = "mysql"; host = "127.0.0.1";'
                f' port = {self.rig.port["mysql"]}; user = "{user}";'
                f' password_file = "{file}"; name = "comporta"; }}')

    def write_conf(self, name, user, secret):
        rig = self.rig
        geoip = os.path.join(ROOT, "build", "geoip")
        country = os.environ.get("COUNTRY_DB", f"{geoip}/country.mmdb")
        asn = os.environ.get("ASN_DB", f"{geoip}/asn.mmdb")
        rig.write(name, f"""mode = "enforce";
state_dir = "{rig.path("state")}";
secret_file = "{rig.path("secret")}";
sql_dir = "{ROOT}/sql";
template_dir = "{ROOT}/templates";
sources = ( "{rig.mail_log}", "{rig.dovecot_log}" );
home = ( "PL", "PT" );
country_db = "{country}";
asn_db = "{asn}";
database: {self.database_conf(user, secret)};
panel: {{ name = "own"; }};
mailserver: {{ postfix_config = "{rig.path("postfix")}";
    dovecot_config = "{rig.path("dovecot", "dovecot.conf")}"; }};
smtp: {{ url = "smtp://127.0.0.1:{rig.port["smtp"]}";
    from = "comporta@operator.example"; }};
serve: {{ listen = "127.0.0.1:{self.port}";
    public_url = "http://127.0.0.1:{self.port}"; }};
notice: {{ operator = "{OPERATOR}"; }};
""", 0o600)

    @staticmethod
    def run(*arguments):
        done = subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True,
            check=False, timeout=RUN_SECONDS, stdin=subprocess.DEVNULL)
        expect(done.returncode == 0,
               f"comporta {' '.join(arguments)} ended with {done.returncode}:"
               f"\n{done.stdout}{done.stderr}")
        return done.stdout

    def scan_by_cron(self):
        """As cron does it: a shell, no environment, no terminal, from /."""
        command = cron_command(self.conf)
        done = subprocess.run(
            ["/bin/sh", "-c", command], env={}, cwd="/", text=True,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=RUN_SECONDS)
        expect(done.returncode == 0, f"{command} ended with {done.returncode}"
               f":\n{done.stdout}{done.stderr}")
        # Cron makes a mail of every word, every two minutes.
        expect(not done.stdout + done.stderr,
               f"{command} said:\n{done.stdout}{done.stderr}")

    def http(self, method, path, body=None, bearer=None):
        """(status, text, headers); JSON bodies are dicts."""
        headers = {}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        if isinstance(body, dict):
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        elif method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            link.request(method, path, body=body, headers=headers)
            answer = link.getresponse()
            return (answer.status, answer.read().decode("utf-8"),
                    answer.headers)
        finally:
            link.close()

    def api(self, method, path, body=None):
        status, text, _ = self.http(method, "/api/v1" + path, body,
                                    self.bearer)
        try:
            return status, json.loads(text)
        except ValueError as error:
            raise RigError(f"{method} {path}: {status}, no JSON: "
                           f"{text[:400]}") from error

    def table(self, name):
        return ("comporta." if self.rig.kind == "mysql" else "") + name

    def rows(self):
        """What a scan without news must leave as it was."""
        counts = {name: self.rig.count(name) for name in (
            "comporta_block", "comporta_notice", "comporta_send_block",
            "comporta_audit")}
        counts["mails"] = [len(self.rig.mailbox_messages(address))
                           for address in (self.owner["contact"],
                                           self.account, OPERATOR)]
        return counts

    def wait_for_quiet_queue(self):
        wait_until("an empty mail queue", self.rig.queue_is_empty, 60)

    def is_notice(self, message):
        return f"/b/{self.owner_token or ''}" in self.plain_text(message)

    @staticmethod
    def plain_text(message):
        part = message.get_body(preferencelist=("plain",))
        return part.get_content() if part else ""

    # ---- steps ----------------------------------------------------------

    def install(self):
        os.mkdir(self.rig.path("state"), 0o700)
        self.write_conf("comporta-admin.conf", "admin",
                        self.rig.secret["admin"])
        self.run("check", "--create-tables", "-c", self.admin_conf)
        self.least_rights()
        self.rig.grant_block_table()

    def least_rights(self):
        """The program's own database user, with the grants we ship."""
        secret = "only-for-this-test"
        if self.rig.kind == "mysql":
            self.rig.apply_grants(
                [os.path.join(ROOT, "sql/own/mysql/grants.sql"),
                 os.path.join(ROOT, "sql/panels/own/grants.sql")], secret)
        self.write_conf("comporta.conf", "comporta", secret)

    def add_people(self):
        for address in (self.owner["contact"], OPERATOR):
            self.rig.add_mailbox(address, "Inne-5-slowo")
        self.rig.add_mailbox(self.account, self.password,
                             self.owner["language"], self.owner["contact"])

    def normal_mail(self):
        home = self.owner["home_ip"]
        expect(self.rig.imap_login(self.account, self.password, home),
               "the owner cannot read mail")
        expect(self.rig.submit(home, self.account, self.password,
                               [self.owner["contact"]], "on a normal day"),
               "normal mail is not taken")
        self.rig.wait_for_message(self.owner["contact"],
                                  lambda m: m["subject"] == "on a normal day")

    def first_scan(self):
        self.scan_by_cron()
        expect(self.rig.count("comporta_block") == 0,
               "a calm account was blocked")

    def burst(self):
        """Ten countries within seconds, as a botnet does; one stays."""
        for number, (_, address) in enumerate(ABROAD):
            session = self.rig.session(address, self.account, self.password)
            for mail in range(3):
                people = [f"p{number}.{mail}.{i}@ok.example"
                          for i in range(3)]
                people.append(f"gone{number}.{mail}@dead.example")
                _, taken = session.send(people, "Pilne")
                expect(taken and taken[0] == 250, f"burst: {taken}")
            if number == 0:
                self.open_session = session
            else:
                session.close()
        self.wait_for_quiet_queue()

    def block_appears(self):
        self.scan_by_cron()
        rows = self.rig.sql(
            f"SELECT account FROM {self.table('comporta_send_block')}")
        expect(rows == [[self.account]], f"comporta_send_block holds {rows}")
        self.block_id = int(self.rig.sql(
            f"SELECT id FROM {self.table('comporta_block')}"
            f" WHERE account = '{self.account}'")[0][0])

    def open_session_is_stopped(self):
        self.open_session.mail()
        code, text = self.open_session.rcpt("next@ok.example")
        expect(code == 554 and "SASL login name rejected" in text,
               f"the open session was answered {code} {text}")
        self.open_session.close()

    def new_session_is_stopped(self):
        with self.rig.session(self.owner["home_ip"], self.account,
                              self.password) as session:
            session.mail()
            code, _ = session.rcpt("next@ok.example")
            expect(code == 554, f"a new session was answered {code}")

    def reading_still_works(self):
        expect(self.rig.imap_login(self.account, self.password,
                                   self.owner["home_ip"]),
               "IMAP was stopped too")
        expect(self.rig.submit(self.owner["home_ip"], self.owner["contact"],
                               "Inne-5-slowo", [self.account], "to you"),
               "a neighbour cannot send")
        self.rig.wait_for_message(self.account,
                                  lambda m: m["subject"] == "to you")

    def notice_arrives(self):
        message = self.rig.wait_for_message(self.owner["contact"],
                                            self.is_notice)
        for part in message.walk():
            expect(not part.defects, f"MIME: {part.defects}")
        expect(message.get_content_type() == "multipart/alternative",
               f"it is {message.get_content_type()}")
        expect([p.get_content_type() for p in message.iter_parts()]
               == ["text/plain", "text/html"], "not text first, then HTML")
        self.check_headers(message)
        self.check_words(message)

    def check_headers(self, message):
        expect(message["auto-submitted"] == "auto-generated",
               f"Auto-Submitted: {message['auto-submitted']}")
        expect(str(message["content-language"]).lower().startswith(
            self.owner["language"]),
            f"Content-Language: {message['content-language']}")
        expect(message["message-id"] and message["date"].datetime,
               "no Message-ID or Date")
        expect(self.owner["contact"] in message["to"], f"To: {message['to']}")

    def check_words(self, message):
        plain = self.plain_text(message)
        for word in (self.account, self.owner["word"]):
            expect(word in plain, f"{word!r} is not in the notice:\n{plain}")
        page = message.get_body(preferencelist=("html",)).get_content()
        for text in (plain, page, message["subject"]):
            expect("{{" not in text and ABROAD[0][1] not in text,
                   f"a placeholder or a whole address is left:\n{text}")
        links = LinkFinder()
        links.feed(page)
        base = f"http://127.0.0.1:{self.port}/b/"
        found = set(re.findall(re.escape(base) + r"([A-Za-z0-9_-]{43})\b",
                               plain))
        expect(len(found) == 1, f"owner links in the text: {found}")
        self.owner_token = found.pop()
        expect(base + self.owner_token in links.links,
               f"the HTML part links to {links.links}")

    def start_server(self):
        log = self.rig.path("serve.out")
        with open(log, "wb") as out:
            self.server = subprocess.Popen(
                [PROGRAM, "serve", "-c", self.conf], stdout=out, stderr=out,
                stdin=subprocess.DEVNULL)
        wait_until("comporta serve", self.is_healthy, 20)
        words = self.run("token", "add", "helpdesk", "--role", "support",
                         "-c", self.conf).split()
        self.bearer = max(words, key=len)

    def is_healthy(self):
        if self.server.poll() is not None:
            with open(self.rig.path("serve.out"), encoding="utf-8") as log:
                raise RigError(f"comporta serve ended: {log.read()}")
        try:
            return self.http("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def strangers_stay_out(self):
        path = f"/api/v1/blocks/{self.block_id}/lift"
        body = {"reason": "let me in", "force": True}
        expect(self.http("POST", path, body)[0] == 401, "no token: not 401")
        expect(self.http("POST", path, body, "x" * 43)[0] == 401,
               "forged token: not 401")
        expect(self.http("GET", "/b/" + "A" * 43)[0] == 404,
               "forged owner link: not 404")

    def support_sees_block(self):
        status, answer = self.api("GET", f"/blocks?account={self.account}")
        expect(status == 200 and self.account in json.dumps(answer),
               f"GET /blocks: {status} {answer}")

    def lift_is_refused(self):
        body = {"reason": "the owner called", "force": False}
        path = f"/blocks/{self.block_id}/lift"
        status, answer = self.api("POST", path, body)
        expect(status == 409 and answer.get("error") == "password_unchanged",
               f"POST {path}: {status} {answer}")
        self.http("GET", f"/b/{self.owner_token}")
        status, page, headers = self.http("POST",
                                          f"/b/{self.owner_token}/lift")
        expect(status == 409 and self.owner["word"] in page
               and headers.get_content_type() == "text/html",
               f"the owner page answered {status}:\n{page[:2000]}")
        self.scan_by_cron()
        expect(self.rig.count("comporta_send_block") == 1, "lifted anyway")

    def password_is_changed(self):
        # Some panels keep whole seconds: the change must not share one
        # with the block.
        time.sleep(1)
        self.rig.change_password(self.account, self.new_password)

    def lift_is_granted(self):
        if self.owner["lifts_by"] == "api":
            status, answer = self.api(
                "POST", f"/blocks/{self.block_id}/lift",
                {"reason": "new password, checked", "force": False})
            expect(status == 200, f"lift: {status} {answer}")
        else:
            # Reading the page, as mail scanners do, must not lift.
            status, _, _ = self.http("GET", f"/b/{self.owner_token}")
            expect(status == 200, f"GET of the owner page: {status}")
            expect(self.rig.count("comporta_send_block") == 1,
                   "GET lifted the block")
            status, page, _ = self.http("POST",
                                        f"/b/{self.owner_token}/lift")
            expect(status in (200, 303), f"lift: {status}\n{page[:2000]}")
        expect(self.rig.count("comporta_send_block") == 0,
               "the block is still in the table")

    def sends_again(self):
        expect(self.rig.submit(self.owner["home_ip"], self.account,
                               self.new_password, [self.owner["contact"]],
                               "back again"), "cannot send after the lift")
        self.rig.wait_for_message(self.owner["contact"],
                                  lambda m: m["subject"] == "back again")
        try:
            self.rig.session(ABROAD[0][1], self.account, self.password)
        except Exception as error:      # smtplib has several for "no"
            expect("535" in str(error), f"the thief got {error!r}")
        else:
            raise RigError("the old password still opens a session")

    def scan_sends_the_rest(self):
        self.scan_by_cron()
        self.wait_for_quiet_queue()
        expect(self.rig.count("comporta_block") == 1
               and self.rig.count("comporta_send_block") == 0,
               "old evidence blocked the account again")
        notices = [m for m in self.rig.parsed_messages(self.owner["contact"])
                   if m["auto-submitted"] == "auto-generated"]
        expect(len(notices) == 2, "wanted one notice and one word of the"
               f" lift, got {[m['subject'] for m in notices]}")

    def second_scan_changes_nothing(self):
        before = self.rows()
        self.scan_by_cron()
        self.wait_for_quiet_queue()
        after = self.rows()
        expect(before == after, f"before {before}\nafter  {after}")

    def end(self):
        if self.server:
            self.server.terminate()
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
                raise RigError("comporta serve does not end on SIGTERM") \
                    from None


STEPS = (
    ("comporta makes its tables, then works with few rights", Story.install),
    ("people get their mailboxes", Story.add_people),
    ("normal mail passes", Story.normal_mail),
    ("a scan by cron blocks nobody", Story.first_scan),
    ("somebody sends from ten countries at once", Story.burst),
    ("a scan by cron blocks the account", Story.block_appears),
    ("the open session gets 554 at its next RCPT",
     Story.open_session_is_stopped),
    ("so does a new session", Story.new_session_is_stopped),
    ("reading and receiving still work, and the neighbour sends",
     Story.reading_still_works),
    ("the notice arrives, is right MIME and in the owner's language",
     Story.notice_arrives),
    ("the endpoint starts", Story.start_server),
    ("forged tokens are refused", Story.strangers_stay_out),
    ("support sees the block", Story.support_sees_block),
    ("a lift without a new password is refused, everywhere",
     Story.lift_is_refused),
    ("the owner sets a new password", Story.password_is_changed),
    ("the lift is granted", Story.lift_is_granted),
    ("the account sends again, the thief does not", Story.sends_again),
    ("the next scan tells of the lift, and blocks nobody again",
     Story.scan_sends_the_rest),
    ("another scan changes nothing", Story.second_scan_changes_nothing),
)


def tell(kind, owner):
    """Run the whole story; exit status 1 names the step that failed."""
    words = "start of the mail server"
    try:
        with Rig(kind) as rig:
            story = Story(rig, owner)
            try:
                for words, step in STEPS:
                    step(story)
                    print(f"ok  {words}", flush=True)
                words = "the endpoint ends when asked"
            finally:
                story.end()
            print(f"ok  {words}", flush=True)
    except (RigError, OSError, subprocess.TimeoutExpired) as error:
        print(f"not ok  {words}: {error}", flush=True)
        sys.exit(1)
