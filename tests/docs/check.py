"""check.py - are the documents true, as far as reading tells?

Every block has its fate; every line that calls comporta is parsed by it; every
configuration option exists, and is told of; links lead somewhere. Prints one
line for each of these, and "N passed, N failed" at the end. Running the blocks
is scene.py's work.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import documents
from documents import ROOT

COMPORTA = os.path.abspath(os.environ.get("COMPORTA", "build/comporta"))
LEDGER = os.path.join(os.path.dirname(__file__), "ledger")
UNITS = [os.path.join(ROOT, "packaging")]
# Words of a command line that are no part of the command before them.
ENDS = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>", "2>&1"}
FILE_ENDINGS = ("def", "php", "sql", "c", "h", "py", "sh", "js", "md", "txt",
                "html", "conf", "header", "json", "command")


class Report:
    def __init__(self):
        self.good = self.bad = 0

    def tell(self, what, complaints):
        if complaints:
            self.bad += 1
            print(f"FAIL  {what}")
            for one in complaints:
                print(f"      {one}")
        else:
            self.good += 1
            print(f"ok    {what}")


def comporta(*arguments):
    return subprocess.run([COMPORTA, *arguments], capture_output=True,
                          text=True, timeout=30, check=False)


def read_ledger():
    """document -> the test that runs its examples."""
    rows = {}
    with open(LEDGER, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words and not line.startswith("#"):
                rows[words[0]] = words[1]
    return rows


def check_fates(blocks, ledger):
    """A block that nobody runs and nothing excuses is what we look for."""
    complaints = []
    for block in blocks:
        if block.kind == "example":
            test = ledger.get(block.document)
            if not test:
                complaints.append(f"{block.where()}: tests/docs/ledger does "
                                  f"not say who runs {block.name}")
        elif block.kind == "not run":
            if len(block.words) < 10:
                complaints.append(f"{block.where()}: not run, but why?")
        elif block.kind not in ("run", "conf", "json", "text"):
            complaints.append(
                f"{block.where()}: nobody runs this: {block.text[:60]!r}. "
                "tests/docs/documents.py says what may stand in front of it")
    return complaints


def check_ledger(blocks, ledger):
    """The test that is named must be there, and must read the document."""
    complaints = []
    for document, test in ledger.items():
        path = os.path.join(ROOT, test)
        if not any(block.kind == "example" and block.document == document
                   for block in blocks):
            complaints.append(f"{document} has no examples")
        elif not os.path.exists(path):
            complaints.append(f"{test} is not there")
        else:
            with open(path, encoding="utf-8") as file:
                if os.path.basename(document) not in file.read():
                    complaints.append(f"{test} does not read {document}")
    return complaints


def check_texts(blocks):
    """`text` and `json` are no hiding place for commands."""
    complaints = []
    for block in blocks:
        if block.kind == "text" and re.search(
                r"^ *(\$ |sudo |comporta [a-z-]+|make |systemctl |apt )",
                block.text, re.M):
            complaints.append(f"{block.where()}: a command in a text")
        if block.kind == "json":
            try:
                json.loads(block.text)
            except ValueError as error:
                complaints.append(f"{block.where()}: {error}")
    return complaints


def check_configuration(blocks):
    """Each piece of comporta.conf is loaded by itself."""
    complaints = []
    for block in blocks:
        if block.kind != "conf":
            continue
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(block.text)
            file.flush()
            run = comporta("check", "--options", "-c", file.name)
        if run.returncode:
            complaints.append(f"{block.where()}: {run.stderr.strip()}")
    return complaints


def command_lines(text):
    """The command lines of a shell block; \\ at the end goes on."""
    for line in text.replace("\\\n", " ").split("\n"):
        yield line


def calls_of(line):
    """Argument lists of every `comporta ...` in a line of shell or prose."""
    for found in re.finditer(r"(?:^|[\s/`(\"'|;&])comporta ((?:[a-z]|-)[^`]*)",
                             line):
        lexer = shlex.shlex(found[1], posix=True, punctuation_chars="|&;<>()")
        lexer.whitespace_split = True
        words = []
        try:
            for word in lexer:
                if word in ENDS or word[:1] in "|&;<>()":
                    break
                words.append(word)
        except ValueError:
            words = found[1].split()
        if words:
            yield words


def command_names():
    text = comporta("--help").stdout
    return re.findall(r"^  ([a-z]+)  ", text, re.M)


def try_call(words):
    """None when comporta would understand it, else its complaint."""
    # A doubled option shows an alternative in prose: "--queue release".
    run = comporta(*words, "--help")
    return None if run.returncode == 0 else run.stderr.strip()


def check_calls(all_of_them):
    complaints, known = [], command_names()
    tried = {}
    for document in all_of_them:
        lines = [(block.line, line) for block in document.blocks
                 if block.kind not in ("conf", "json", "text")
                 for line in command_lines(block.text)]
        lines += [(number, span) for number, span in document.code_spans()
                  if span.startswith("comporta ")]
        for number, line in lines:
            for words in calls_of(line):
                if words[0] not in known and not words[0].startswith("--"):
                    if not line.lstrip().startswith("comporta"):
                        continue        # a word in a sentence or a file
                key = tuple(words)
                if key not in tried:
                    tried[key] = try_call(words)
                if tried[key]:
                    complaints.append(f"{document.name}:{number}: "
                                      f"comporta {' '.join(words)}: "
                                      f"{tried[key]}")
    if len(tried) < 30:
        complaints.append(f"only {len(tried)} command lines were found")
    return complaints


def read_options():
    """section -> names, "" for the top level."""
    options, section = {"": set()}, ""
    for line in comporta("check", "--options").stdout.split("\n"):
        head = re.match(r"\[(\S+)\]$", line)
        row = re.match(r"  (\w+) +=", line)
        if head:
            section = head[1]
            options[section] = set()
        elif row:
            options[section].add(row[1])
    return options


def named_options(document, options):
    """(line, section, name) of every `section.name` in it."""
    sections = sorted((s for s in options if s), key=len, reverse=True)
    pattern = re.compile(r"(?<![\w/.\-])(" + "|".join(map(re.escape, sections))
                         + r")\.([a-z_]+)(?![\w(/])")
    spans = list(document.code_spans())
    spans += [(block.line, block.text) for block in document.blocks
              if block.language not in ("conf", "json", "sql", "php")]
    for number, span in spans:
        for found in pattern.finditer(span):
            yield number, found[1], found[2]


def check_options(all_of_them, options):
    complaints = []
    for document in all_of_them:
        for number, section, name in named_options(document, options):
            if (name not in options[section] and name not in FILE_ENDINGS
                    and f"{section}.{name}" not in options):
                complaints.append(f"{document.name}:{number}: there is no "
                                  f"option {section}.{name}")
    return complaints


def check_links(all_of_them):
    anchors = {d.name: set(d.anchors()) for d in all_of_them}
    complaints = []
    for document in all_of_them:
        folder = os.path.dirname(document.name)
        for number, target in document.links():
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            name = os.path.normpath(os.path.join(folder, path)) if path \
                else document.name
            if not os.path.exists(os.path.join(ROOT, name)):
                complaints.append(f"{document.name}:{number}: {target} is "
                                  "not there")
            elif anchor and anchor not in anchors.get(name, ()):
                complaints.append(f"{document.name}:{number}: {name} has no "
                                  f"heading #{anchor}")
        complaints += missing_files(document)
    return complaints


def missing_files(document):
    """Files of ours that are named as `docs/...` and such."""
    ours = re.compile(r"^(?:docs|sql|tests|bench|packaging|templates|base|"
                      r"detector|notifier)/[\w./\-]*$")
    for number, span in document.code_spans():
        if ours.match(span) and "NAME" not in span and "LANG" not in span:
            # A pair of header and source goes by its name alone.
            if not any(os.path.exists(os.path.join(ROOT, span + ending))
                       for ending in ("", ".h", ".c")):
                yield f"{document.name}:{number}: {span} is not there"


def check_index(all_of_them):
    """README names every document of docs/."""
    readme = next(d for d in all_of_them if d.name == "README.md").text
    return [f"README.md does not name {document.name}"
            for document in all_of_them if document.name.startswith("docs/")
            and document.name not in readme]


def check_commands(all_of_them):
    """README's table has every command; OPERATIONS.md every alarm."""
    texts = {d.name: d.text for d in all_of_them}
    complaints = [f"README.md does not tell of comporta {name}"
                  for name in command_names()
                  if not re.search(rf"^\|.*`{name}\b.*\|", texts["README.md"],
                                   re.M)]
    with open(os.path.join(ROOT, "detector/alarms.def"),
              encoding="utf-8") as file:
        alarms = set(re.findall(r"^ALARM\((\w+),", file.read(), re.M))
    table = texts["docs/OPERATIONS.md"].partition("\n## Alarms\n")[2]
    told = {line.split("`")[1] for line in
            table.partition("\n### ")[0].split("\n")
            if line.startswith("| `")}
    complaints += [f"docs/OPERATIONS.md does not tell of the alarm {one}"
                   for one in sorted(alarms - told)]
    complaints += [f"docs/OPERATIONS.md: there is no alarm {one}"
                   for one in sorted(told - alarms)]
    return complaints


def check_units(all_of_them):
    """Units that are named exist, as we install them or as the system's."""
    complaints, verified = [], 0
    for document in all_of_them:
        texts = [(b.line, b.text) for b in document.blocks]
        texts += list(document.code_spans())
        for number, text in texts:
            for name in re.findall(r"(?<![\w/])(comporta-[a-z]+)(?:\.(?:service|timer|"
                                   r"socket))?(?= |$|`|\n)", text):
                if "systemctl" not in text and "journalctl" not in text:
                    continue
                verified += 1
                if not any(os.path.exists(os.path.join(
                        folder, f"{name}.{kind}")) for folder in UNITS
                        for kind in ("service", "timer", "socket")):
                    complaints.append(f"{document.name}:{number}: there is no "
                                      f"unit {name}")
    if not verified:
        complaints.append("no unit is named at all")
    return complaints


def count(blocks):
    kinds = {}
    for block in blocks:
        kinds[block.kind] = kinds.get(block.kind, 0) + 1
    words = ", ".join(f"{number} {kind or 'of no kind'}"
                      for kind, number in sorted(kinds.items()))
    print(f"      {len(blocks)} blocks: {words}")


def main():
    all_of_them = documents.all_documents()
    blocks = [block for document in all_of_them for block in document.blocks]
    ledger, options, report = read_ledger(), read_options(), Report()
    count(blocks)
    report.tell("every block has its fate", check_fates(blocks, ledger))
    report.tell("the ledger's tests read the documents",
                check_ledger(blocks, ledger))
    report.tell("texts and JSON hold no commands", check_texts(blocks))
    report.tell("pieces of configuration load", check_configuration(blocks))
    report.tell("comporta understands every command line",
                check_calls(all_of_them))
    report.tell("every option that is named exists",
                check_options(all_of_them, options))
    report.tell("links and files are there", check_links(all_of_them))
    report.tell("README names every document", check_index(all_of_them))
    report.tell("every command and alarm is told of",
                check_commands(all_of_them))
    report.tell("units that are named are there", check_units(all_of_them))
    print(f"{report.good} passed, {report.bad} failed")
    return 1 if report.bad else 0


if __name__ == "__main__":
    sys.exit(main())
