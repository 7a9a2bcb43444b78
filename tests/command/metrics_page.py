"""Is a /metrics page what docs, dashboard and alerts say?  PAGE [PROMTOOL]

Types and labels of each metric are those of docs/METRICS.md; every expression
of the dashboard and of the alerts asks for labels and values that are there.
With promtool, it also reads page, expressions and rules.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
RULES = os.path.join(ROOT, "packaging", "prometheus-alerts.yml")
# Prometheus adds them to what it scrapes.
SCRAPED = {"job", "instance"}
failed = passed = 0


def check(what, wrong):
    global failed, passed
    if wrong:
        failed += 1
        print("FAIL  %s: %s" % (what, wrong))
    else:
        passed += 1
        print("ok    %s" % what)


def read_page(path):
    types, labels, values = {}, {}, {}
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("# TYPE "):
            name, kind = line[7:].split()
            types[name] = kind
            continue
        if line.startswith("#"):
            continue
        series, _, _ = line.rpartition(" ")
        name = re.match(r"[a-z_]+", series).group(0)
        pairs = re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', series)
        labels.setdefault(name, set()).update(k for k, _ in pairs)
        for key, value in pairs:
            values.setdefault((name, key), set()).add(value)
    return types, labels, values


def read_docs():
    rows = {}
    for line in open(os.path.join(ROOT, "docs", "METRICS.md"),
                     encoding="utf-8"):
        found = re.match(r"\| `([a-z_]+)` \| (counter|gauge|histogram) \|"
                         r" ([a-z, ]*)\|", line)
        if found:
            rows[found.group(1)] = (found.group(2), {
                word.strip() for word in found.group(3).split(",")
                if word.strip()})
    return rows


def expressions():
    board = json.load(open(os.path.join(ROOT, "packaging",
                                        "grafana-dashboard.json"),
                           encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    text = open(RULES, encoding="utf-8").read()
    for alert, expr in re.findall(
            r"- alert: (\w+)\n {8}expr: (?:>-\n)?((?:.*\n)+?) {8}[a-z]", text):
        yield alert, " ".join(expr.split())


def strange_matchers(expr, labels, values):
    for name, matchers in re.findall(
            r"\b((?:comporta|process)_[a-z_]+)(\{[^}]*\})?", expr):
        if name not in labels:
            return "there is no %s" % name
        for key, sign, value in re.findall(
                r'([a-z_]+)(=~|!=|!~|=)"([^"]*)"', matchers or ""):
            if key in SCRAPED or value == "$host":
                continue
            if key not in labels[name]:
                return "%s has no label %s" % (name, key)
            for one in value.split("|"):
                if one not in values[(name, key)]:
                    return "%s is never %s=%s" % (name, key, one)
    return None


def promtool(program, page):
    done = subprocess.run([program, "check", "metrics"],
                          stdin=open(page, "rb"), capture_output=True,
                          text=True)
    check("promtool check metrics",
          (done.stdout + done.stderr).strip() or done.returncode)
    rules = [{"record": "x:%d" % i, "expr": expr.replace("$host", ".*")}
             for i, (_, expr) in enumerate(expressions())]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "expressions.yml")
        # JSON is YAML, too.
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "all", "rules": rules}]}, file)
        for what, command in (
                ("promtool reads every expression", ["check", "rules", path]),
                ("promtool check rules", ["check", "rules", RULES]),
                ("promtool test rules", ["test", "rules", os.path.join(
                    ROOT, "tests", "prometheus", "alerts_test.yml")])):
            done = subprocess.run([program] + command, capture_output=True,
                                  text=True)
            check(what, done.returncode and done.stdout + done.stderr)


def main():
    types, labels, values = read_page(sys.argv[1])
    docs = read_docs()
    check("the page has what the docs have",
          sorted(set(docs) ^ set(types)))
    for name, (kind, wanted) in sorted(docs.items()):
        if kind == "histogram":
            wanted = wanted | {"le"}
            got = labels.get(name + "_bucket", set())
        else:
            got = labels.get(name, set())
        if kind != types.get(name) or got - {"host"} != wanted:
            check(name, "%s %s, the docs say %s %s" % (
                types.get(name), sorted(got), kind, sorted(wanted)))
    for title, expr in expressions():
        wrong = strange_matchers(expr, labels, values)
        if wrong:
            check(title, wrong)
    check("dashboard and alerts ask for what there is",
          0 if len(list(expressions())) > 40 else "too few were looked at")
    if len(sys.argv) > 2:
        promtool(sys.argv[2], sys.argv[1])
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
