"""The documents, taken apart: fenced blocks, inline code, links, headings.

A block is what stands between two lines of ```. The comment right in front of
it says what becomes of it:

    <!-- run: NAME -->        run by us, in the scene of its document; a status
                              other than 0 is named behind: <!-- run: NAME 75 -->
    <!-- example: NAME -->    run by another test, which the ledger names
    <!-- not run: REASON -->  not run; its options are looked up all the same

Without a comment its language decides: `conf` is a piece of comporta.conf, and
loaded; `json` is read; `text` holds nothing to type.
"""

import glob
import os
import re

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
MARK = re.compile(r"^ *<!-- (run|example|not run): (.*?) -->$")
FENCE = re.compile(r"^( *)```+(\w*) *$")


def names():
    """All documents that hold commands, below the repository's root."""
    found = glob.glob("*.md", root_dir=ROOT)
    for pattern in ("docs/*.md", "sql/panels/*/README.md"):
        found += glob.glob(pattern, root_dir=ROOT)
    return sorted(name for name in found if name != "CHANGELOG.md")


class Block:
    """kind: run, example, "not run", or the language of an unmarked one."""

    def __init__(self, document, line, language, mark, text):
        self.document = document
        self.line = line
        self.language = language
        self.text = text
        self.kind, self.words = mark or (language, "")
        first, _, rest = self.words.partition(" ")
        self.name = first
        self.status = int(rest) if self.kind == "run" and rest else 0

    def where(self):
        return f"{self.document}:{self.line}"


class Document:
    def __init__(self, name):
        self.name = name
        self.blocks = []
        prose = []
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            lines = file.read().split("\n")
        start, mark = None, None
        for number, line in enumerate(lines, 1):
            fence = FENCE.match(line)
            if start is None and fence:
                start, indent = number, len(fence[1])
                language, content = fence[2], []
            elif start is not None and fence:
                self.blocks.append(Block(name, start, language, mark,
                                         "\n".join(content) + "\n"))
                start, mark = None, None
            elif start is not None:
                content.append(line[indent:])
            else:
                found = MARK.match(line)
                mark = found.groups() if found else mark if not line else None
                prose.append((number, line))
        if start is not None:
            raise ValueError(f"{name}:{start}: a block that does not end")
        self.prose = prose
        self.text = "\n".join(line for _, line in prose)

    def code_spans(self):
        """(line, text) of `...`, also over the end of a line."""
        number_at = []
        position = 0
        for number, line in self.prose:
            number_at.append((position, number))
            position += len(line) + 1
        for found in re.finditer(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", self.text,
                                 re.S):
            line = max(n for p, n in number_at if p <= found.start())
            yield line, " ".join(found[2].split())

    def links(self):
        """(line, target) of [words](target)."""
        for number, line in self.prose:
            line = re.sub(r"`[^`]*`", "", line)
            for found in re.finditer(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)",
                                     line):
                yield number, found[1] or found[2]

    def anchors(self):
        """What GitHub makes of the headings."""
        seen = {}
        for _, line in self.prose:
            found = re.match(r"#{1,6} +(.*?) *#*$", line)
            if not found:
                continue
            word = re.sub(r"[^\w\- ]", "", found[1].lower()).replace(" ", "-")
            again = seen.get(word, 0)
            seen[word] = again + 1
            yield f"{word}-{again}" if again else word


def all_documents():
    return [Document(name) for name in names()]
