#!/usr/bin/env python3
"""Writes cli/rsm/first_functions.ld: the functions that `rsm status` runs, in the order in which it comes to them, and the zeros that it writes to.

The linker puts them side by side: a program of five megabytes otherwise finds them in forty places, and each place is a page that is looked for. What begins as
zeros is looked for twice a page, once to be read and once to be written to.
    first_functions.py BUILD      a release build; a service of its own with an idle library is asked
A stop is set at every function of the program, and each is taken away when it was reached. A list that is old costs a few pages and nothing else. x86-64.
"""
import ctypes
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import harness  # noqa: E402

TRACEME, POKE_REGISTERS, PEEK_REGISTERS, GO_ON, SET_OPTIONS = 0, 13, 12, 7, 0x4200
STOP_AT_THE_END = 0x40
REGISTERS, RIP = 27, 16  # user_regs_struct: its words, and where the next instruction is
STOP = b"\xcc"
OUT = pathlib.Path(__file__).resolve().parents[2] / "cli" / "rsm" / "first_functions.ld"

ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def functions(program):
    """Addresses in the file, and the names that the compiler gave them: constructors have two."""
    said = subprocess.run(["nm", "--defined-only", program], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in said.splitlines())
    named = {}
    for row in rows:
        if len(row) == 3 and row[1] in "tTwW":
            named.setdefault(int(row[0], 16), []).append(row[2])
    return named


def zeros(program):
    """What begins as zeros: where, how long, its name."""
    said = subprocess.run(["nm", "--defined-only", "--print-size", program], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in said.splitlines())
    return sorted((int(row[0], 16), int(row[1], 16), row[3]) for row in rows if len(row) == 4 and row[2] in "bBuV")


def section(program, name):
    """From where to where it is in memory."""
    said = subprocess.run(["readelf", "--section-headers", "--wide", program], capture_output=True, text=True, check=True).stdout
    for line in said.splitlines():
        words = line.replace("[", " ").replace("]", " ").split()
        if len(words) > 5 and words[1] == name:
            return int(words[3], 16), int(words[3], 16) + int(words[5], 16)
    return 0, 0


def first_of(words, environment):
    """Names of the functions that it comes to, in that order, and of the zeros that are none any more when it ends."""
    program = os.path.realpath(words[0])
    named = functions(program)
    child = os.fork()
    if child == 0:
        ptrace(TRACEME, 0, None, None)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execve(program, words, environment)
    os.waitpid(child, 0)
    ptrace(SET_OPTIONS, child, None, STOP_AT_THE_END)
    base = min(int(line.split("-")[0], 16) for line in open(f"/proc/{child}/maps") if line.rstrip().endswith(program))
    memory = open(f"/proc/{child}/mem", "r+b", buffering=0)
    instead = {}
    for address in named:
        memory.seek(base + address)
        instead[address] = memory.read(1)
    for address in named:
        memory.seek(base + address)
        memory.write(STOP)
    reached, written = [], []
    registers = (ctypes.c_ulonglong * REGISTERS)()
    pending = 0
    while True:
        ptrace(GO_ON, child, None, pending)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            break
        pending = os.WSTOPSIG(status)
        if status >> 16:  # it ends
            written = written_to(memory, base, program)
            pending = 0
            continue
        if pending != signal.SIGTRAP:
            continue
        pending = 0
        ptrace(PEEK_REGISTERS, child, None, ctypes.addressof(registers))
        address = registers[RIP] - 1 - base
        memory.seek(base + address)
        memory.write(instead[address])
        registers[RIP] -= 1
        ptrace(POKE_REGISTERS, child, None, ctypes.addressof(registers))
        reached += named[address]
    if status != 0:
        sys.exit(f"{' '.join(words)} ended with {status}")
    return reached, written


def written_to(memory, base, program):
    spans = [section(program, name) for name in (".bss.first", ".bss")]
    out = []
    for address, size, name in zeros(program):
        if any(begin <= address < end for begin, end in spans):
            memory.seek(base + address)
            if any(memory.read(size)):
                out.append(name)
    return out


def script(names, zeros_written):
    lines = "".join(f"    *(.text.{name})\n" for name in names)
    zero_lines = "".join(f"    *(.bss.{name})\n" for name in zeros_written)
    return ("/* Made by tests/bench/first_functions.py: what `rsm status` runs, side by side, and the zeros that it writes to. docs/decisions/0046-what-runs-first-lies-together.md */\n"
            "SECTIONS\n{\n  .text.first : ALIGN(CONSTANT(MAXPAGESIZE))\n  {\n" + lines + "  }\n}\nINSERT BEFORE .text;\n"
            "SECTIONS\n{\n  .bss.first (NOLOAD) :\n  {\n" + zero_lines + "  }\n}\nINSERT BEFORE .bss;\n")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: first_functions.py BUILD")
    with harness.Stage(os.path.abspath(sys.argv[1]), drives=2, slots=8, cartridges=4, sides=1, timing="zero", volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        names, written = first_of([stage.programs["rsm"], "status"], stage.environment)
    OUT.write_text(script(names, written))
    print(f"{OUT}: {len(names)} functions, {len(written)} places of zeros")


if __name__ == "__main__":
    main()
