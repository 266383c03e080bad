"""What backup software waits for at every question to the changer: rsm-changer beside a process that does nothing, and beside mtx-changer with the real mtx."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "guest"))
import machine  # noqa: E402
from process_time import ProcessTime, figures  # noqa: E402
from rounds import LATENCY, Failed  # noqa: E402

SCRIPT = "/etc/bacula/scripts/mtx-changer"


class Told:
    """A contestant whose rounds are over: they took turns with the other's in a guest."""

    pid = None

    def __init__(self, name, rounds):
        self.name, self.rounds = name, list(rounds)

    def round(self, _):
        return figures(self.rounds.pop(0))

    def close(self):
        pass


def beside_nothing(setting):
    with setting.stage(drives=2, slots=8, cartridges=4, sides=1) as stage:
        stage.start()
        stage.wait_identified()
        ours = setting.programs["rsm-changer"]
        setting.compare("changer: loaded, from start to end of the process", LATENCY,
                        [ProcessTime("rsm-changer loaded", lambda: [ours, "/dev/changer", "loaded", "0", "/dev/nst0", "0"], after=lambda said: said == "0", environment=stage.environment),
                         ProcessTime("true", lambda: ["true"], after=lambda said: not said)])


def programs_of_a_guest(setting):
    """With sanitizers a build has those of a guest in a folder of their own."""
    own = os.path.join(setting.built, "guest", "bin")
    return own if os.path.isdir(own) else os.path.join(setting.built, "bin")


def beside_mtx(setting):
    """On one tape library of tgt, which only the kernel of a guest shows as a changer."""
    what, programs = "changer beside mtx-changer", programs_of_a_guest(setting)
    reason = machine.why_not(programs) or ("" if os.path.exists(SCRIPT) else f"{SCRIPT} is not there (package bacula-sd)")
    if reason:
        return setting.leave_out(what, reason)
    code, said = machine.run("changer_bench.py", programs, str(1 + setting.rounds), str(setting.seconds))  # the first steps, which do not count, are a round too
    if code is None:
        return setting.leave_out(what, "User Mode Linux does not start here")
    last = next((line for line in reversed(said.splitlines()) if line.startswith("ROUNDS ")), None)
    if code != 0 or last is None:
        raise Failed(f"{what}: the guest ended with {code}: {said[-2000:]}")
    ours, theirs = zip(*json.loads(last.removeprefix("ROUNDS ")))
    setting.compare("changer: loaded, in a guest with the kernel's changer", LATENCY, [Told("rsm-changer loaded", ours), Told("mtx-changer loaded (Bacula's, with mtx)", theirs)])


def run(setting):
    beside_nothing(setting)
    beside_mtx(setting)
