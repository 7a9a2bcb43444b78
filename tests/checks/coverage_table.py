#!/usr/bin/python3
"""coverage_table.py LEAST < summary.json

The table by folder of gcovr's --json-summary, the files that have least, and
"N passed, N failed": base, detector and notifier, each with all below it,
must have LEAST % of their lines.
"""
import json
import sys

MUST = ("base", "detector", "notifier")
SHOWN = 12


def share(part, whole):
    return 100 * part / whole if whole else 100.0


def add_up(files, folder):
    sums = [0, 0, 0, 0]
    for file in files:
        if file["filename"].startswith(folder + "/"):
            for i, what in enumerate(("line_covered", "line_total",
                                      "branch_covered", "branch_total")):
                sums[i] += file[what]
    return sums


def main():
    least = float(sys.argv[1])
    files = json.load(sys.stdin)["files"]
    folders = sorted({file["filename"].rpartition("/")[0] for file in files}
                     | set(MUST))
    passed = failed = 0
    print("%-22s %7s %8s %8s %8s" % ("", "lines", "% run", "branches", "% run"))
    for folder in folders:
        lines, of_lines, branches, of_branches = add_up(files, folder)
        print("%-22s %7d %8.1f %8d %8.1f" % (
            folder + "/", of_lines, share(lines, of_lines), of_branches,
            share(branches, of_branches)))
        if folder in MUST:
            is_enough = of_lines and share(lines, of_lines) >= least
            passed += bool(is_enough)
            failed += not is_enough
    print("\nleast of all, by lines that were not run:")
    files.sort(key=lambda file: file["line_covered"] - file["line_total"])
    for file in files[:SHOWN]:
        print("%5d of %5d  %s" % (file["line_total"] - file["line_covered"],
                                  file["line_total"], file["filename"]))
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
