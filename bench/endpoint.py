"""How fast `comporta serve` answers an owner, beside what libmicrohttpd itself
can do (bench/http/plain.c) with a page of the same size in the same run.

The server has one core, the client another. What is asked for: one owner's
page again and again, the pages of 1,000 owners in turns (both are kept for a
second, detector/http/pages.h), those of 20,000 (more than are kept: each is
made anew), links that nobody has. Then 1,000 requests a second at a fixed pace,
whatever the answers do (bench/http/pace.c), while the server's memory is
watched.

Environment: COMPORTA, PLAIN, PACE (programs); KINDS ("sqlite mysql"),
SECONDS (5) of each throughput, ROUNDS (3), PACED (30) seconds at 1,000/s.
MariaDB needs root. All on one machine: whatever else runs there is in the
figures. Ratios bear it better, and CPU time bears it best.
"""

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

from mariadb import Mariadb
from rig import free_port, port_answers, wait_until

PROGRAM = os.environ.get("COMPORTA", os.path.join(ROOT, "build/comporta"))
PLAIN = os.environ.get("PLAIN", os.path.join(ROOT, "build/http-plain"))
PACE = os.environ.get("PACE", os.path.join(ROOT, "build/http-pace"))
KINDS = os.environ.get("KINDS", "sqlite mysql").split()
SECONDS = int(os.environ.get("SECONDS", "5"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PACED = int(os.environ.get("PACED", "30"))
OWNERS = 20000
KEPT = 1000     # links that are asked for within a second, and are kept
CONNECTIONS = 32
FIELDS = 6      # headers that comporta adds to a page
SERVER_CORE, CLIENT_CORE = "0", "1"

VERDICT = json.dumps({
    "account": "x", "time": "2026-11-28T08:40:00Z",
    "first_seen": "2026-11-28T07:10:00Z",
    "window": {"messages": 214, "recipients": 3121,
               "unknown_recipients": 402,
               "countries": ["VN", "BR", "IN", "RU", "CO", "ZA", "ID"],
               "sample_ips": ["183.88.x.x", "177.12.x.x", "41.13.x.x",
                              "14.162.x.x"],
               "sample_domains": ["gmail.com", "hotmail.com", "example.com",
                                  "yahoo.com", "web.example"]},
    "evidence": [{"signal": "hard_countries", "nats": 9.1},
                 {"signal": "origin_diversity", "nats": 6.2},
                 {"signal": "delivery_failure", "nats": 4.4},
                 {"signal": "volume", "nats": 2.8}]})


def token(number):
    return f"bench{number:038d}"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def fingerprint(secret, account, password_hash):
    message = b"fingerprint\0" + account.encode() + b"\0"
    return hmac.new(secret, message + password_hash.encode(),
                    hashlib.sha256).hexdigest()


def rows(secret, mailboxes):
    """Mailboxes with an active block each, whose passwords are as they were."""
    now_ms = int(time.time() * 1000)
    for number in range(OWNERS):
        account = f"owner{number}@firma{number % 200}.example"
        stored = f"$6$bench${number:040d}"
        yield (f"INSERT INTO {mailboxes} VALUES ({quoted(account)},"
               f" {quoted(stored)}, NULL, 'pl', NULL, 'Anna Kowalska');")
        values = [
            quoted(f"bench{number}"), quoted(account),
            quoted(account.split("@")[1]), "'active'", quoted(account),
            now_ms, now_ms, "'own'", 1,
            quoted(fingerprint(secret, account, stored)), "'$6$'", "'pl'", 0,
            0.998, 6.2, quoted(VERDICT),
            quoted(hashlib.sha256(token(number).encode()).hexdigest()),
            now_ms + 14 * 86400000]
        yield ("INSERT INTO comporta_block (decision, account, domain, state,"
               " active_account, decided_ms, blocked_ms, panel, changed,"
               " fingerprint, scheme, language, is_repeat, probability,"
               " log_odds, verdict, token_hash, token_expires_ms) VALUES"
               f" ({', '.join(str(value) for value in values)});")


class Bench:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ch", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.port = {"mysql": free_port()}
        self.secret = {"admin": "admin", "maps": "maps"}
        self.children = []

    # What tests/e2e/mariadb.py wants of its rig.
    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start_child(self, name, command, answers):
        with open(self.path(name + ".log"), "wb") as log:
            child = subprocess.Popen(command, stdout=log, stderr=log)
        self.children.append(child)
        wait_until(name, lambda: child.poll() is not None or answers())
        return child

    def end_child(self, child):
        child.terminate()
        child.wait(60)
        self.children.remove(child)

    def close(self):
        for child in list(self.children):
            self.end_child(child)
        shutil.rmtree(self.folder)

    # ---- the servers --------------------------------------------------------

    def configure(self, kind, port):
        secret = self.path("secret")
        with open(secret, "wb") as out:
            out.write(b"0123456789abcdef0123456789abcdef")
        os.chmod(secret, 0o600)
        database = {"sqlite": f'kind = "sqlite"; file = "{self.path("db")}";'}
        if kind == "mysql":
            password = self.path("password")
            with open(password, "w", encoding="ascii") as out:
                out.write("admin")
            os.chmod(password, 0o600)
            database["mysql"] = (
                'kind = "mysql"; host = "127.0.0.1"; user = "admin";'
                f' port = {self.port["mysql"]}; name = "comporta";'
                f' password_file = "{password}";')
        conf = self.path(kind + ".conf")
        with open(conf, "w", encoding="ascii") as out:
            out.write(f'state_dir = "{self.path("state")}";\n'
                      f'secret_file = "{secret}";\n'
                      f'sql_dir = "{ROOT}/sql";\n'
                      f'template_dir = "{ROOT}/templates";\n'
                      f"database: {{ {database[kind]} }};\n"
                      'notice: { support_contact = "+48 22 000 00 00";'
                      ' provider_name = "Example Host"; };\n'
                      f'serve: {{ listen = "127.0.0.1:{port}";'
                      ' public_url = "https://mail.example/";'
                      ' requests_per_minute = 100000000; };\n')
        return conf

    def fill(self, kind, conf):
        os.makedirs(self.path("state"), exist_ok=True)
        done = subprocess.run([PROGRAM, "check", "-c", conf, "--create-tables"],
                              capture_output=True, text=True, check=False)
        with open(self.path("secret"), "rb") as file:
            secret = file.read()
        if kind == "mysql":
            script = list(rows(secret, "mailserver.virtual_users (email,"
                               " password, password_changed, language,"
                               " contact, name)"))
            command = ["mariadb", "--no-defaults", f"--socket={self.path('my')}/s",
                       "--user=root", "comporta"]
        else:
            script = list(rows(secret, "comporta_mailbox"))
            command = ["sqlite3", self.path("db")]
        filled = subprocess.run(
            command, input="BEGIN;\n" + "\n".join(script) + "\nCOMMIT;\n",
            capture_output=True, text=True, check=False)
        if filled.returncode:
            sys.exit(done.stdout + done.stderr + filled.stderr[:2000])

    def serve(self, kind):
        port = free_port()
        conf = self.configure(kind, port)
        self.fill(kind, conf)
        child = self.start_child("serve", [
            "taskset", "-c", SERVER_CORE, PROGRAM, "serve", "-c", conf],
            lambda: port_answers(port))
        if child.poll() is not None:
            with open(self.path("serve.log"), encoding="utf-8") as log:
                sys.exit(log.read())
        return child, port

    def serve_plain(self, size):
        child = subprocess.Popen(["taskset", "-c", SERVER_CORE, PLAIN,
                                  str(size), str(FIELDS)],
                                 stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        return child, int(child.stdout.readline())

    # ---- the clients --------------------------------------------------------

    def script(self, name, paths):
        file = self.path(name + ".lua")
        listed = ",".join(f'"{path}"' for path in paths)
        with open(file, "w", encoding="ascii") as out:
            out.write(f"local paths = {{{listed}}}\nlocal at = 0\n"
                      'wrk.headers["Accept-Language"] = "pl"\n'
                      "function request()\n  at = at % #paths + 1\n"
                      '  return wrk.format("GET", paths[at])\nend\n')
        return file

    def wrk(self, child, port, script):
        """Requests a second, microseconds of CPU each, answers refused."""
        worked = cpu_seconds(child.pid)
        done = subprocess.run(
            ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{CONNECTIONS}",
             f"-d{SECONDS}s", "-s", script, f"http://127.0.0.1:{port}"],
            capture_output=True, text=True, check=True).stdout
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
        trouble = re.search(r"Socket errors: .*", done)
        if trouble:
            print("   ", trouble.group(0))
        worked = cpu_seconds(child.pid) - worked
        requests = int(re.search(r"(\d+) requests in", done).group(1))
        return (float(re.search(r"Requests/sec: *([\d.]+)", done).group(1)),
                worked * 1e6 / requests,
                int(refused.group(1)) if refused else 0)

    def pace(self, port, paths, rate, seconds):
        done = subprocess.run(
            ["taskset", "-c", CLIENT_CORE, PACE, str(port), str(rate),
             str(seconds), str(CONNECTIONS)],
            input="\n".join(paths), capture_output=True, text=True, check=True)
        return [float(word) for word in done.stdout.split()]


def cpu_seconds(pid):
    """What it has worked, in its own code and in the kernel for it."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s*(\d+)", status.read()).group(1))


def page_of(port, path):
    return subprocess.run(
        ["curl", "-s", "-i", "-H", "Accept-Language: pl",
         f"http://127.0.0.1:{port}{path}"], capture_output=True,
        check=True).stdout.split(b"\r\n\r\n", 1)


def throughput(bench, child, port, plain, plain_port):
    one = bench.script("one", [f"/b/{token(0)}"])
    cases = [("libmicrohttpd alone", plain, plain_port, one, False),
             ("one link", child, port, one, False),
             ("1,000 links in turns", child, port,
              bench.script("many", [f"/b/{token(n)}" for n in range(KEPT)]),
              False),
             ("20,000, each made anew", child, port,
              bench.script("anew", [f"/b/{token(n)}" for n in range(OWNERS)]),
              False),
             ("links nobody has", child, port,
              bench.script("none", [f"/b/x{token(n)[1:]}"
                                    for n in range(KEPT)]), True)]
    best = {}
    for _ in range(ROUNDS):
        for name, server, at, script, is_refused in cases:
            rate, each_us, refused = bench.wrk(server, at, script)
            if bool(refused) != is_refused:
                sys.exit(f"{name}: {refused} answers that are no page")
            rate_so_far, us_so_far = best.get(name, (0, each_us))
            best[name] = (max(rate, rate_so_far), min(each_us, us_so_far))
    plain_rate, plain_us = best[cases[0][0]]
    for name, (rate, each_us) in best.items():
        print(f"  {name:23s} {rate:9.0f} /s, {plain_rate / rate:4.1f} times"
              f" as slow; {each_us:6.1f} us of CPU each,"
              f" {each_us / plain_us:4.1f} times")
    print(f"  memory after that       {resident_kb(child.pid):9d} KB")


def paced(bench, child, port, plain_port):
    """Beside libmicrohttpd alone, as the machine's other work is in both."""
    # In turns, so that none is asked for twice within ten seconds.
    paths = [f"/b/{token(n)}" for n in range(10000)]
    bench.pace(port, paths, 1000, 3)
    before = resident_kb(child.pid)
    for name, at, seconds in [("libmicrohttpd alone", plain_port,
                               min(PACED, 30)), ("owner pages", port, PACED)]:
        asked, answered, fine, failed, median, p99, p999, longest = bench.pace(
            at, paths, 1000, seconds)
        print(f"  {name}, 1,000/s for {seconds} s: {asked:.0f} asked,"
              f" {fine:.0f} pages, {answered - fine:.0f} others,"
              f" {failed:.0f} failed; median {median} ms, p99 {p99} ms,"
              f" p99.9 {p999} ms, longest {longest} ms")
    print(f"  memory: {before} KB before, {resident_kb(child.pid)} KB after")


def measure(bench, kind):
    if kind == "mysql":
        Mariadb(bench).install()
    child, port = bench.serve(kind)
    head, page = page_of(port, f"/b/{token(0)}")
    if b" 200 " not in head:
        sys.exit(f"no page: {head!r} {page[:500]!r}")
    plain, plain_port = bench.serve_plain(len(page))
    print(f"{kind}, pages of {len(page)} bytes, {CONNECTIONS} connections,"
          f" best of {ROUNDS} rounds of {SECONDS} s:")
    throughput(bench, child, port, plain, plain_port)
    paced(bench, child, port, plain_port)
    bench.end_child(plain)
    bench.end_child(child)


def main():
    for kind in KINDS:
        bench = Bench()
        try:
            measure(bench, kind)
        finally:
            bench.close()


if __name__ == "__main__":
    main()
