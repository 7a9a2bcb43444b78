"""What strangers send to `comporta serve`, and what must come back.

Every case is bytes on a socket of loopback. After all of them the server still
answers, and has no descriptor and hardly any memory more than before. Times are
printed, never judged: a loaded machine is no bug.
"""

import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time

PROGRAM, WORK = sys.argv[1:]
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PATIENCE_S = 20
MANY = " requests_per_minute = 1000000;\n"
ZEROES = "A" * 43
passed = failed = 0
servers = []


def check(what, is_right, detail=b""):
    global passed, failed
    if is_right:
        passed += 1
        print(f"ok    {what}")
    else:
        failed += 1
        print(f"FAIL  {what}\n      {detail[:400]!r}")


class Server:
    """One `comporta serve`, with these lines in its section `serve`."""

    def __init__(self, name, options=MANY):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        folder = os.path.join(WORK, name)
        os.mkdir(folder)
        conf = os.path.join(folder, "conf")
        with open(conf, "w", encoding="ascii") as out:
            out.write(f'state_dir = "{folder}";\nsql_dir = "{ROOT}/sql";\n'
                      f'template_dir = "{ROOT}/templates";\n'
                      f'serve: {{ listen = "127.0.0.1:{self.port}";\n'
                      f"{options} }};\n")
        self.log = os.path.join(folder, "log")
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen([PROGRAM, "serve", "-c", conf],
                                          stdout=log, stderr=log)
        servers.append(self)
        deadline = time.monotonic() + PATIENCE_S
        while not self.answers():
            if self.child.poll() is not None or time.monotonic() > deadline:
                with open(self.log, encoding="utf-8") as log:
                    sys.exit(f"{name} does not serve: {log.read()}")
            time.sleep(0.02)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def dial(self, source=None):
        return socket.create_connection(
            ("127.0.0.1", self.port), PATIENCE_S,
            source_address=(source, 0) if source else None)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def resident_kb(self):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s*(\d+)", file.read()).group(1))

    def end(self):
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(PATIENCE_S)


def hear(sock, until=None, seconds=PATIENCE_S):
    """All that comes until `until` is in it, the other end, or silence."""
    heard = b""
    sock.settimeout(seconds)
    try:
        while until is None or until not in heard:
            more = sock.recv(65536)
            if not more:
                return heard
            heard += more
    except (ConnectionError, TimeoutError):
        pass
    return heard


def say(sock, what):
    try:
        sock.sendall(what)
        return True
    except OSError:
        return False


def talk(server, what, seconds=PATIENCE_S):
    """Say it, say no more, and hear the rest."""
    with server.dial() as sock:
        if say(sock, what):
            try:
                sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        return hear(sock, seconds=seconds)


def get(path, fields="", method="GET"):
    if isinstance(path, str):
        path = path.encode()
    if isinstance(fields, str):
        fields = fields.encode()
    return (method.encode() + b" " + path + b" HTTP/1.1\r\nHost: x\r\n" +
            fields + b"Connection: close\r\n\r\n")


def post(*fields):
    """Its head, on a connection that stays."""
    return "\r\n".join(("POST /b/x/lift HTTP/1.1", "Host: x") + fields +
                       ("", "")).encode()


def statuses(heard):
    return [int(one) for one in re.findall(rb"^HTTP/1\.[01] (\d\d\d) ", heard,
                                           re.M)]


def lives(server):
    return statuses(talk(server, get("/healthz"))) == [200]


# ---- heads ------------------------------------------------------------------

def heads(server):
    nothing_good = lambda heard: all(one >= 400 for one in statuses(heard))
    cases = [
        ("a header of 64 KiB", get("/healthz", "X-Big: " + "a" * 65536 +
                                   "\r\n")),
        ("a header name of 64 KiB", get("/healthz", "a" * 65536 + ": x\r\n")),
        ("20,000 header lines", get("/healthz", "X-A: b\r\n" * 20000)),
        ("a path of 64 KiB", get("/" + "a" * 65536)),
        ("a query of 64 KiB", get("/healthz?" + "a" * 65536)),
        ("a method of 64 KiB", get("/healthz", method="A" * 65536)),
        ("an absurd length", get("/b/x/lift", "Content-Length: 9" + "9" * 30 +
                                 "\r\n", "POST")),
        ("a negative length", get("/b/x/lift", "Content-Length: -1\r\n",
                                  "POST")),
        ("a length with a sign", get("/b/x/lift", "Content-Length: +4\r\n",
                                     "POST") + b"abcd"),
        ("a length in hexadecimal", get("/b/x/lift",
                                        "Content-Length: 0x4\r\n",
                                        "POST") + b"abcd"),
        ("two lengths", post("Content-Length: 4", "Content-Length: 40") +
         b"abcd" + get("/healthz")),
        ("two lengths in one", post("Content-Length: 4, 4") + b"abcd" +
         get("/healthz")),
        ("length and chunks", post("Content-Length: 4",
                                   "Transfer-Encoding: chunked") +
         b"0\r\n\r\n" + get("/healthz")),
        ("chunks twice", post("Transfer-Encoding: chunked",
                              "Transfer-Encoding: identity") +
         b"0\r\n\r\n" + get("/healthz")),
        ("an unknown encoding", post("Transfer-Encoding: xchunked") +
         b"0\r\n\r\n" + get("/healthz")),
        # A proxy in front may see a body in these, and no second request.
        ("a length behind a blank", post("Content-Length : 60") +
         get("/healthz")),
        ("a length behind a tab", post("Content-Length\t: 60") +
         get("/healthz")),
        ("a length on a line of its own", post("Content-Length:", " 60") +
         get("/healthz")),
        ("a length in a folded header", post("X-A: a",
                                             " Content-Length: 60") +
         get("/healthz")),
        ("chunks behind a blank", post("Transfer-Encoding : chunked") +
         get("/healthz")),
        ("chunks on a line of their own", post("Transfer-Encoding:",
                                               " chunked") +
         get("/healthz")),
        ("a chunk size that is none", get(
            "/b/x/lift", "Transfer-Encoding: chunked\r\n", "POST") +
         b"zz\r\nabc\r\n0\r\n\r\n"),
        ("a negative chunk size", get(
            "/b/x/lift", "Transfer-Encoding: chunked\r\n", "POST") +
         b"-1\r\nabc\r\n0\r\n\r\n"),
        ("a chunk size beyond 64 bits", get(
            "/b/x/lift", "Transfer-Encoding: chunked\r\n", "POST") +
         b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        ("no version", b"GET /healthz\r\n\r\n"),
        ("version 0.9", b"GET /healthz HTTP/0.9\r\n\r\n"),
        ("version 9.9", b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n"),
        ("no path", b"GET\r\n\r\n"),
        ("a NUL in the path", get(b"/health\0z")),
        ("a TLS greeting to plain HTTP",
         b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500),
        ("noise", bytes(range(256)) * 64),
    ]
    for what, said in cases:
        heard = talk(server, said)
        # libmicrohttpd 0.9.75 says the head of its own refusals twice.
        check(what, nothing_good(heard) and len(set(statuses(heard))) <= 1
              and b"ok\n" not in heard and lives(server), heard)
    heard = talk(server, b"\r\n" * 5000, seconds=1)
    check("nothing but ends of lines", heard == b"" and lives(server), heard)
    # Lenient or not, there is one answer, and it is one of ours.
    for what, said in [
            ("bare LF", b"GET /healthz HTTP/1.1\nHost: x\n"
             b"Connection: close\n\n"),
            ("a NUL in a header", get("/healthz", b"X-A: a\0b\r\n")),
            ("a folded header", get("/healthz", "X-A: a\r\n b\r\n")),
            ("no colon in a header", get("/healthz", "nothing\r\n")),
            ("no Host", b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"),
            ("ends of lines in front", b"\r\n\r\n" + get("/healthz"))]:
        heard = talk(server, said)
        check(what, len(statuses(heard)) <= 1 and
              set(statuses(heard)) <= {200, 400} and lives(server), heard)


# ---- paths ------------------------------------------------------------------

def paths(server):
    for path in ["/..", "/../etc/passwd", "/b/../healthz", "/%2e%2e/healthz",
                 "/%2E%2E%2Fetc", "/b/%2fhealthz", "/b/..%2fhealthz",
                 "/healthz%00", "/%00", "//healthz", "/healthz//", "//",
                 "/./healthz", "/%c0%ae%c0%ae/x", "/b/%c0%af", "/%e0%80%af",
                 "/b/%ed%a0%80", "/b/%ff", "/%", "/%2", "/%zz", "/%u002e",
                 "/healthz;x", "/healthz\\..", "/b/%0d%0aX:%20y", "healthz",
                 "*", "/b/" + ZEROES + "/../../healthz",
                 "http://x/healthz", "https://x/healthz", "file:///etc/passwd",
                 "x:25", "/style.css/", "/STYLE.CSS", "/api/v1/../../healthz",
                 "/support/..%2f..%2fhealthz", "/healthz%20", "/%68%65althz/"]:
        heard = talk(server, get(path))
        check(f"path {path}", statuses(heard) in ([400], [401], [404], []) and
              b"root:" not in heard, heard)
    for method in ["CONNECT", "TRACE", "OPTIONS", "PUT", "DELETE", "PATCH",
                   "PRI", "get", "X" * 500]:
        heard = talk(server, get("/healthz", "X-Secret: verysecret\r\n",
                                 method))
        check(f"method {method[:10]}", b"verysecret" not in heard and
              all(400 <= one < 502 for one in statuses(heard)), heard)
    heard = talk(server, get("x:25", method="CONNECT"))
    check("CONNECT to another host", all(one >= 400 for one in
                                         statuses(heard)), heard)


def injections(server):
    evil = ["%0d%0aX-Evil:%20yes", "%0aX-Evil:%20yes", "%0dX-Evil:%20yes",
            "%e5%98%8d%e5%98%8aX-Evil:%20yes", "%250d%250aX-Evil:%20yes"]
    said = [get(form + one) for one in evil
            for form in ("/b/", "/healthz?a=", "/b/" + ZEROES + "?lang=",
                         "/api/v1/blocks?state=", "/")]
    said += [get("/b/" + ZEROES, f"{name}: {value}\r\n")
             for name in ("Accept-Language", "X-Forwarded-For", "Host",
                          "Authorization", "Content-Type", "Cookie",
                          "Referer", "X-Forwarded-Proto")
             for value in ("pl\rX-Evil: yes", "pl\x0bX-Evil: yes",
                           "pl, X-Evil: yes", "<b>X-Evil</b>",
                           "1.2.3.4\tX-Evil: yes")]
    for one in said:
        heard = talk(server, one)
        head = heard.split(b"\r\n\r\n")[0]
        if len(statuses(heard)) > 1 or b"evil" in head.lower() or \
                b"<b>X-Evil" in heard:
            check("header injection: " + repr(one[:80]), False, heard)
            return
    check(f"{len(said)} header injections come back in no header", True)


# ---- bodies and connections -------------------------------------------------

def bodies(server):
    for method, path in [("HEAD", "/healthz"), ("HEAD", "/style.css"),
                         ("HEAD", "/b/" + ZEROES), ("HEAD", "/nothing"),
                         ("HEAD", "/api/v1/blocks")]:
        head, _, body = talk(server, get(path, method=method)).partition(
            b"\r\n\r\n")
        check(f"HEAD {path[:14]} has no body", body == b"" and
              b"Content-Length: " in head, head + body)
    with server.dial() as sock:
        say(sock, b"POST /b/x/lift HTTP/1.1\r\nHost: x\r\nContent-Type:"
            b" application/x-www-form-urlencoded\r\nContent-Length: 3\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\n\r\n")
        first = hear(sock, b"\r\n\r\n")
        say(sock, b"a=b")
        rest = hear(sock)
    check("Expect: 100-continue", statuses(first)[:1] == [100] and
          statuses(first + rest)[-1] == 404, first + rest)
    heard = talk(server, get("/b/x/lift", "Content-Length: 10000000\r\n"
                             "Expect: 100-continue\r\n", "POST"))
    check("Expect with too much is not told to go on",
          statuses(heard) == [413], heard)
    heard = talk(server, get("/b/x/lift", "Content-Length: 100\r\n", "POST") +
                 b"only this", seconds=1)
    check("a body that ends too early", all(one >= 400 for one in
                                            statuses(heard)), heard)


def pipelines(server):
    paths_and_statuses = [("/healthz", 200), ("/nothing", 404),
                          ("/style.css", 200), ("/b/" + ZEROES, 404),
                          ("/%zz", 400), ("/api/v1/blocks", 401)] * 20
    said = b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
                    for path, _ in paths_and_statuses)
    heard = talk(server, said + get("/healthz"))
    check("120 requests at once are answered in their order",
          statuses(heard) == [one for _, one in paths_and_statuses] + [200],
          str(statuses(heard)).encode())
    with server.dial() as sock:
        say(sock, b"POST /b/x/lift HTTP/1.1\r\nHost: x\r\nContent-Type:"
            b" application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n"
            b"GET / b c" + get("/healthz"))
        heard = hear(sock)
    check("a body that looks like a request is none",
          statuses(heard) == [404, 200], heard)
    with server.dial() as sock:
        say(sock, b"GET /b/x HTTP/1.1\r\nHost: x\r\nAccept-Language: pt\r\n"
            b"Authorization: Bearer " + b"a" * 43 + b"\r\n\r\n")
        first = hear(sock, b"</html>")
        say(sock, get("/b/x"))
        second = hear(sock)
    check("what one request asked for is forgotten at the next",
          b"Content-Language: pt" in first and
          b"Content-Language: en" in second, first + second)


def vanish(server):
    """Connections that are gone without a word, in every state."""
    for what in [b"", b"G", b"GET /healthz HTTP/1.1\r\nX: ", b"POST /b/x/lift"
                 b" HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc",
                 b"GET /style.css HTTP/1.1\r\nHost: x\r\n\r\n" * 50]:
        for linger in (False, True):
            for _ in range(20):
                sock = server.dial()
                say(sock, what)
                if linger:      # a reset instead of an end
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                    b"\1\0\0\0\0\0\0\0")
                sock.close()


def see_them_gone(server, before):
    """libmicrohttpd misses an end that comes together with half a request, so
    some go with its time-out of 15 s only."""
    deadline = time.monotonic() + PATIENCE_S
    while server.descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    check("nothing was left open", server.descriptors() <= before,
          f"{before} {server.descriptors()}".encode())


# ---- limits, proxies, TLS ---------------------------------------------------

def limits():
    server = Server("few", " requests_per_minute = 5;\n")
    said = b"GET /b/x HTTP/1.1\r\nHost: x\r\n\r\n" * 9
    heard = talk(server, said + get("/b/x"))
    check("each of ten requests at once counts",
          statuses(heard) == [404] * 5 + [429] * 5,
          str(statuses(heard)).encode())
    heard = talk(server, get("/b/x", "X-Forwarded-For: 203.0.113.9\r\n"))
    check("who is no proxy cannot name another address",
          statuses(heard) == [429], heard)
    check("the monitor is heard all the same", lives(server))
    check("it ends when told to", server.end() == 0)


def proxies():
    server = Server("proxy", ' requests_per_minute = 3;\n'
                    ' proxies = ( "127.0.0.1", "192.0.2.1" );\n'
                    ' max_connections = 40;\n')

    def ask(*values):
        return statuses(talk(server, get("/b/x", "".join(
            f"X-Forwarded-For: {value}\r\n" for value in values))))

    spent = [ask("203.0.113.1") for _ in range(4)]
    check("behind a proxy each client has its own limit",
          spent == [[404]] * 3 + [[429]] and ask("203.0.113.2") == [404],
          str(spent).encode())
    for what, values in [
            ("a client's own words in front", ["9.9.9.9, 203.0.113.1"]),
            ("a line of the client's own", ["9.9.9.9", "203.0.113.1"]),
            ("a second trusted proxy behind", ["203.0.113.1, 192.0.2.1"]),
            ("blanks", ["  9.9.9.9 ,\t203.0.113.1  "]),
            ("the other spelling", ["::ffff:203.0.113.1"]),
            ("a chain of a thousand", [", ".join(["9.9.9.9"] * 1000 +
                                                 ["203.0.113.1"])])]:
        heard = ask(*values)
        check("X-Forwarded-For: " + what, heard == [429], str(heard).encode())
    for what, value in [("noise", "<script>"), ("nothing", ""),
                        ("commas", ",,,,"), ("a port", "203.0.113.1:80")]:
        check("X-Forwarded-For: " + what, ask(value) in ([404], [429]))
    crowd = [server.dial() for _ in range(39)]
    check("a proxy may have all connections", lives(server))
    for sock in crowd:
        sock.close()
    server.end()


def tls():
    key, certificate = os.path.join(WORK, "key"), os.path.join(WORK, "cert")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=localhost"], check=True, capture_output=True)
    os.chmod(key, 0o600)
    server = Server("tls", MANY + f' certificate_file = "{certificate}";\n'
                    f' key_file = "{key}";\n')
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False

    def ask():
        with server.dial() as plain, context.wrap_socket(plain) as sock:
            sock.sendall(get("/healthz"))
            return statuses(hear(sock))

    check("TLS answers", ask() == [200])
    for what, said in [("plain HTTP", get("/healthz")), ("noise", b"\0" * 999),
                       ("half a greeting", b"\x16\x03\x01\x02\x00\x01\x00")]:
        heard = talk(server, said)
        check(f"{what} to TLS gets no page", b"ok\n" not in heard and
              ask() == [200], heard)
    check("TLS ends when told to", server.end() == 0)


# ---- ten thousand -----------------------------------------------------------

def allow_files(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (min(wanted, hard) if soft < wanted else soft, hard))
    return min(wanted, max(soft, min(wanted, hard)))


def idle_ones(server, n, say_first=b""):
    """From addresses of their own, as no single one may have so many."""
    crowd = []
    for number in range(n):
        sock = server.dial(f"127.0.{1 + number % 50}.1")
        if say_first:
            say(sock, say_first)
        crowd.append(sock)
    return crowd


def still_open(sock):
    try:
        sock.setblocking(False)
        return sock.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def idle():
    n = min(10000, allow_files(11000) - 1000)
    server = Server("idle", MANY + " max_connections = 10100;\n")
    before = server.resident_kb()
    start = time.monotonic()
    crowd = idle_ones(server, n)
    print(f"      {n} connections in {time.monotonic() - start:.1f} s,"
          f" {(server.resident_kb() - before) / n:.1f} KB each")
    for what in ("", "X"):
        took = []
        for _ in range(20):
            start = time.monotonic()
            heard = talk(server, get("/b/" + ZEROES))
            took.append(time.monotonic() - start)
            if statuses(heard) != [404]:
                break
        check(f"a page beside {n} idle connections" +
              (" in the middle of a header" if what else ""),
              statuses(heard) == [404], heard)
        print(f"      answered in {min(took) * 1000:.1f} to"
              f" {max(took) * 1000:.1f} ms")
        for sock in crowd:
            say(sock, b"GET /healthz HTTP/1.1\r\nX-Slow: ")
    check("descriptors were enough", server.descriptors() > n * 9 // 10)
    for sock in crowd:
        sock.close()
    server.end()


def full():
    """The longest idle one goes for whoever comes; one address has half."""
    server = Server("full", MANY + " max_connections = 200;\n")
    crowd = idle_ones(server, 1000)
    heard = talk(server, get("/b/" + ZEROES))
    check("a page when all places are taken", statuses(heard) == [404], heard)
    kept = sum(still_open(sock) for sock in crowd)
    check("as many stay as there are places", 150 <= kept <= 264,
          str(kept).encode())
    check("it is the newest that stay", not any(
        still_open(sock) for sock in crowd[:500]))
    for sock in crowd:
        sock.close()
    crowd = [server.dial() for _ in range(300)]
    other = server.dial("127.0.9.9")
    say(other, get("/healthz"))
    heard = hear(other)
    check("one address with all it can have keeps nobody out",
          statuses(heard) == [200], heard)
    time.sleep(0.2)
    kept = sum(still_open(sock) for sock in crowd)
    check("one address has half of the places", kept <= 101,
          str(kept).encode())
    for sock in crowd + [other]:
        sock.close()
    server.end()


def too_few_files():
    """A hard limit that is too low is told, and lived with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    code = ("import os, resource, sys;"
            "resource.setrlimit(resource.RLIMIT_NOFILE, (180, 180));"
            "os.execv(sys.argv[1], sys.argv[1:])")
    folder = os.path.join(WORK, "files")
    os.mkdir(folder)
    done = None
    child = subprocess.Popen(
        [sys.executable, "-c", code, PROGRAM, "serve", "--state-dir", folder,
         "--set", "serve.listen=127.0.0.1:0", "--set",
         f"sql_dir={ROOT}/sql", "--set", f"template_dir={ROOT}/templates"],
        stderr=subprocess.PIPE, text=True)
    for line in child.stderr:
        done = (done or "") + line
        if "serving on" in line:
            break
    child.terminate()
    child.wait(PATIENCE_S)
    check("too few files are told", done is not None and
          "52 at once instead of 1000" in done, repr(done).encode())
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def main():
    server = Server("plain")
    lives(server)
    heads(server)
    before = server.descriptors(), server.resident_kb()
    vanish(server)
    for _ in range(3):
        paths(server)
        injections(server)
        bodies(server)
        pipelines(server)
    check("it still answers", lives(server))
    see_them_gone(server, before[0])
    after = server.descriptors(), server.resident_kb()
    print(f"      descriptors {before[0]}, then {after[0]};"
          f" memory {before[1]} KB, then {after[1]} KB")
    # Sanitizers keep what was freed.
    if not os.environ.get("SANITIZED"):
        check("memory has hardly grown", after[1] <= before[1] + 4096)
    check("it ends when told to", server.end() == 0)
    limits()
    proxies()
    tls()
    too_few_files()
    idle()
    full()
    print(f"{passed} passed, {failed} failed")
    return failed != 0


try:
    sys.exit(main())
finally:
    for one in servers:
        if one.child.poll() is None:
            one.child.kill()
