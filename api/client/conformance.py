#!/usr/bin/env python3
"""What of ntmsapi.h is reached by which test: reads conformance.txt, checks it, and writes docs/conformance.md.

conformance.py            checks; exit status 1 with what is wrong
conformance.py --write    writes docs/conformance.md
conformance.py --ctest DIR   checks the names of tests too, against those that ctest knows in this build folder
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
TABLE, PAGE = os.path.join(HERE, "conformance.txt"), os.path.join(ROOT, "docs", "conformance.md")
FUNCTIONS_OF_WINDOWS = 75
NOT_OF_WINDOWS = {"GetLastError", "SetLastError", "LocalFree"}  # a program needs them, the Windows library does not have them
COMMON = "every function with a session"


class Function:
    """own: why it returns none of the common errors. names: of the forms. rows: [(kind, what, test or None, why)], kind error, option or never. absent: why it is not there, or None."""

    def __init__(self, names):
        self.names, self.rows, self.absent, self.own, self.differs = names, [], None, None, []


def read_table():
    """[Function], {common error: (test, when)}, [what is wrong with the file]"""
    functions, common, wrong = [], [], []
    current = None
    with open(TABLE, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.split("#", 1)[0].strip()
            if not line:
                continue
            heading = re.fullmatch(r"\[(.+)\]", line)
            if heading and heading[1] == COMMON:
                current = common
                continue
            if heading:
                stem, *forms = heading[1].split()
                current = Function([stem + form for form in forms] or [stem])
                functions.append(current)
                continue
            words = [word.strip() for word in line.split("|")]
            kind, _, what = words[0].partition(" ")
            if current is common:
                common.append((what, words[1], words[2]))
            elif kind == "absent" and len(words) == 2:
                current.absent = words[1]
            elif kind == "differs" and len(words) == 2:
                current.differs.append(words[1])
            elif kind == "own" and len(words) == 2:
                current.own = words[1]
            elif kind == "never" and len(words) == 2 and what:
                current.rows.append((kind, what, None, words[1]))
            elif kind in ("error", "option") and len(words) == 3 and what and all(words):
                current.rows.append((kind, what, words[1], words[2]))
            else:
                wrong.append(f"line {number} is none: {line}")
    return functions, common, wrong


def expected(test):
    """{(function, case)} that this test is said to reach."""
    functions, _, _ = read_table()
    return {(name, what) for function in functions for name in function.names for kind, what, where, _ in function.rows if where == test}


def compare_reached(test, reached, complete=True):
    """Called by the test itself, with what it has reached. complete: nothing had to be left out."""
    listed = expected(test)
    only_here, not_here = sorted(reached - listed), sorted(listed - reached)
    if only_here:
        raise AssertionError("reached, and not in api/client/conformance.txt:\n" + "\n".join(f"  {function}: {what}" for function, what in only_here))
    if not_here and complete:
        raise AssertionError("in api/client/conformance.txt, and not reached:\n" + "\n".join(f"  {function}: {what}" for function, what in not_here))


def exported():
    with open(os.path.join(HERE, "ntmsapi.map"), encoding="utf-8") as file:
        return {word for word in re.findall(r"^\s+(\w+);", file.read(), re.M)} - NOT_OF_WINDOWS - {"openrsm_last_error"}


def error_names():
    with open(os.path.join(HERE, "ntms_errors.h"), encoding="utf-8") as file:
        return {number: name for name, number in re.findall(r"#define (\w+) (\d+)L?\s*$", file.read(), re.M) if name not in ("NO_ERROR",)}


def findings(functions, common, ctest=None):
    found = []
    names = [name for function in functions for name in function.names]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(f"{name} is listed twice")
    if len(set(names)) != FUNCTIONS_OF_WINDOWS:
        found.append(f"{len(set(names))} functions are listed; Windows has {FUNCTIONS_OF_WINDOWS}")
    absent = {name for function in functions if function.absent for name in function.names}
    for name in sorted(exported() - set(names)):
        found.append(f"{name} is exported and not listed")
    for name in sorted(set(names) - exported() - absent):
        found.append(f"{name} is listed as if it were there, and is not exported")
    for name in sorted(absent & exported()):
        found.append(f"{name} is exported, and said to be absent")
    numbers = error_names()
    for function in functions:
        title = "/".join(function.names)
        if function.absent:
            continue
        if not any(kind in ("error", "never") for kind, *_ in function.rows) and function.own:
            found.append(f"{title} has no error")
        seen = set()
        for kind, what, _, _ in function.rows:
            if kind in ("error", "never") and what not in numbers:
                found.append(f"{title}: error {what} is none of ntms_errors.h")
            key = (kind == "option", what)
            if key in seen:
                found.append(f"{title}: {what} is listed twice")
            seen.add(key)
    if ctest is not None:
        known = names_of_tests(ctest)
        for test in sorted({test for function in functions for _, _, test, _ in function.rows if test} | {test for _, test, _ in common}):
            if test not in known and not any(name.startswith(test + ".") for name in known):  # a suite, test by test
                found.append(f"there is no test {test}")
    return found + [f"documented, and without a row: {', '.join(where)}: {number}" for where, number in documented() if not has_row(functions, common, where, number)]


def documented():
    """[(functions of a section of docs/ntmsapi.md, error that it names)]. Numbers below 100 count where a table has them: in sentences they may be anything."""
    with open(os.path.join(ROOT, "docs", "ntmsapi.md"), encoding="utf-8") as file:
        part = file.read().split("\n## The functions\n", 1)[1]
    numbers = error_names()
    for heading, body in re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", part, re.M | re.S):
        in_tables = {number for row in re.findall(r"^\| ([\d, ]+) \|", body, re.M) for number in re.findall(r"\d+", row)}
        in_words = {number for number in re.findall(r"(?<![\w`,.])\d{3,4}(?![\w`,]\d)", body) if int(number) >= 100}
        for number in sorted((in_tables | in_words) & set(numbers)):
            yield re.findall(r"\w+", heading), number


def has_row(functions, common, names, number):
    for function in functions:
        stems = {re.sub(r"[AW]$", "", form) for form in function.names} | set(function.names)
        if stems & set(names) and (function.absent or number in errors_of(function, common)):
            return True
    return not set(names) - NOT_OF_WINDOWS


def errors_of(function, common):
    return {what for kind, what, _, _ in function.rows if kind != "option"} | ({what for what, _, _ in common} if not function.own else set())


def documented_errors():
    """{function: {error numbers that it may return}}"""
    functions, common, _ = read_table()
    return {name: {int(number) for number in errors_of(function, common)} for function in functions for name in function.names}


def names_of_tests(build):
    listed = subprocess.run(["ctest", "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\s*Test\s+#\d+: (\S+)", listed, re.M))


def page(functions, common):
    names = error_names()
    there = [function for function in functions if not function.absent]
    count = sum(len(function.names) for function in there)
    lines = ["# Conformance", "",
             "<!-- Written by api/client/conformance.py from api/client/conformance.txt. -->", "",
             f"Each of the {FUNCTIONS_OF_WINDOWS} functions of the Windows library: every error that is documented for it and every option, with the test that makes it come, by the name that ctest knows.",
             f"{count} are there. Tests named `system.…` reach it through `libntmsapi.so` on a real daemon; the others through the library on a server of the test's own, which says what a daemon cannot be made to say.",
             "`ctest -R conformance` fails when this page is not up to date, when a test does not exist, or when an exported function or a documented error has no row;",
             "`system.ntms_errors` and `system.ntms_hostile` fail when they reach something else than is said here.", "",
             "Every function is also called with hostile arguments: NULL, sizes that are wrong, pointers that are not aligned, texts without an end, ids of nothing, handles that are closed or of another kind (`system.ntms_hostile`).", "",
             "## " + COMMON[0].upper() + COMMON[1:], "", "| error | when | test |", "|---|---|---|"]
    lines += [f"| {number} {names[number]} | {when} | {test} |" for number, test, when in common]
    for function in functions:
        stem = function.names[0] if len(function.names) == 1 else re.sub(r"[AW]$", "", function.names[0]) + " (" + ", ".join(name[-1] for name in function.names) + ")"
        lines += ["", f"### {stem}", ""]
        if function.absent:
            lines += [f"**Not there yet:** {function.absent}"]
            continue
        lines += ["| error or option | when | test |", "|---|---|---|"]
        for kind, what, test, why in function.rows:
            shown = f"{what} {names[what]}" if kind != "option" else f"option {what}"
            lines.append(f"| {shown} | {why} | {test or 'none: never returned'} |")
        if function.own:
            lines += ["", f"Errors of its own only: {function.own}."]
        else:
            listed = {what for kind, what, _, _ in function.rows if kind != "option"}
            lines.append(f"| {', '.join(number for number, _, _ in common if number not in listed)} | as for every function with a session | {', '.join(sorted({test for number, test, _ in common if number not in listed}))} |")
        for text in function.differs:
            lines += ["", f"Differs from Windows: {text}"]
    return "\n".join(lines) + "\n"


def main(words):
    functions, common, found = read_table()
    made = page(functions, common)
    if words == ["--write"]:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(made)
    ctest = words[1] if words[:1] == ["--ctest"] else None
    found += findings(functions, common, ctest)
    if not os.path.exists(PAGE) or open(PAGE, encoding="utf-8").read() != made:
        found.append("docs/conformance.md is not what api/client/conformance.txt says: write it anew (api/client/conformance.py --write)")
    print("\n".join(found) or "as it should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
