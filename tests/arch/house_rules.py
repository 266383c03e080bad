"""The house rules of the source tree, as functions from a tree to findings.

A finding is "path:line: sentence". Rules: the floor plan (which folder may include which), banned calls, where SQL and Asio may stand,
the contract at the top of every header, words that must not be in the tree. Long files and functions are warnings only: a bad
split is worse than a long file. Comments and string literals are blanked before calls are looked for.
"""

import os
import re

SOURCE = (".cpp", ".hpp", ".c", ".h")
TEXT = SOURCE + (".def", ".md", ".txt", ".py", ".sh", ".sql", ".toml", ".service", ".conf", ".in", ".pc", ".cmake", ".1", ".5", ".8", "")
FILE_LINES_LONG = 400
FUNCTION_LINES_LONG = 70

GROUND = ("libmgr/domain/", "libmgr/base/")
CATALOG_DOORS = ("db/changes.hpp", "db/commit_lane.hpp", "db/catalog_reader.hpp")
# Folder (the longest match counts) -> what its files may include. None: everything.
FLOOR_PLAN = {
    "libmgr/domain/": ("libmgr/domain/",),
    "libmgr/base/": GROUND,
    "libmgr/identity/": ("libmgr/identity/", "libmgr/domain/", "drivers/port/"),
    "libmgr/model/": ("libmgr/model/",) + GROUND + CATALOG_DOORS,
    "libmgr/record/": ("libmgr/record/", "libmgr/model/") + GROUND + CATALOG_DOORS,
    "libmgr/people/": ("libmgr/people/", "libmgr/record/", "libmgr/model/") + GROUND,
    "libmgr/pools/": ("libmgr/pools/", "libmgr/people/rights.hpp", "libmgr/people/access.hpp", "libmgr/record/", "libmgr/model/") + GROUND,
    "libmgr/allocation/": ("libmgr/allocation/", "libmgr/pools/", "libmgr/settings.hpp", "libmgr/people/", "libmgr/record/", "libmgr/model/") + GROUND,
    "libmgr/objects/": ("libmgr/objects/", "libmgr/allocation/", "libmgr/pools/", "libmgr/settings.hpp", "libmgr/people/", "libmgr/record/", "libmgr/model/") + GROUND,
    "libmgr/queue/": ("libmgr/queue/", "libmgr/settings.hpp", "libmgr/people/rights.hpp", "libmgr/record/", "libmgr/model/") + GROUND,
    "libmgr/forecast/": ("libmgr/forecast/", "libmgr/queue/", "libmgr/settings.hpp", "libmgr/record/timings.hpp", "libmgr/model/") + GROUND,
    "libmgr/machines/": ("libmgr/machines/", "drivers/port/") + GROUND,
    "libmgr/": ("libmgr/", "drivers/port/") + CATALOG_DOORS,
    "db/": ("db/",) + GROUND,
    "drivers/port/": ("drivers/port/", "libmgr/domain/"),
    "drivers/label/": ("drivers/label/",) + GROUND,
    "drivers/scsi/": ("drivers/scsi/",) + GROUND,
    "drivers/changer/": ("drivers/changer/", "drivers/scsi/", "drivers/port/", "drivers/handler/device.hpp") + GROUND,
    "drivers/tape/": ("drivers/tape/", "drivers/scsi/", "drivers/label/", "drivers/port/", "drivers/handler/device.hpp") + GROUND,
    "drivers/disk/": ("drivers/disk/", "drivers/volume/", "drivers/block/", "drivers/scsi/", "drivers/port/", "drivers/handler/device.hpp") + GROUND,
    "drivers/scsi_library/": ("drivers/scsi_library/", "drivers/changer/", "drivers/tape/", "drivers/disk/", "drivers/scsi/", "drivers/block/", "drivers/volume/", "drivers/port/", "drivers/handler/device.hpp", "drivers/handler/hardware_place.hpp") + GROUND,
    "drivers/uevents/": ("drivers/uevents/", "drivers/block/") + GROUND,
    "drivers/standalone/": ("drivers/standalone/", "drivers/uevents/", "drivers/scsi_library/", "drivers/block/", "drivers/port/") + GROUND,
    "drivers/discovery/": ("drivers/discovery/", "drivers/scsi_library/", "drivers/changer/", "drivers/scsi/", "drivers/block/") + GROUND,
    "drivers/block/": ("drivers/block/", "drivers/label/", "drivers/port/") + GROUND,
    "drivers/volume/": ("drivers/volume/", "drivers/block/", "drivers/scsi/", "drivers/port/") + GROUND,
    "drivers/emulated/": ("drivers/emulated/", "drivers/block/", "drivers/port/", "drivers/handler/device.hpp") + GROUND,
    "drivers/handler/": ("drivers/",) + GROUND,
    "drivers/registry.": ("drivers/",) + GROUND,
    "drivers/": ("drivers/",) + GROUND,  # the registry: the one list of driver kinds
    "api/protocol/": ("api/protocol/",) + GROUND,
    "api/client/": ("api/client/", "api/protocol/") + GROUND,
    "api/watch/": ("api/watch/", "api/client/", "api/protocol/", "libmgr/domain/"),
    "api/volumectl/": ("api/volumectl/", "api/client/ntms_types.h", "api/client/ntms_errors.h", "drivers/volume/") + GROUND,
    "api/server/": ("api/server/", "api/protocol/", "libmgr/", "drivers/port/", "drivers/label/", "db/"),
    "api/daemon/": ("api/daemon/", "api/server/", "api/protocol/", "libmgr/", "drivers/", "db/"),
    "api/http/": ("api/http/", "libmgr/domain/"),
    "api/web/": ("api/web/", "api/http/", "api/watch/", "api/client/", "api/protocol/", "libmgr/domain/", "libmgr/base/command_line."),
    "api/exporter/": ("api/exporter/", "api/http/", "api/client/", "api/protocol/", "libmgr/domain/", "libmgr/base/command_line."),
    "cli/": ("cli/", "api/client/", "api/protocol/", "libmgr/domain/", "drivers/volume/"),
    # What a configuration says is read by its own parser, and what is proposed is checked by it; the report of rsm-discover is read by its description.
    "cli/rsm/discover/": ("cli/", "api/daemon/config.hpp", "drivers/discovery/report.hpp", "drivers/discovery/limits.hpp", "libmgr/base/json_form.hpp", "libmgr/domain/"),
    # What an installation needs is looked at where it is: its configuration, its devices by their addresses, loop and mount by their trial.
    # The one program of cli/ with the catalog in it, and what reads its report.
    "cli/rsm/catalog_check/": ("cli/", "api/protocol/", "db/maintenance.hpp", "libmgr/base/json_form.hpp", "libmgr/domain/"),
    "cli/rsm/setup/": ("cli/", "api/client/", "api/protocol/", "api/daemon/config.hpp", "drivers/block/volume.hpp", "drivers/scsi/device_address.hpp", "libmgr/base/json_form.hpp", "libmgr/domain/"),
    **{f"cli/rsm/{room}/": ("cli/", "api/client/", "api/protocol/", "libmgr/base/json_form.hpp", "libmgr/domain/") for room in ("labels", "report", "notify")},
    "cli/top/": ("cli/top/", "cli/rsm/text/", "cli/rsm/view/", "api/watch/", "api/client/", "api/protocol/", "libmgr/domain/", "libmgr/base/command_line."),
    "cli/changer/": ("cli/changer/", "cli/rsm/commands/outcome.", "cli/rsm/commands/pages.", "api/client/", "api/protocol/", "libmgr/domain/"),
    "cli/emu/": ("cli/emu/", "drivers/emulated/", "drivers/port/") + GROUND,
    "examples/": ("api/client/", "api/volumectl/"),
    "tests/": None,
}
ROOMS = ("api", "cli", "db", "drivers", "examples", "libmgr", "tests")

ASIO_HOMES = ("api/server/", "api/daemon/", "api/exporter/", "api/http/", "api/web/", "drivers/handler/", "libmgr/base/asio", "tests/")
SQL_HOMES = ("db/", "tests/")
SQL_TEXT = re.compile(r'"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s|BEGIN\s+IMMEDIATE)')

# (pattern, folders where it is banned, folders where it is allowed after all, why)
BANNED = [
    (r"\b(sleep|usleep|nanosleep|clock_nanosleep)\s*\(|\bsleep_(for|until)\b", ("libmgr/", "api/server/", "db/", "api/daemon/"), (),
     "nothing sleeps on the loop: use Loop::after"),
    (r"(?<![\w.>:])(std::)?system\s*\(", ("",), (), "no shell is started: use posix_spawn or fork and exec"),
    (r"(?<![\w.>:])(std::)?(rand|srand|drand48)\s*\(", ("",), (), "chance comes from rsm::Random"),
    (r"\brandom_device\b", ("libmgr/", "db/", "api/server/"), (), "chance comes from rsm::Random"),
    (r"(?<![\w.>:])(std::)?(strcpy|strcat|sprintf|vsprintf|gets|tmpnam|mktemp)\s*\(", ("",), (), "writes without a bound"),
    (r"\bsystem_clock::now\b|(?<![\w.>:])(std::)?time\s*\(\s*(NULL|nullptr|0|&)|\bgettimeofday\b", ("libmgr/", "db/", "api/server/", "api/protocol/", "drivers/port/"),
     ("libmgr/base/",), "time comes from Loop::now"),
    (r"\bstd::(thread|jthread|mutex|condition_variable|async)\b", ("libmgr/", "api/server/", "api/protocol/", "drivers/port/"), ("libmgr/base/", "api/server/background_thread."),
     "one thread decides: no threads or locks here"),
]

# Written apart, so that this file passes its own rule.
FORBIDDEN_WORDS = ["/wo" + "rk/", "/tmp/" + "b-", "issue" + " #", "TO" + "DO", "FIX" + "ME", "for " + "now"]


def rooms_files(root, endings):
    """Paths below the rooms and the documents, relative to root, sorted."""
    found = []
    for folder, folders, files in os.walk(root):
        relative = os.path.relpath(folder, root)
        folders[:] = sorted(f for f in folders if f not in (".git", "__pycache__", "node_modules") and not f.startswith("build"))
        for name in files:
            path = name if relative == "." else relative.replace(os.sep, "/") + "/" + name
            if os.path.splitext(name)[1] in endings:
                found.append(path)
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_comments(text, keep_strings=False):
    """The text with comments (and the insides of strings) blanked, line numbers unchanged."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        token = match.group(0)
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else '""' + "\n" * token.count("\n")

    return pattern.sub(blank, text)


def longest_match(path, folders):
    matches = [folder for folder in folders if path.startswith(folder)]
    return max(matches, key=len) if matches else None


def check_includes(path, text):
    folder = longest_match(path, FLOOR_PLAN)
    code = without_comments(text, keep_strings=True)
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', code, re.M):
        kind, target = match.groups()
        where = f"{path}:{line_of(code, match.start())}"
        if re.match(r"(boost/)?asio[./]", target) and not path.startswith(ASIO_HOMES):
            yield f"{where}: includes {target}: Asio stays in {', '.join(ASIO_HOMES[:-1])}"
        if re.match(r"(SQLiteCpp/|sqlite3)", target) and not path.startswith(SQL_HOMES):
            yield f"{where}: includes {target}: SQLite stays in db/"
        if kind == "<" or target.split("/")[0] not in ROOMS:
            continue
        if target.startswith("tests/") and not path.startswith("tests/"):
            yield f"{where}: includes {target}: nothing depends on the tests"
        elif folder is None:
            yield f"{where}: this folder is not in the floor plan; give it a floor there"
        elif FLOOR_PLAN[folder] is not None and not target.startswith(FLOOR_PLAN[folder]):
            yield f"{where}: {folder} may not include {target}; it may include {', '.join(FLOOR_PLAN[folder])}"


def check_banned_calls(path, text):
    if path.startswith("tests/"):
        return
    code = without_comments(text)
    for pattern, banned_in, allowed_in, why in BANNED:
        if not path.startswith(banned_in) or path.startswith(allowed_in or ("\0",)):
            continue
        for match in re.finditer(pattern, code):
            yield f"{path}:{line_of(code, match.start())}: {match.group(0).strip()}: {why}"


def check_sql(path, text):
    if path.startswith(SQL_HOMES):
        return
    code = without_comments(text, keep_strings=True)
    for match in SQL_TEXT.finditer(code):
        yield f"{path}:{line_of(code, match.start())}: SQL text stays in db/"


def check_unordered_iteration(root, paths):
    """Unordered containers may be looked into, never walked: their order differs from run to run."""
    by_stem = {}
    for path in paths:
        if path.startswith("libmgr/") and path.endswith((".cpp", ".hpp")):
            by_stem.setdefault(os.path.splitext(path)[0], []).append(path)
    for members in by_stem.values():
        codes = {path: without_comments(read(root, path)) for path in members}
        names = {name for code in codes.values() for name in re.findall(r"\bunordered_\w+<[^;{}()]*>\s*&?\s*(\w+)\s*[;{=,)]", code)}
        for path, code in codes.items():
            for name in names:
                for match in re.finditer(rf"for\s*\([^;)]*:\s*[\w.>\-]*\b{name}\s*\)|\b{name}\s*\.\s*c?begin\s*\(", code):
                    yield f"{path}:{line_of(code, match.start())}: {name} is unordered and may not be walked here: the order must be the same in every run"


def check_header_contract(path, text):
    if not path.endswith(".hpp"):
        return
    lines = text.split("\n")
    block = re.match(r"\s*/\*.*?\*/", text, re.S)
    comment_lines = block.group(0).count("\n") + 1 if block else 0
    while comment_lines < len(lines) and not block and lines[comment_lines].startswith("//"):
        comment_lines += 1
    enough = comment_lines >= 2 or comment_lines == 1 and ("Thread rule: " in lines[0] or path.startswith("tests/"))
    if not enough:
        yield f"{path}:1: a header begins with its contract: what for, units, errors, thread rule, source (one line only where it has both)"


def check_words(path, text):
    for word in FORBIDDEN_WORDS:
        for match in re.finditer(re.escape(word), text):
            yield f"{path}:{line_of(text, match.start())}: \"{word}\" must not be in the tree"


def warn_lengths(path, text):
    lines = text.count("\n")
    if lines > FILE_LINES_LONG:
        yield f"{path}: {lines} lines"
    code = without_comments(text).split("\n")
    start = None
    for number, line in enumerate(code, 1):
        indent = len(line) - len(line.lstrip())
        opens = line.rstrip().endswith("{") and re.search(r"\)[\w\s:&>,<*()\-]*\{$", line.rstrip()) and indent <= 2
        if start is None and opens and not re.match(r"\s*(if|for|while|switch|else|do|catch|namespace|class|struct|enum)\b", line):
            start, start_indent = number, indent
        elif start is not None and line.startswith(" " * start_indent + "}") and indent == start_indent:
            if number - start + 1 > FUNCTION_LINES_LONG:
                yield f"{path}:{start}: a function of {number - start + 1} lines"
            start = None


def check_tree(root):
    """All findings and all warnings of a tree."""
    sources = rooms_files(root, SOURCE)
    findings, warnings = [], []
    for path in sources:
        if path.split("/")[0] not in ROOMS:
            continue
        text = read(root, path)
        for rule in (check_includes, check_banned_calls, check_sql, check_header_contract):
            findings.extend(rule(path, text))
        warnings.extend(warn_lengths(path, text))
    findings.extend(check_unordered_iteration(root, sources))
    for path in rooms_files(root, TEXT):
        findings.extend(check_words(path, read(root, path)))
    return findings, warnings
