#!/usr/bin/env python3
"""What an installation consists of: layout.py FOLDER prints every file below FOLDER as packaging/layout.txt names it, relative to the
prefix, but documents; --check FILE FOLDER says what differs, and ends with 1 when something does."""
import os
import re
import sys

# A prefix of /usr has its configuration, units and rules beside it, and its libraries in a folder of the architecture.
OUTSIDE = ("usr/local/", "usr/")
DOCUMENT = re.compile(r"share/doc/openrsm/[^/]*\.(md|svg)")  # all of docs/, whatever there is


def name_of(path):
    for prefix in OUTSIDE:
        if path.startswith(prefix):
            path = path[len(prefix):]
            break
    return re.sub(r"^lib/[a-z0-9_]+-linux-[a-z0-9]+/", "lib/", path)


def files_of(folder):
    names = []
    for directory, _, files in os.walk(folder):
        names += [name_of(os.path.relpath(os.path.join(directory, file), folder)) for file in files]
    return sorted(name for name in names if not DOCUMENT.fullmatch(name))


def differences(wanted, there):
    return [f"missing: {name}" for name in sorted(set(wanted) - set(there))] + [f"not in the layout: {name}" for name in sorted(set(there) - set(wanted))]


def main(words):
    if len(words) == 3 and words[0] == "--check":
        with open(words[1], encoding="utf-8") as layout:
            found = differences(layout.read().split("\n")[:-1], files_of(words[2]))
        print("\n".join(found) if found else f"{words[2]}: as {words[1]} says")
        return 1 if found else 0
    if len(words) == 1:
        print("\n".join(files_of(words[0])))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
