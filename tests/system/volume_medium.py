"""`rsm volume` and the whole medium: partitions, what uses a volume without a file of it open, and trying that takes nothing away.

Each story makes on real loop devices what somebody met in the field; the rehearsal and the real call are asked one after the other.
"""
import errno
import json
import os
import subprocess
import sys
import time

import harness
from volume_bench import both, run_stories, written_all_the_time

BUSY, OTHER = 6, 4


def partitioned(bench, name):
    """(loop device, [(partition, mount point, file)]): two ext4 on one image."""
    image = bench.path(name + ".img")
    with open(image, "wb") as file:
        file.truncate(64 << 20)
    loop = bench.do("losetup", "--find", "--show", image).strip()
    parts = []
    for number, (start, sectors) in enumerate(((2048, 61440), (63488, 61440)), 1):
        bench.do("addpart", loop, str(number), str(start), str(sectors))
        device = f"{loop}p{number}"
        bench.wait_until("the partition has its node", lambda: os.path.exists(device))
        bench.do("mkfs.ext4", "-q", device)
        at = bench.path(f"{name}{number}")
        os.mkdir(at)
        bench.do("mount", device, at)
        with open(at + "/file", "wb") as file:
            file.write(b"a" * 65536)
            os.fsync(file.fileno())
        parts.append((device, at, at + "/file"))
    return loop, parts


def take_apart(bench, loop):
    """A loop device that is let go keeps its partitions for the next image."""
    for part in (1, 2):
        bench.quietly("umount", f"{loop}p{part}")
        bench.quietly("delpart", loop, str(part))


def keep_a_namespace(bench, file):
    """Linux 6.18 numbers mount namespaces by processor, and lets a file keep one only inside one with a smaller number: some processor's will do."""
    for processor in os.sched_getaffinity(0):
        if bench.quietly("taskset", "--cpu-list", str(processor), "unshare", f"--mount={file}", "--propagation", "private", "true") == 0:
            return
    raise AssertionError(f"{file} can keep no mount namespace")


def mount_lines(bench):
    """The mounts of this bench without what changes with every mount: its own number, that of its parent, group numbers."""
    lines = []
    with open("/proc/self/mountinfo", errors="surrogateescape") as file:  # names are bytes
        for line in file:
            if bench.folder not in line:
                continue
            head, tail = line.rstrip("\n").split(" - ")
            fields = head.split(" ")
            kinds = sorted(word.split(":")[0] for word in fields[6:])
            lines.append((fields[3], fields[4], fields[5], kinds, tail))
    return sorted(lines)


def a_disk_is_all_its_partitions(bench):
    loop, parts = partitioned(bench, "whole")
    try:
        (one, at_one, file_one), (two, at_two, file_two) = parts
        status = bench.status(loop)
        assert status["state"] == "mounted", status
        assert {(m["device"], m["mount_point"]) for m in status["mounts"]} == {(one, at_one), (two, at_two)}, status
        assert bench.status(two)["disk"] == loop and bench.status(two)["kind"] == "partition"
        text = bench.rsm("status", loop).stdout
        assert two in text and at_two in text, text

        holder = bench.holder("open file", file_two)
        assert [h["pid"] for h in bench.json("who", loop)["holders"]] == [holder.pid]
        for verb in ("dismount", "eject", "offline"):
            told, done = both(bench, verb, loop, exit=BUSY)
            assert str(holder.pid) in told.stderr and file_two in done.stderr, (told.stderr, done.stderr)
        bench.rsm("lock", loop, "--", "true", exit=BUSY)
        assert {at_one, at_two} <= set(bench.mounts())
        both(bench, "eject", one, exit=OTHER)  # the medium of a partition is the disk
        assert "partition of a loop device" in bench.rsm("eject", one, exit=OTHER).stderr
        both(bench, "dismount", one)  # the other one is in use, and stays
        assert at_one not in bench.mounts() and at_two in bench.mounts()
        bench.end(holder)

        bench.rsm("lock", loop, "--", "sh", "-c", f"! mount {one} {at_one} 2>/dev/null && ! mount {two} {at_two} 2>/dev/null")
        assert at_two in bench.mounts() and at_one not in bench.mounts()
        bench.do("mount", one, at_one)
        both(bench, "dismount", loop)
        assert not {at_one, at_two} & set(bench.mounts())
        bench.do("mount", two, at_two)
        assert os.path.getsize(file_two) == 65536
        bench.rsm("eject", loop)
        assert not bench.mounts() and loop not in bench.loops()
        assert not os.path.exists(one) and not os.path.exists(two), "the next image would get them"
    finally:
        take_apart(bench, loop)


def a_lock_of_the_disk_is_one_of_its_partitions(bench):
    """And the other way round; a partition beside it is nobody's obstacle."""
    loop, parts = partitioned(bench, "locked")
    try:
        (one, at_one, _), (two, at_two, _) = parts

        def locked(device):
            process = bench.start(bench.rsm_program, "volume", "lock", device, "--", "sh", "-c", "echo $$; exec sleep 1000", env=bench.environment, stderr=subprocess.DEVNULL)
            process.stdout.readline()
            return process

        locking = locked(loop)
        refused = bench.rsm("dismount", one, exit=BUSY).stderr
        assert str(locking.pid) in refused, refused
        locking.kill()
        locking.wait()
        bench.wait_until("the mounts are back", lambda: {at_one, at_two} <= set(bench.mounts()))
        bench.wait_until("nobody holds the lock", lambda: bench.status(loop)["state"] == "mounted")

        locking = locked(one)
        for verb in ("dismount", "eject"):
            told, done = both(bench, verb, loop, exit=BUSY)
            assert str(locking.pid) in told.stderr and str(locking.pid) in done.stderr, done.stderr
        assert at_two in bench.mounts()
        both(bench, "dismount", two)
        locking.kill()
        locking.wait()
        bench.wait_until("the mount is back", lambda: at_one in bench.mounts())
    finally:
        take_apart(bench, loop)


def a_forced_dismount_takes_every_partition(bench):
    loop, parts = partitioned(bench, "forced")
    try:
        writers = [bench.writer(file) for _, _, file in parts]
        report = bench.json("dismount", loop, "--force")
        assert report["holders_fate"] == "dead", report
        assert not bench.mounts()
        assert all(bench.write_through(writer) != 0 for writer in writers)
        for writer in writers:
            bench.end(writer)
    finally:
        take_apart(bench, loop)


def trying_misplaces_nothing(bench):
    """Somebody has the raw device open, another one writes by path: no file of theirs lies below the mount afterwards."""
    device, at, _ = bench.volume("tried")
    raw = bench.holder("open device", device)
    with written_all_the_time(at) as written:
        refused = bench.rsm("dismount", device, "--wait=3s", exit=BUSY)
    assert str(raw.pid) in refused.stderr
    assert at in bench.mounts()
    assert written and all(os.path.exists(name) for name in written)
    bench.end(raw)
    bench.rsm("dismount", device)
    assert os.listdir(at) == [], "what was written while it was tried lies below the mount point"


def what_comes_back_is_as_it_was(bench):
    device, at, file = bench.volume("again", "ext4", mounted=False)
    for options, propagation in (("nosymfollow,noatime", None), ("ro,nosuid,nodev,noexec", None), ("defaults", "--make-shared"), ("defaults", "--make-unbindable"), ("strictatime", "--make-private")):
        bench.do("mount", "-o", options, device, at)
        if propagation:
            bench.do("mount", propagation, at)
        before = mount_lines(bench)
        assert len(before) == 1
        bench.rsm("lock", device, "--", "true")
        assert mount_lines(bench) == before, (options, propagation)
        bench.do("umount", at)
    # A subvolume, a folder in it, and a default that is none of them.
    device, at, file = bench.volume("sub", "btrfs")
    for name in ("one", "one/inner"):
        bench.do("btrfs", "subvolume", "create", f"{at}/{name}")
    os.mkdir(at + "/one/folder")
    number = bench.do("btrfs", "subvolume", "list", at).split("\n")[1].split()[1]
    bench.do("btrfs", "subvolume", "set-default", number, at)
    bench.do("umount", at)
    places = []
    for index, option in enumerate(("defaults", "subvol=/one", "subvolid=5", "subvol=/one/inner,noatime")):
        place = bench.path(f"place{index}")
        os.mkdir(place)
        bench.do("mount", "-o", option, device, place)
        places.append(place)
    bind = bench.path("bind")
    os.mkdir(bind)
    bench.do("mount", "--bind", places[2] + "/one/folder", bind)
    bench.do("mount", "--make-shared", places[1])
    bench.do("mount", "--make-unbindable", bind)
    before = mount_lines(bench)
    assert len(before) == 5
    bench.rsm("lock", device, "--", "true")
    assert mount_lines(bench) == before, (before, mount_lines(bench))
    bench.rsm("dismount", device)
    assert not bench.mounts()


def an_eject_never_reaches_below_what_it_names(bench):
    """A stick is mounted at a folder of a disk: when it has left, its folder is one of the disk, and naming it again takes nothing."""
    disk, data, _ = bench.volume("data")
    stick, _, _ = bench.volume("stick", mounted=False)
    at = data + "/stick"
    os.mkdir(at)
    bench.do("mount", stick, at)
    bench.rsm("eject", at)
    assert stick not in bench.loops() and bench.mounts() == [data]
    for options in (("--dry-run",), ()):
        refused = bench.rsm("eject", at, *options, exit=OTHER).stderr
        assert "123" in refused and disk in refused and f"mounted at {data}" in refused, refused
    assert bench.mounts() == [data] and disk in bench.loops()


def what_could_not_come_back_is_not_taken(bench):
    """A file system of a program in user space ends with its mount."""
    if not os.path.exists("/dev/fuse") or bench.quietly("sh", "-c", "command -v fuse2fs") != 0:
        print("left out: no fuse2fs here")
        return
    device, at, _ = bench.volume("fuse", mounted=False)
    serving = bench.start("fuse2fs", "-f", device, at)
    bench.wait_until("it is mounted", lambda: at in bench.mounts())
    for verb in ("dismount", "offline", "eject"):
        both(bench, verb, device, exit=BUSY)
        assert at in bench.mounts()
    bench.rsm("lock", device, "--", "true", exit=BUSY)
    assert at in bench.mounts()
    bench.do("umount", at)
    serving.wait(timeout=harness.LIMIT_S)
    both(bench, "dismount", device)


def an_overlay_is_named(bench):
    device, at, _ = bench.volume("lower")
    merged, upper, work = (bench.path(name) for name in ("merged", "upper", "work"))
    for folder in (merged, upper, work):
        os.mkdir(folder)
    scratch = bench.path("scratch")
    os.mkdir(scratch)
    bench.do("mount", "-t", "tmpfs", "openrsm-scratch", scratch)  # an upper folder needs one
    for name in ("upper", "work"):
        os.mkdir(f"{scratch}/{name}")
    bench.do("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={at},upperdir={scratch}/upper,workdir={scratch}/work", merged)
    before = mount_lines(bench)
    for verb in ("dismount", "eject"):
        told, done = both(bench, verb, device, exit=BUSY)
        assert f"overlay at {merged}" in done.stderr, done.stderr
    assert f"overlay at {merged}" in " ".join(bench.rsm("who", device).stdout.split())
    assert mount_lines(bench) == before
    bench.do("umount", at)  # which the kernel lets anybody do: the overlay goes on
    for verb in ("dismount", "eject"):
        told, done = both(bench, verb, device, exit=BUSY)
        assert f"overlay at {merged}" in done.stderr, done.stderr
    assert f"overlay at {merged}" in " ".join(bench.rsm("who", device).stdout.split())
    bench.do("umount", merged)
    both(bench, "dismount", device)


def a_volume_that_is_kept_offline_is_ejected(bench):
    device, _, _ = bench.volume("kept")
    bench.rsm("offline", device)
    both(bench, "eject", device)
    assert device not in bench.loops()


def force_cannot_unbind_what_is_used(bench):
    device, at, file = bench.volume("pinned")
    holder = bench.holder("open file", file)
    told, done = both(bench, "eject", device, "--force", exit=OTHER)
    assert str(holder.pid) in told.stderr and "1109" in told.stderr, told.stderr
    bench.end(holder)
    bench.rsm("eject", device)
    for kind, fs, exit in (("open file", "ext4", BUSY), ("open file", "btrfs", BUSY), ("open device", "ext4", 0)):
        device, at, file = bench.volume(f"pinned-{kind[5:]}-{fs}", fs)
        holder = bench.holder(kind, device if kind == "open device" else file)
        both(bench, "offline", device, "--force", exit=exit)
        bench.end(holder)
        if exit == 0:
            bench.rsm("online", device)


def a_namespace_without_a_process_is_found(bench):
    """Its mount is shown, flushed, taken away and put back there like any other."""
    device, at, file = bench.volume("kept-ns")
    spaces = bench.path("spaces")
    os.mkdir(spaces)
    bench.do("mount", "--bind", spaces, spaces)
    bench.do("mount", "--make-private", spaces)
    kept = spaces + "/kept"
    with open(kept, "w"):
        pass
    keep_a_namespace(bench, kept)
    bench.do("umount", at)
    status = bench.status(device)
    assert status["state"] == "mounted", status
    assert status["mounts"][0]["process"] == 0 and kept in status["mounts"][0]["name_space"], status
    assert kept in " ".join(bench.rsm("status", device).stdout.split())
    bench.rsm("flush", device)
    bench.rsm("lock", device, "--", "true")
    assert bench.status(device)["mounts"][0]["mount_point"] == at
    both(bench, "dismount", device)
    assert bench.status(device)["state"] == "dismounted"
    both(bench, "eject", device)
    bench.do("umount", "--lazy", kept)  # whoever looks at all files may have it open just now
    bench.do("umount", spaces)


THREAD = """
import ctypes, os, sys, threading
libc = ctypes.CDLL(None)
CLONE_FS, CLONE_FILES, SYS_EXIT = 0x200, 0x400, 60
def hold():
    if sys.argv[2] == "files":
        assert libc.unshare(CLONE_FILES) == 0
        held = open(sys.argv[1])
    elif sys.argv[2] == "folder":
        assert libc.unshare(CLONE_FS) == 0
        os.chdir(os.path.dirname(sys.argv[1]))
    print("holds", flush=True)
    sys.stdin.readline()
    os._exit(0)
held = open(sys.argv[1]) if sys.argv[2] == "first ends" else None
threading.Thread(target=hold).start()
if held:
    libc.syscall(SYS_EXIT, 0)
"""


def what_a_single_thread_holds_is_named(bench):
    device, at, file = bench.volume("threads")
    for kind, what in (("files", "open file"), ("folder", "working directory"), ("first ends", "open file")):
        holder = bench.start(sys.executable, "-c", THREAD, file, kind)
        assert holder.stdout.readline() == "holds\n"
        if kind == "first ends":
            def state():
                with open(f"/proc/{holder.pid}/stat") as stat:
                    return stat.read().rsplit(")", 1)[1].split()[0]
            bench.wait_until("the first thread has ended", lambda: state() == "Z")
        told, done = both(bench, "dismount", device, exit=BUSY)
        assert f"process {holder.pid}" in done.stderr and what in done.stderr and "(thread " in done.stderr, (kind, done.stderr)
        assert any(h["pid"] == holder.pid and h["what"].startswith(what) for h in bench.json("who", device)["holders"]), kind
        bench.end(holder)
    both(bench, "dismount", device)


SOCKET = """
import os, socket, sys
bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
bound.bind(sys.argv[1])
os.unlink(sys.argv[1])
print("holds", flush=True)
sys.stdin.readline()
"""


def a_socket_without_a_name_is_named(bench):
    device, at, _ = bench.volume("socket")
    for prefix in ((), ("unshare", "--net")):  # also in a network of its own
        holder = bench.start(*prefix, sys.executable, "-c", SOCKET, at + "/s")
        assert holder.stdout.readline() == "holds\n"
        told, done = both(bench, "dismount", device, exit=BUSY)
        assert f"unix socket {at}/s (name removed) in process {holder.pid}" in done.stderr, done.stderr
        bench.end(holder)
    both(bench, "dismount", device)


IN_FLIGHT = """
import os, socket, sys
here, there = socket.socketpair()
held = os.open(sys.argv[1], os.O_RDONLY)
socket.send_fds(here, [b"x"], [held])
os.close(held)
print("holds", flush=True)
sys.stdin.readline()
"""


def who_never_says_nobody_of_what_is_busy(bench):
    """An open file on its way through a socket is nobody's descriptor: whoever asks is told what the refusal says."""
    device, at, file = bench.volume("in-flight")
    holder = bench.start(sys.executable, "-c", IN_FLIGHT, file)
    assert holder.stdout.readline() == "holds\n"

    def is_told():
        told = bench.json("who", device)["holders"]
        assert len(told) == 1 and told[0]["what"].startswith("unknown holder"), told
        assert "nobody" not in bench.rsm("who", device).stdout

    told, done = both(bench, "dismount", device, exit=BUSY)
    assert "unknown holder" in done.stderr, done.stderr
    is_told()
    bench.do("umount", "--lazy", at)  # mounted nowhere, and still not free
    both(bench, "dismount", device, exit=BUSY)
    is_told()
    bench.end(holder)
    both(bench, "dismount", device)
    assert "nobody" in bench.rsm("who", device).stdout


def every_disk_of_a_btrfs_is_the_file_system(bench):
    one, at, _ = bench.volume("two-a", "btrfs", mounted=False)
    two, _, _ = bench.volume("two-b", "btrfs", mounted=False)
    bench.do("mkfs.btrfs", "-q", "-f", one, two)
    bench.do("mount", one, at)
    with open(at + "/file", "w") as file:
        file.write("on both")
    before = mount_lines(bench)
    for device in (one, two):
        assert bench.status(device)["state"] == "mounted", device
        holder = bench.holder("open file", at + "/file")
        told, done = both(bench, "dismount", device, exit=BUSY)
        assert str(holder.pid) in done.stderr
        bench.end(holder)
        bench.rsm("lock", device, "--", "true")
        assert mount_lines(bench) == before, (device, mount_lines(bench))
    both(bench, "dismount", two)
    assert not bench.mounts()


def the_journal_of_another_is_named(bench):
    journal, _, _ = bench.volume("journal", mounted=False)
    bench.do("mke2fs", "-q", "-F", "-b", "4096", "-O", "journal_dev", journal)
    device, at, _ = bench.volume("journaled", mounted=False)
    bench.do("mke2fs", "-q", "-F", "-b", "4096", "-t", "ext4", "-J", f"device={journal}", device)
    bench.do("mount", device, at)
    told, done = both(bench, "dismount", journal, exit=BUSY)
    assert "journal (" in done.stderr and f"of the ext4 on {device}, mounted at {at}" in done.stderr, done.stderr
    both(bench, "dismount", device)
    both(bench, "dismount", journal)


def what_the_kernel_opened_is_named(bench):
    device, at, _ = bench.volume("kernel")
    program = at + "/sleep"
    bench.do("cp", "/bin/sleep", program)
    name = f"openrsm{os.getpid()}"
    ours = not os.path.exists("/proc/sys/fs/binfmt_misc/register") and bench.quietly("mount", "-t", "binfmt_misc", "binfmt", "/proc/sys/fs/binfmt_misc") == 0
    if not os.path.exists("/proc/sys/fs/binfmt_misc/register"):
        print("left out: this kernel has no binfmt_misc")
        return
    try:
        with open("/proc/sys/fs/binfmt_misc/register", "w") as register:
            register.write(f":{name}:E::openrsm-{os.getpid()}::{program}:F")
        told, done = both(bench, "dismount", device, exit=BUSY)
        assert f"binfmt_misc {name}, interpreter {program}" in done.stderr, done.stderr
    finally:
        with open(f"/proc/sys/fs/binfmt_misc/{name}", "w") as entry:
            entry.write("-1")
        if ours:
            bench.do("umount", "/proc/sys/fs/binfmt_misc")
    both(bench, "dismount", device)


def a_probe_in_a_program_there_is_named(bench):
    device, at, _ = bench.volume("probed")
    program = at + "/sleep"
    bench.do("cp", "/bin/sleep", program)
    tracing = "/sys/kernel/tracing"
    ours = not os.path.exists(tracing + "/uprobe_events") and os.path.isdir(tracing) and bench.quietly("mount", "-t", "tracefs", "tracefs", tracing) == 0
    if not os.path.exists(tracing + "/uprobe_events"):
        print("left out: this kernel has no uprobes")
        return
    name = f"openrsm{os.getpid()}"

    def tell(line):
        events = os.open(tracing + "/uprobe_events", os.O_WRONLY | os.O_APPEND)  # it cannot be sought in
        try:
            os.write(events, line.encode())
        finally:
            os.close(events)

    tell(f"p:{name}/entry {program}:0x1000\n")
    try:
        told, done = both(bench, "dismount", device, exit=BUSY)
        assert f"uprobe p:{name}/entry in {program}" in done.stderr, done.stderr
    finally:
        tell(f"-:{name}/entry\n")
        if ours:
            bench.do("umount", tracing)
    both(bench, "dismount", device)


def a_lock_promises_nothing_about_the_device_itself(bench):
    """The kernel keeps mounts and exclusive opens out, and nobody who opens the device for writing: nothing says otherwise."""
    device, at, _ = bench.volume("raw")
    script = """
import errno, fcntl, os, sys
device = os.open(sys.argv[1], os.O_RDWR)
os.pwrite(device, os.pread(device, 4096, 0), 0)
fcntl.ioctl(device, 0x4C07, 0)  # LOOP_SET_CAPACITY
try:
    os.open(sys.argv[1], os.O_RDWR | os.O_EXCL)
except OSError as error:
    sys.exit(error.errno)
"""
    bench.rsm("lock", device, "--", sys.executable, "-c", script, device, exit=errno.EBUSY)
    assert at in bench.mounts()
    plan = bench.rsm("lock", device, "--dry-run", "--", "true").stdout
    assert "keep every mount of it out" in plan and "user" not in plan, plan


def nothing_is_mounted_of_what_is_locked_or_offline(bench):
    """No watch has to tell who mounts it: nobody can, in no namespace and by no program. What gets past it is a loop device on top, which is named."""
    device, at, _ = bench.volume("closed")
    ways = {"mount": ("mount", device, at), "mount in a namespace of its own": ("unshare", "--mount", "mount", device, at), "mount of btrfs": ("mount", "-t", "btrfs", device, at)}
    if os.path.exists("/dev/fuse") and bench.quietly("sh", "-c", "command -v fuse2fs") == 0:
        ways["FUSE"] = ("fuse2fs", device, at)

    def nobody_mounts_it(state):
        assert bench.status(device)["state"] == state
        for name, command in ways.items():
            assert bench.quietly(*command) != 0, (state, name)
        assert bench.status(device)["state"] == state and at not in bench.mounts()

    locking = bench.start(bench.rsm_program, "volume", "lock", device, "--", "sh", "-c", "echo $$; read -r end", env=bench.environment, stderr=subprocess.DEVNULL)
    locking.stdout.readline()
    nobody_mounts_it("locked")
    on_top = bench.do("losetup", "--find", "--show", device).strip()
    try:
        elsewhere = bench.path("elsewhere")
        os.mkdir(elsewhere)
        bench.do("mount", "-o", "ro", on_top, elsewhere)
        told = " ".join(bench.rsm("who", device).stdout.split())
        assert f"loop device {on_top} on {device}" in told, told
        bench.do("umount", elsewhere)
        locking.stdin.write("\n")
        locking.stdin.flush()
        assert locking.wait(timeout=harness.LIMIT_S) == 0
        for verb in ("dismount", "offline", "eject"):
            told, done = both(bench, verb, device, exit=BUSY)
            assert f"loop device {on_top} on {device}" in done.stderr, done.stderr
    finally:
        bench.do("losetup", "--detach", on_top)
    assert at in bench.mounts()
    bench.rsm("offline", device)
    nobody_mounts_it("offline")
    bench.rsm("online", device)
    bench.do("mount", device, at)


WATCHES = """
import ctypes, fcntl, os, select, subprocess, sys
path = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
def had(value):
    assert value >= 0, os.strerror(ctypes.get_errno())
    return value
watch = had(libc.inotify_init())
had(libc.inotify_add_watch(watch, path.encode(), 0xFFF))
try:
    fanotify = libc.fanotify_init(0, os.O_RDONLY)
    if fanotify >= 0:
        had(libc.fanotify_mark(fanotify, 0x1 | 0x10, ctypes.c_uint64(0x2), -100, path.encode()))  # ADD | MOUNT, MODIFY: an event that waits to be read would hold the file
except AttributeError:
    pass
with open(path, "r+") as leased:
    fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_WRLCK)
ended = subprocess.Popen(["sleep", "1000"], cwd=os.path.dirname(path))
pidfd = os.pidfd_open(ended.pid)
ended.kill()
ended.wait()
print("holds", flush=True)
sys.stdin.readline()
"""


ACCOUNTING = """
import ctypes, os, sys
if ctypes.CDLL(None).acct(sys.argv[1].encode()) == 0:
    print("holds", flush=True)
    sys.stdin.readline()
"""


HOLDS_A_PATH = """
import os, sys
held = os.open(sys.argv[1], os.O_PATH)
print("holds", flush=True)
sys.stdin.readline()
"""


def what_only_watches_holds_nothing(bench):
    """Watches, marks, a lease whose file is closed, the descriptor of a process that has ended, a file of process accounting: the kernel lets the volume go. An
    O_PATH descriptor keeps it."""
    device, at, file = bench.volume("watched")
    watching = bench.start(sys.executable, "-c", WATCHES, file)
    assert watching.stdout.readline() == "holds\n"
    accounting = bench.start("unshare", "--pid", "--fork", "--kill-child", sys.executable, "-c", ACCOUNTING, file)  # each process namespace has its own
    if accounting.stdout.readline() != "holds\n":
        print("left out: this kernel has no process accounting")
    found = bench.json("who", device)["holders"]
    assert found == [], found
    holder = bench.start(sys.executable, "-c", HOLDS_A_PATH, file)
    assert holder.stdout.readline() == "holds\n"
    told, done = both(bench, "dismount", device, exit=BUSY)
    assert f"open file {file} in process {holder.pid}" in done.stderr and f"process {watching.pid}" not in done.stderr, done.stderr
    bench.end(holder)
    both(bench, "dismount", device)
    assert at not in bench.mounts()
    bench.end(watching)
    bench.end(accounting)


def who_may_not_be_looked_at_is_no_holder(bench):
    device, at, file = bench.volume("unseen")
    os.chmod(device, 0o644)
    state = bench.path("nobody")
    os.mkdir(state)
    os.chown(state, 65534, 65534)
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"OPENRSM_VOLUME_STATE={state}")
    told = json.loads(bench.rsm("who", device, "--json", prefix=nobody).stdout)
    assert told["holders"] == [] and os.getpid() in told["not_seen"], told
    with open(file):
        told = json.loads(bench.rsm("who", device, "--json", prefix=nobody).stdout)
        assert os.getpid() in told["not_seen"] and all(holder["pid"] == 0 for holder in told["holders"]), told
        for holder in told["holders"]:  # the kernel says busy, and nobody is accused of it
            assert "it may be one of the" in holder["what"] and "that may not be looked at" in holder["what"], told
    assert at in bench.mounts()


def any_name_of_a_mount_point_works(bench):
    device, _, _ = bench.volume("named", mounted=False)
    at = os.fsencode(bench.path("bad")) + b"\xff\n\x1b"
    os.mkdir(at)
    subprocess.run([b"mount", os.fsencode(device), at], check=True)
    status = bench.status(device)
    assert status["state"] == "mounted" and "bad\\xff" in status["mounts"][0]["mount_point"], status
    assert "bad\\xff" in bench.rsm("status", device).stdout
    for name in (device, os.fsdecode(at)):
        assert "nobody" in bench.rsm("who", name).stdout
        bench.rsm("flush", name)
        bench.rsm("lock", name, "--", "true")
        assert bench.status(name)["state"] == "mounted"
        for verb in ("offline", "eject"):
            bench.rsm(verb, name, "--dry-run")
    both(bench, "dismount", os.fsdecode(at))
    assert bench.status(device)["state"] == "dismounted"
    os.rmdir(at)


def what_the_caller_has_open_is_the_callers(bench):
    device, at, file = bench.volume("inherited")
    script = f'exec 7>>"{file}"; "$@"; status=$?; echo "caller $$"; exit $status'
    refused = bench.rsm("dismount", device, exit=BUSY, prefix=("sh", "-c", script, "sh"))
    caller = refused.stdout.split()[-1]
    holders = bench.json("who", device)
    assert holders["holders"] == [], holders
    assert f"process {caller} (sh" in refused.stderr and "(rsm" not in refused.stderr, refused.stderr
    bench.rsm("dismount", device)


STORIES = (a_disk_is_all_its_partitions, a_lock_of_the_disk_is_one_of_its_partitions, a_forced_dismount_takes_every_partition,
           trying_misplaces_nothing, what_comes_back_is_as_it_was, an_eject_never_reaches_below_what_it_names, what_could_not_come_back_is_not_taken,
           an_overlay_is_named, a_volume_that_is_kept_offline_is_ejected, force_cannot_unbind_what_is_used, a_namespace_without_a_process_is_found,
           what_a_single_thread_holds_is_named, a_socket_without_a_name_is_named, who_never_says_nobody_of_what_is_busy,
           every_disk_of_a_btrfs_is_the_file_system, the_journal_of_another_is_named, what_the_kernel_opened_is_named,
           a_probe_in_a_program_there_is_named, a_lock_promises_nothing_about_the_device_itself, nothing_is_mounted_of_what_is_locked_or_offline,
           what_only_watches_holds_nothing, who_may_not_be_looked_at_is_no_holder, any_name_of_a_mount_point_works,
           what_the_caller_has_open_is_the_callers)


def test(build, random):
    run_stories(build, STORIES)


if __name__ == "__main__":
    harness.main(test)
