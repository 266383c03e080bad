#!/usr/bin/env python3
"""rsmd.toml(5) and rsmd(8), made of docs/configuration.md: configuration_manual.py rsmd.toml.5|rsmd.8. A test holds docs/man to it."""
import os
import re
import sys

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "configuration.md")
PROGRAM = "## Program and signals\n"
FORMAT_HEAD = """.TH RSMD.TOML 5 "" "OpenRSM" "File formats"
.SH NAME
rsmd.toml \\- configuration of the OpenRSM library manager
.SH SYNOPSIS
.I /etc/openrsm/rsmd.toml
.br
.I /etc/openrsm/libraries.d/NAME.toml
.SH DESCRIPTION"""
FORMAT_TAIL = """.SH FILES
.I /etc/openrsm/rsmd.toml
has every key with its default as a comment.
.SH SEE ALSO
.BR rsmd (8),
.BR rsm (1)"""
PROGRAM_HEAD = """.TH RSMD 8 "" "OpenRSM" "System administration"
.SH NAME
rsmd \\- the OpenRSM library manager
.SH SYNOPSIS
.B rsmd
.RB [ --config
.IR FILE ]
.RB [ --check-config " | " --restore
.IR BACKUP " | "
.BR --version ]
.SH DESCRIPTION
.B rsmd
manages libraries of removable media: programs ask it for media on a unix socket, a durable queue decides, drive handlers
prepare the volumes, and the robot arm moves cartridges.
It is started by systemd
.RB ( rsmd.service );
with root's rights it keeps a small launcher for the drive handlers, and becomes the account openrsm itself.
.SH OPTIONS
.TP
.BI --config " FILE"
Configuration, else
.I /etc/openrsm/rsmd.toml
when it exists.
.TP
.B --check-config
Say OK, or everything that is wrong with the configuration, and end.
.TP
.BI --restore " BACKUP"
Replace the catalog by this backup, and end. No daemon may be running.
.TP
.B --version
Say which version it is."""
PROGRAM_TAIL = """.SH FILES
.TP
.I /etc/openrsm/rsmd.toml
Configuration.
.TP
.I /var/lib/openrsm/catalog.db
The catalog.
.TP
.I /run/openrsm/rsmd.sock
The socket.
.SH SEE ALSO
.BR rsmd.toml (5),
.BR rsm (1),
.BR rsm-emu (1),
.BR rsm-exporter (1)"""


def roff(text):
    """Markdown of one line: code and links become bold and plain."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = text.replace("…", "...").replace("–", "\\-")
    text = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", text)
    return re.sub(r"^([.'])", r"\\&\1", text)


def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def manual(lines, head, tail):
    yield head
    table, paragraph = False, False
    for line in lines:
        line = line.rstrip("\n")
        if line.startswith("### "):
            yield f".SH {roff(line[4:])}"
            table = paragraph = False
        elif line.startswith("#"):
            yield f".SH {roff(line.lstrip('# ')).upper()}"
            table = paragraph = False
        elif line.startswith("|---"):
            table = True
        elif line.startswith("|") and table:
            columns = cells(line)
            yield ".TP"
            yield f"{roff(columns[0])}"
            if len(columns) == 4:
                allowed, default, meaning = columns[1:]
                yield f"{roff(meaning)}"
                yield f"({roff(allowed)}; {'required' if default == 'required' else 'default ' + roff(default)})"
            else:
                yield from (roff(column) for column in columns[1:])
        elif line.startswith("|"):
            if "signal" in line or "exit code" in line:
                yield ".SH " + ("SIGNALS" if "signal" in line else "EXIT STATUS")
        elif not line.strip():
            paragraph = False
            table = False
        elif line.startswith("`rsmd ["):
            pass  # the synopsis
        else:
            if not paragraph:
                yield ".PP"
            paragraph = True
            yield roff(line.strip())
    yield tail


def main():
    with open(DOCUMENT, encoding="utf-8") as document:
        lines = document.readlines()
    program = lines.index(PROGRAM)
    pages = {"rsmd.toml.5": (lines[1:program], FORMAT_HEAD, FORMAT_TAIL), "rsmd.8": (lines[program + 1:], PROGRAM_HEAD, PROGRAM_TAIL)}
    if len(sys.argv) != 2 or sys.argv[1] not in pages:
        print(f"usage: configuration_manual.py {'|'.join(pages)}", file=sys.stderr)
        return 2
    print("\n".join(manual(*pages[sys.argv[1]])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
