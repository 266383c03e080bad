"""The whole scale at once: ten libraries with ten drives each, a million media, 99,000 waiting mounts, 10,000 open sessions; beside one library alone."""
import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack

from durable import hold, identified_sides
from memory import Sessions
from million import fill as fill_shelf
from million import thousands as in_words
from rounds import RATE, Program
from status import answer_bytes, asking, echo_as_long
from waiting import ALL_BY_ONE, thousands
from waiting import fill as fill_queue

WAITING_CARTRIDGES = 2  # of each library, more than it has drives


class Libraries:
    """Further emulated libraries, each with bar codes and labels of its own."""

    def __init__(self, setting, count, drives):
        self.program, self.folder = setting.programs["rsm-emu"], tempfile.mkdtemp(prefix="openrsm-test.")
        os.chmod(self.folder, 0o755)
        self.made = [os.path.join(self.folder, str(number)) for number in range(count)]
        cartridges = drives + WAITING_CARTRIDGES
        for number, folder in enumerate(self.made):
            wish = {"drives": drives, "slots": cartridges, "cartridges": cartridges, "sides": 1, "size": 8, "timing": "zero", "seed": 100 + number, "barcode-prefix": chr(ord("K") + number)}
            subprocess.run([self.program, "make", folder, *(f"--{name}={value}" for name, value in wish.items())], check=True, stdout=subprocess.DEVNULL)

    def sections(self):
        return "\n".join(f'[[library]]\nname = "Jukebox {number + 2}"\ndriver = "emulated"\ndirectory = "{folder}"\nvolumes = "user"' for number, folder in enumerate(self.made))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for folder in self.made:
            subprocess.run([self.program, "clean", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder)


def sides_by_library(stage):
    """Starts the daemon and waits until it knows every cartridge; the ids of the sides of each library, by its name."""
    identified_sides(stage)
    found = {}
    for medium in stage.all("medium.list"):
        found.setdefault(medium["library_name"], []).append(medium["sides"][0]["id"])
    return found


def status(setting, stages, clients):
    """An answer names every library and every drive, so the large one's is longer: beside an echo as long as well."""
    (stage, _), *_ = stages.values()
    with echo_as_long(setting, stage) as echo:
        contestants = [asking(setting, name, one.socket, "status", one.daemon.pid, clients) for name, (one, _) in stages.items()]
        contestants.append(asking(setting, "echo with an answer as long as the first one's", echo.path, "echo", echo.pid, clients))
        setting.compare(f"scale: status, {clients} connections", RATE, contestants, answer_bytes=answer_bytes(stage))


def compare(setting, stages, text, kind, wanted, clients):
    contestants = [Program(name, [setting.programs["bench_calls"], stage.socket, kind, "--clients", clients, *(word for side in wanted(sides) for word in ("--side", side))], stage.daemon.pid)
                   for name, (stage, sides) in stages.items()]
    setting.compare(f"scale: {text}, {clients} session{'' if clients == 1 else 's'}", RATE, contestants)


def run(setting):
    """In one library of the large one all drives are held and all mounts wait; the others work."""
    libraries, drives, sessions = setting.scale
    media, waiting, clients = max(setting.shelves), max(setting.queues), max(setting.clients)
    if os.geteuid() != 0:
        setting.leave_out("scale", "sessions of more than one user need root")
        return
    with ExitStack() as open_things:
        wish = {"drives": drives, "slots": drives + WAITING_CARTRIDGES, "cartridges": drives + WAITING_CARTRIDGES, "sides": 1, "config": ALL_BY_ONE}
        more = open_things.enter_context(Libraries(setting, libraries - 1, drives))
        large = open_things.enter_context(setting.stage(library=more.sections(), **wish))
        small = open_things.enter_context(setting.stage(library=open_things.enter_context(Libraries(setting, 1, drives)).sections(), **wish))
        sides = sides_by_library(large)
        of_small = sides_by_library(small)
        large.stop()
        fill_shelf(setting, large, media)
        large.start()
        holders = []
        for stage, own in ((large, sides), (small, of_small)):
            holders += [hold(stage, side) for side in own["Jukebox"][:drives]]
        holders.append(fill_queue(large, sides["Jukebox"][drives:], waiting))
        open_things.enter_context(Sessions(large.socket)).open(sessions)
        name = f"rsmd with {libraries} libraries, {libraries * drives} drives, {in_words(media)} media, {thousands(waiting)} waiting mounts, {sessions:,} sessions"
        stages = {name: (large, sides), f"rsmd with two libraries of {drives} drives": (small, of_small)}
        status(setting, stages, clients)
        for many in (1, clients):
            compare(setting, stages, "enqueue and withdraw", "withdraw", lambda own: own["Jukebox"][drives:drives + 1], many)
            compare(setting, stages, f"mount and dismount in a library of {drives} drives", "mount", lambda own: own["Jukebox 2"][:drives], many)
        all_others = {name: (large, [side for library, own in sides.items() if library != "Jukebox" for side in own[:drives]])}
        compare(setting, all_others, f"mount and dismount on all other {(libraries - 1) * drives} drives", "mount", lambda own: own, clients)
        for holder in holders:
            holder.close()
