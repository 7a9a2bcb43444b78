"""What `comporta serve` still holds in its memory of a password that came in,
whatever was wrong with the request: nothing."""

import http.client
import re
import subprocess
import sys

PROGRAM, TOKEN, *OPTIONS = sys.argv[1:]
PATH = "/api/v1/accounts/anna@firma.example/"
failed = passed = 0


def start():
    server = subprocess.Popen([PROGRAM, "serve", *OPTIONS, "--listen",
                               "127.0.0.1:0"], stderr=subprocess.PIPE,
                              encoding="utf-8")
    for line in server.stderr:
        found = re.search(r", port (\d+);", line)
        if found:
            return server, int(found.group(1))
    sys.exit("it does not serve")


def ask(port, method, path, body=None):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    link.request(method, path, body, {"Authorization": "Bearer " + TOKEN,
                                      "Content-Type": "application/json"})
    status = link.getresponse().status
    link.close()
    return status


def count(pid, word):
    n = 0
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            if " rw" not in line or "[v" in line:
                continue
            first, end = (int(one, 16) for one in line.split()[0].split("-"))
            if end - first > 1 << 30:   # a sanitizer's own
                continue
            memory.seek(first)
            try:
                n += memory.read(end - first).count(word)
            except OSError:
                pass
    return n


def check(what, is_right, detail):
    global failed, passed
    passed += is_right
    failed += not is_right
    print("ok   " if is_right else "FAIL ", what, "" if is_right else detail)


server, port = start()
# So the looking works: a token of the owner's link is no secret of ours.
ask(port, "GET", "/b/" + "Q7" * 21 + "x")
check("memory can be looked at", count(server.pid, b"Q7" * 20) > 0, "")
for what, call, body, status in [
        ("a good one", "password-check", '{"password":"%s"}', 200),
        ("the hook's", "password-changed", '{"password":"%s"}', 409),
        ("one with an escape", "password-check",
         '{"password":"%s\\u0041"}', 200),
        ("under another name", "password-check", '{"passwort":"%s"}', 400),
        ("deep inside", "password-check", '{"a":[{"password":"%s"}]}', 400),
        ("without an end", "password-check", '{"password":"%s"', 400),
        ("in the middle of a word", "password-check",
         '{"password":"%s', 400),
        ("in front of a mistake", "password-check",
         '{"password":"%s","x":[1,}', 400),
        ("deep in front of a mistake", "password-check",
         '[{"a":["%s",{"b":', 400),
        ("with more behind it", "password-check", '{"password":"%s"} x', 400)]:
    # Long, so that what is freed is not soon used for something else.
    word = ("Secret-" + re.sub(r"\W", "", what) + "-word") * 12
    got = ask(port, "POST", PATH + call, body % word)
    ask(port, "GET", "/healthz")    # the one before is over for certain
    n = count(server.pid, word[:len(word) // 12].encode())
    check(what, got == status and n == 0, f"{got}, {n} times in memory")
server.terminate()
server.stderr.close()
print(f"{passed} passed, {failed + (server.wait() != 0)} failed")
sys.exit(failed != 0)
