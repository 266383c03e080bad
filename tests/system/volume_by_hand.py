"""`rsm volume` as a person uses it: every verb on real loop devices, without a service.

Busy volumes with every kind of holder, commands under a lock, forced dismounts with a writer, offline and back, eject, rehearsals.
"""
import errno
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys

import harness
from volume_bench import run_stories

BUSY, DENIED, AWAY, OTHER, NO_OBJECT, GIVEN_UP, NO_SERVICE = 6, 3, 8, 4, 5, 7, 2


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def picture(bench, image, at):
    """All that a command could have changed about a volume; other volumes of the machine have their own life.

    The files are read as a person sees them: the blocks of a mounted file system change by themselves for
    a while (its journal, tables that it fills in the background)."""
    with open("/proc/self/mountinfo", errors="surrogateescape") as file:  # names are bytes
        mounts = [line for line in file if bench.folder in line]
    files = {}
    for folder, _, names in os.walk(at):
        for name in names:
            files[os.path.join(folder, name)] = digest(os.path.join(folder, name))
    assert files
    status = bench.status(image)
    status["handles"] = []  # the handle that asks
    return mounts, files, sorted(bench.loops()), status


def every_name_leads_to_the_volume(bench):
    device, at, file = bench.volume("named")
    link = bench.path("link")
    os.symlink(device, link)
    os.mkdir(at + "/folder")
    for name in (device, link, at, at + "/folder", file, bench.path("named.img")):
        assert bench.status(name)["device"] == device, name
    table = bench.path("volumes.toml")
    with open(table, "w") as out:
        out.write(f'[volumes]\n"X:" = "{device}"\n')
    bench.environment["OPENRSM_VOLUMES"] = table
    for name in ("X:", "x:", "\\\\.\\X:"):
        assert bench.status(name)["device"] == device, name
    assert "X:" in bench.rsm("status", "Y:", exit=NO_OBJECT).stderr
    bench.rsm("status", bench.path("nothing"), exit=NO_OBJECT)
    bench.rsm("status", "/proc", exit=OTHER)
    for inside in (file, at + "/folder"):  # on the volume, not the volume: never taken for it
        for verb in ("dismount", "eject", "offline", "prevent"):
            refused = bench.rsm(verb, inside, exit=OTHER)
            assert at in refused.stderr and "123" in refused.stderr, refused.stderr
    bench.rsm("flush", file)
    assert at in bench.mounts()
    bench.rsm("dismount", at)
    assert at not in bench.mounts()
    unbound = bench.image("unbound", "ext4")
    assert "no loop device is bound" in bench.rsm("eject", unbound, exit=OTHER).stderr


def status_is_for_people(bench):
    device, at, _ = bench.volume("status")
    text = bench.rsm("status", device).stdout
    for part in (device, "mounted", "loop device", bench.path("status.img"), "64.0 MiB", "EXT4", at):
        assert part in text, (part, text)
    assert "nobody" in bench.rsm("who", device).stdout


def holder_is_named(bench, device, at, kind, pid, path=""):
    found = bench.json("who", device)["holders"]
    mine = [h for h in found if h["pid"] == pid and h["what"].startswith(kind)]
    assert mine and path in mine[0]["what"], (kind, pid, found)
    told = bench.rsm("who", at).stdout
    assert kind in " ".join(told.split()), told
    refused = bench.rsm("dismount", device, exit=BUSY)
    assert kind in refused.stderr and (pid == 0 or str(pid) in refused.stderr), refused.stderr
    assert at in bench.mounts()
    assert bench.json("eject", device, "--dry-run", exit=BUSY)["holders"]


def every_holder_is_named(bench):
    for fs in ("ext4", "xfs", "btrfs"):
        device, at, file = bench.volume("held-" + fs, fs)
        for kind in ("open file", "mapping", "working directory", "root directory"):
            holder = bench.holder(kind, file)
            holder_is_named(bench, device, at, kind, holder.pid, at)
            bench.end(holder)
        program = os.path.join(at, "sleep")
        bench.do("cp", "/bin/sleep", program)
        running = bench.start(program, "1000")
        bench.wait_until("the program runs", lambda: os.readlink(f"/proc/{running.pid}/exe") == program)
        holder_is_named(bench, device, at, "program", running.pid, program)
        running.kill()
        running.wait()
        inner = os.path.join(at, "inner.img")
        with open(inner, "wb") as out:
            out.truncate(1 << 20)
        loop = bench.do("losetup", "--find", "--show", inner).strip()
        holder_is_named(bench, device, at, "loop device", 0, inner)
        bench.do("losetup", "--detach", loop)
        raw = bench.holder("open device", device)
        holder_is_named(bench, device, at, "open device", raw.pid, device)
        bench.end(raw)
        bench.rsm("dismount", device)
        assert at not in bench.mounts()


def swap_is_named_and_never_taken(bench):
    device, at, _ = bench.volume("swap")
    swap = os.path.join(at, "swap")
    bench.do("fallocate", "--length", "16MiB", swap)
    os.chmod(swap, 0o600)
    bench.do("mkswap", swap)
    if bench.quietly("swapon", swap) != 0:
        print("left out: this kernel has no swap")
        return
    bench.swaps.append(swap)
    assert any(h["what"].startswith("swap file") for h in bench.json("who", device)["holders"])
    refused = bench.rsm("dismount", device, "--force", exit=OTHER)
    assert "4337" in refused.stderr, refused.stderr
    bench.do("swapoff", swap)
    bench.swaps.remove(swap)
    bench.rsm("dismount", device)


def other_namespaces(bench):
    """An idle mount elsewhere is no obstacle and comes back after a lock; one that is used is, and its process is named."""
    device, at, file = bench.volume("namespace")
    inside = bench.start("unshare", "--mount", "--propagation", "private", sys.executable, "-c",
                         "import sys\nprint('there', flush=True)\nfor line in sys.stdin:\n  f = open(sys.argv[1]); print('holds', flush=True)\n", file)
    assert inside.stdout.readline() == "there\n"
    bench.do("umount", at)
    assert bench.status(device)["state"] == "mounted"
    assert bench.status(device)["mounts"][0]["process"] == inside.pid
    bench.rsm("lock", device, "--", "true")
    assert bench.status(device)["state"] == "mounted"
    inside.stdin.write("\n")
    inside.stdin.flush()
    assert inside.stdout.readline() == "holds\n"
    refused = bench.rsm("dismount", device, exit=BUSY)
    assert str(inside.pid) in refused.stderr, refused.stderr
    bench.end(inside)


def device_mapper_on_top(bench):
    if shutil.which("dmsetup") is None or bench.quietly("dmsetup", "version") != 0:  # the node may be there without the driver
        print("left out: device-mapper on top of a volume: this kernel has no device-mapper, or dmsetup is not installed")
        return
    device, _, _ = bench.volume("mapper", mounted=False)
    name = f"openrsm-{os.getpid()}"
    bench.do("dmsetup", "create", name, "--table", f"0 2048 linear {device} 0")
    try:
        assert "on top of it" in bench.rsm("dismount", device, exit=BUSY).stderr
    finally:
        bench.do("dmsetup", "remove", name)


def a_command_runs_under_the_lock(bench):
    device, at, _ = bench.volume("locked")
    done = bench.rsm("lock", device, "--", "sh", "-c", f"! mount {device} {at} 2>/dev/null && ! grep {at} /proc/self/mountinfo && echo alone")
    assert done.stdout == "alone\n", done.stdout
    assert at in bench.mounts()
    for command, status in ((["true"], 0), (["sh", "-c", "exit 7"], 7), (["/there/is/no/such/program"], 127), (["sh", "-c", "kill -TERM $$"], 143)):
        bench.rsm("lock", device, "--", *command, exit=status)
        assert at in bench.mounts(), command
    assert bench.rsm("lock", device, "--", "pwd", prefix=("env", "-C", "/usr")).stdout == "/usr\n"
    holder = bench.holder("open file", os.path.join(at, "file"))
    refused = bench.rsm("lock", device, "--", "echo", "ran", exit=BUSY)
    assert "ran" not in refused.stdout and str(holder.pid) in refused.stderr
    bench.end(holder)


def running_lock(bench, device, command):
    process = bench.start(bench.rsm_program, "volume", "lock", device, "--", *command, env=bench.environment, stderr=subprocess.DEVNULL)
    return process, int(process.stdout.readline())


def a_lock_keeps_others_out_and_ends_with_its_program(bench):
    device, at, _ = bench.volume("killed")
    locking, command = running_lock(bench, device, ["sh", "-c", "echo $$; exec sleep 1000"])
    assert bench.status(device)["state"] == "locked"
    assert str(locking.pid) in bench.rsm("status", device).stdout
    for verb in ("dismount", "eject", "offline"):
        refused = bench.rsm(verb, device, exit=BUSY)
        assert str(locking.pid) in refused.stderr, refused.stderr
    assert bench.quietly("mount", device, at) != 0
    locking.send_signal(signal.SIGKILL)
    locking.wait()
    bench.wait_until("the mount is back", lambda: at in bench.mounts())
    bench.wait_until("the command has ended, too", lambda: not os.path.exists(f"/proc/{command}") or gone(command))
    bench.wait_until("the lock is gone", lambda: bench.status(device)["state"] == "mounted")

    # Its handler is split off the program itself, unless another one is named.
    handler = os.path.abspath(os.path.join(os.path.dirname(bench.rsm_program), "rsm-volume-handler"))
    for named, expected in ((None, bench.rsm_program), (handler, handler)):
        if named:
            bench.environment["OPENRSM_VOLUME_HANDLER"] = named
        locking, command = running_lock(bench, device, ["sh", "-c", "echo $$; exec sleep 1000"])
        programs = {os.path.realpath(f"/proc/{pid}/exe") for pid in bench.leftovers() if pid not in (locking.pid, command)}
        assert programs == {os.path.realpath(expected)}, programs
        os.kill(command, signal.SIGTERM)
        assert locking.wait(timeout=harness.LIMIT_S) == 128 + signal.SIGTERM
        bench.environment.pop("OPENRSM_VOLUME_HANDLER", None)

    locking, command = running_lock(bench, device, ["sh", "-c", "trap 'exit 9' TERM; echo $$; while :; do sleep 0.01; done"])
    locking.terminate()  # passed on
    assert locking.wait(timeout=harness.LIMIT_S) == 9
    assert at in bench.mounts()


def gone(pid):
    """A zombie that nobody has waited for yet counts as ended."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def waiting_ends_with_the_holder(bench):
    device, at, file = bench.volume("waiting")
    holder = bench.holder("open file", file)
    bench.rsm("dismount", device, "--wait=100ms", exit=BUSY)
    waiting = subprocess.Popen([bench.rsm_program, "volume", "dismount", device, "--wait=60s"], env=bench.environment, text=True, stderr=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    bench.processes.append(waiting)
    for line in waiting.stderr:
        if "waiting" in line:
            assert str(holder.pid) in line, line
            break
    bench.end(holder)
    assert waiting.wait(timeout=harness.LIMIT_S) == 0, waiting.stderr.read()
    assert at not in bench.mounts()


def force_says_what_became_of_the_holders(bench):
    for fs, fate in (("ext4", "dead"), ("xfs", "dead"), ("btrfs", "alive")):
        device, at, file = bench.volume("forced-" + fs, fs)
        writer = bench.writer(file)
        assert bench.write_through(writer) == 0
        report = bench.json("dismount", device, "--force")
        assert report["holders_fate"] == fate, report
        assert [h["pid"] for h in report["holders"]] == [writer.pid], report
        assert at not in bench.mounts()
        assert bench.write_through(writer) == (errno.EIO if fate == "dead" else 0), fs
        if fate == "dead":  # a btrfs that is mounted nowhere hides its device from everybody
            assert str(writer.pid) in bench.rsm("who", device).stdout
        bench.end(writer)
        bench.do("mount", device, at)  # what was written before is there
        assert os.path.getsize(file) >= 65536 + 4096
        bench.rsm("dismount", device)


def a_forced_eject_waits_for_old_handles(bench):
    """No loop device leaves those who hold it: said, with what became of them; when they have ended it goes."""
    device, at, file = bench.volume("forced-eject")
    writer = bench.writer(file)
    told = bench.rsm("eject", device, "--force", exit=OTHER)
    assert "DEAD" in told.stderr and str(writer.pid) in told.stderr and "1109" in told.stderr, told.stderr
    assert at not in bench.mounts() and device in bench.loops()
    assert bench.write_through(writer) == errno.EIO
    bench.end(writer)
    bench.rsm("eject", device)
    assert device not in bench.loops()


def offline_stays_until_online(bench):
    for fs in ("ext4", "btrfs"):
        device, at, _ = bench.volume("offline-" + fs, fs)
        bench.rsm("offline", at)
        assert at not in bench.mounts()
        assert bench.quietly("mount", device, at) != 0
        status = bench.status(device)
        assert status["state"] == "offline" and status["offline_process"] > 0, status
        assert "rsm volume online" in bench.rsm("status", device).stdout
        assert "online" in bench.rsm("dismount", device, exit=OTHER).stderr
        bench.rsm("offline", device)
        bench.rsm("online", device)
        bench.do("mount", device, at)
        bench.rsm("dismount", device)


def eject_unbinds(bench):
    device, at, _ = bench.volume("ejected")
    image = bench.path("ejected.img")
    assert image in bench.rsm("eject", device).stdout
    assert device not in bench.loops()
    assert at not in bench.mounts()
    bench.rsm("verify", bench.do("losetup", "--find").strip(), exit=AWAY)  # a loop device that is bound to nothing

    device, at, _ = bench.volume("ejected-offline")
    bench.rsm("offline", device)
    bench.rsm("eject", device)
    assert device not in bench.loops()


def removal_is_prevented_and_allowed(bench):
    device, _, _ = bench.volume("prevented")
    bench.rsm("prevent", device)
    assert bench.status(device)["removal_prevented"]
    assert "rsm volume allow" in bench.rsm("status", device).stdout
    bench.rsm("allow", device)
    assert not bench.status(device)["removal_prevented"]
    bench.rsm("load", device, exit=50)
    bench.rsm("verify", device)


def a_rehearsal_changes_nothing(bench):
    device, at, file = bench.volume("rehearsed")
    image = bench.path("rehearsed.img")
    holder = bench.holder("open file", file)
    before = picture(bench, image, at)
    for verb in ("flush", "online", "prevent", "allow", "verify"):
        bench.rsm(verb, device, "--dry-run")
    for verb in ("lock", "dismount", "offline", "eject"):
        told = bench.rsm(verb, device, "--dry-run", exit=BUSY)
        assert str(holder.pid) in told.stdout, told.stdout
        assert str(holder.pid) in told.stderr, told.stderr
    for verb, exit in (("dismount", 0), ("offline", BUSY), ("eject", OTHER)):  # what the holder has open keeps the device
        bench.rsm(verb, device, "--dry-run", "--force", exit=exit)
    bench.rsm("load", device, "--dry-run", exit=50)
    assert picture(bench, image, at) == before
    bench.end(holder)
    steps = [s["step"] for s in bench.json("eject", device, "--dry-run")["steps"]]
    assert steps == ["flush", "lock", "dismount", "offline", "allow", "eject", "unlock"], steps
    assert picture(bench, image, at) == before

    # Of one that is not mounted nothing changes by itself: not one byte of it may.
    device, _, _ = bench.volume("rehearsed-unmounted", mounted=False)
    image = bench.path("rehearsed-unmounted.img")
    before = bench.status(image) | {"handles": []}, sorted(bench.loops()), digest(image)
    for verb in ("flush", "lock", "dismount", "offline", "online", "prevent", "allow", "eject", "verify"):
        bench.rsm(verb, device, "--dry-run")
    assert (bench.status(image) | {"handles": []}, sorted(bench.loops()), digest(image)) == before


def a_system_volume_is_refused(bench):
    refused = bench.rsm("dismount", "/", "--force", "--dry-run", exit=OTHER)
    assert "4337" in refused.stderr or "no device of its own" in refused.stderr, refused.stderr


def without_being_root(bench):
    device, at, _ = bench.volume("unprivileged")
    os.chmod(device, 0o644)
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"OPENRSM_VOLUME_STATE={bench.path('nobody')}")
    os.mkdir(bench.path("nobody"))
    os.chown(bench.path("nobody"), 65534, 65534)
    assert "mounted" in bench.rsm("status", device, prefix=nobody).stdout
    assert "incomplete" in bench.rsm("who", device, prefix=nobody).stdout
    for verb in ("dismount", "eject"):
        bench.rsm(verb, device, exit=DENIED, prefix=nobody)
        told = bench.rsm(verb, device, "--dry-run", exit=DENIED, prefix=nobody).stderr
        assert "root" in told, told
    assert at in bench.mounts()


def a_silent_service_holds_nothing_up(bench):
    """One that listens and never answers: what the handlers know decides."""
    device, at, _ = bench.volume("silent")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(bench.environment["OPENRSM_SOCKET"])
        listener.listen()
        bench.rsm("dismount", device)
    assert at not in bench.mounts()


def too_late(bench, device):
    """Where this program rests while the handler flushes, the answer is there when it is looked for the first time: that is in time."""
    for _ in range(20):
        done = bench.rsm("flush", device, "--timeout", "0", exit=(0, GIVEN_UP))
        if done.returncode == GIVEN_UP:
            return done
    raise AssertionError("twenty flushes in no time at all")


def an_operation_out_of_time_needs_service(bench):
    device, at, _ = bench.volume("late")
    late = too_late(bench, device)
    assert "1460" in late.stderr and "rsm volume verify" in late.stderr, late.stderr
    assert bench.status(device)["needs_service"]
    assert "NEEDS SERVICE" in bench.rsm("status", device).stdout
    assert "rsm volume verify" in bench.rsm("dismount", device, exit=NO_SERVICE).stderr
    bench.rsm("verify", device)
    assert not bench.status(device)["needs_service"]
    bench.rsm("dismount", device)
    assert at not in bench.mounts()


def what_a_service_manages_is_refused(build):
    """Drive handlers keep their records where root's are, whatever the environment says: so does rsm here."""
    with harness.Stage(build, volumes="block") as stage:
        ask_for_a_managed_volume(stage)
    print("what a service manages is refused", flush=True)


def ask_for_a_managed_volume(stage):
    stage.start()
    stage.wait_identified()
    side = next(s for s in stage.all("side.list") if s["number"] == 0)
    name = f"{side['medium_name']}:0"
    stage.run("rsm", "media", "mount", name, "--write")
    volume = next(d["volume"] for d in stage.all("drive.list") if d["volume"])
    device = os.path.realpath(volume)

    def rsm(*arguments, socket_path=stage.socket):
        environment = dict(stage.environment, OPENRSM_SOCKET=socket_path)
        environment.pop("OPENRSM_VOLUME_STATE", None)
        return subprocess.run([stage.programs["rsm"], "volume", *arguments], capture_output=True, text=True, env=environment, timeout=harness.LIMIT_S)

    for where in (stage.socket, os.path.join(stage.folder, "nowhere.sock")):  # asked, and known without asking
        for verb in ("dismount", "offline", "eject", "prevent", "online"):
            refused = rsm(verb, device, socket_path=where)
            assert refused.returncode == DENIED and "rsm media eject" in refused.stderr, (where, verb, refused.stderr)
        assert rsm("eject", volume, "--dry-run", "--force", socket_path=where).returncode == DENIED
        assert rsm("lock", device, "--", "true", socket_path=where).returncode == DENIED
    assert f"rsm media eject {side['medium_name']}" in rsm("eject", device).stderr
    for verb in ("flush", "verify", "who", "status"):
        told = rsm(verb, device)
        assert told.returncode == 0, (verb, told.stderr)
    assert "Managed by" in rsm("status", device).stdout
    assert next(d["state"] for d in stage.all("drive.list") if d["volume"]) == "loaded"
    assert stage.stop() == 0


STORIES = (every_name_leads_to_the_volume, status_is_for_people, every_holder_is_named, swap_is_named_and_never_taken, other_namespaces, device_mapper_on_top,
           a_command_runs_under_the_lock, a_lock_keeps_others_out_and_ends_with_its_program, waiting_ends_with_the_holder,
           force_says_what_became_of_the_holders, a_forced_eject_waits_for_old_handles, offline_stays_until_online, eject_unbinds, removal_is_prevented_and_allowed, a_rehearsal_changes_nothing,
           a_system_volume_is_refused, without_being_root, a_silent_service_holds_nothing_up, an_operation_out_of_time_needs_service)


def test(build, random):
    run_stories(build, STORIES)
    what_a_service_manages_is_refused(build)


if __name__ == "__main__":
    harness.main(test)
