"""The numbers of the model: read and written as comporta's configuration.

Read is what write() writes, any configuration that says such numbers in plain
libconfig groups, and the list `comporta check --options` for the defaults.
Names are dotted: signal.volume.weight, judge.scale.
"""

import re

SECTION = re.compile(r"\[([\w.]+)\]\s*$")
OPTION = re.compile(r"\s+(\w+)\s+= (\S+)\s")
TOKEN = re.compile(r'\s*(?://[^\n]*|#[^\n]*|/\*.*?\*/|("[^"]*"|[\w.+-]+)|(.))',
                   re.DOTALL)
LEAST_WEIGHT = 0.01     # 0 would switch a signal off, and the next fit
#                         could not see any more what it says


def read(path):
    """Dotted name -> number, of all that are numbers."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    first = text.lstrip().split("\n", 1)[0]
    return read_list(text) if SECTION.match(first) else read_groups(text)


def read_list(text):
    found, section = {}, ""
    for line in text.split("\n"):
        if match := SECTION.match(line):
            section = match[1] + "."
        elif match := OPTION.match(line):
            keep(found, section + match[1], match[2])
    return found


def read_groups(text):
    found, groups, name = {}, [], None
    for word, sign in TOKEN.findall(text):
        if word and name is None:
            name = word
        elif word:
            keep(found, ".".join(groups + [name]), word)
        elif sign == "{":
            groups.append(name)
            name = None
        elif sign == "}":
            groups, name = groups[:-1], None
        elif sign == ";":
            name = None
    return found


def keep(found, name, text):
    try:
        found[name] = float(text)
    except ValueError:
        pass


def weights_of(numbers, signals):
    return [numbers.get(f"signal.{name}.weight", 1.0) for name in signals]


def write(path, weights, judge, comments):
    """weights: signal -> number; judge: option -> number."""
    with open(path, "w", encoding="utf-8") as file:
        for line in comments:
            file.write(f"// {line}".rstrip() + "\n")
        file.write("signal: {\n")
        for name, weight in weights.items():
            file.write(f"\t{name}: {{ weight = {number(weight)}; }};\n")
        file.write("};\njudge: {\n")
        for name, value in judge.items():
            file.write(f"\t{name} = {number(value)};\n")
        file.write("};\n")


def number(value):
    text = f"{value:.6g}"
    return text if re.search(r"[.e]", text) else text + ".0"
