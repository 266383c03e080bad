"""A machine of its own for tests that need the kernel's SCSI drivers: User Mode Linux on the root file system of this one, read-only.

The guest runs one Python program of this folder as its only work and is gone afterwards, whatever happened: it is an ordinary process with
children, and nothing of it is in the kernel of the host. What the program prints comes through the console, line by line, also when the
guest has to be killed. A test that cannot run here exits 77 with "SKIPPED: reason" (ctest's SKIP_RETURN_CODE).
"""
import glob
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

LIMIT_S = 600  # it needs a minute alone, and three beside others
MEMORY = "256M"
HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = {"linux.uml": "user-mode-linux", "modprobe": "kmod", "tgtd": "tgt", "tgtadm": "tgt", "tgtimg": "tgt", "iscsistart": "open-iscsi", "genisoimage": "genisoimage",
            "mke2fs": "e2fsprogs", "mkudffs": "udftools", "ip": "iproute2", "mtx": "mtx"}
MODULES = "/usr/lib/uml/modules"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# The first process of the guest. The tree is the host's; what is written goes to memory. Modules are looked for below lib/modules.
FIRST = """#!/bin/bash
export PATH={path} HOME=/root TMPDIR=/run LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
exec </dev/null >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mkdir -p /dev/shm
mount -t tmpfs -o mode=1777 shm /dev/shm
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
mkdir -p /run/modules/lib
ln -s {modules} /run/modules/lib/modules
ip link set lo up
{program}
echo "guest: ended with $?"
echo o > /proc/sysrq-trigger
read -r never < <(sleep 60)
"""


def why_not(programs):
    """Why no guest can be had here that runs what is in this folder; empty: it can be tried."""
    missing = sorted({package for program, package in PACKAGES.items() if shutil.which(program, path=PATH) is None})
    if missing:
        return "not installed: " + " ".join(missing)
    if not glob.glob(MODULES + "/*/kernel/drivers/scsi/st.ko"):
        return f"the guest's kernel has no tape driver below {MODULES}"
    if os.uname().machine != "x86_64":
        return "User Mode Linux is packaged for x86-64 only"
    if not os.path.exists(os.path.join(programs, "volume_probe")):
        return f"what runs in a guest was not built in {programs}: configure and build again, with the address sanitizer or without any"
    return ""


def run(program, programs, *words, memory=MEMORY, limit_s=LIMIT_S):
    """Runs a Python program, of this folder or by its whole path, in a guest, with these words behind the folder of its programs; its exit code, and all that came
    through the console. None: the guest never came to it."""
    folder = tempfile.mkdtemp(prefix="openrsm-guest.")
    try:
        first, console = os.path.join(folder, "first"), os.path.join(folder, "console")
        with open(first, "w") as file:
            command = ["python3", "-u", os.path.join(HERE, program), programs, *words]
            file.write(FIRST.format(path=PATH, modules=MODULES, program=shlex.join(command)))
        os.chmod(first, 0o755)
        with open(console, "wb") as out:
            machine = subprocess.Popen(["linux.uml", f"mem={memory}", "rootfstype=hostfs", "rootflags=/", "ro", f"init={first}", "con=null", "con0=null,fd:1", "quiet"],
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                                       env=dict(os.environ, HOME=folder, TMPDIR=folder, LD_PRELOAD=os.path.join(programs, "rsm_wide_state.so")))
            late = False
            try:
                machine.wait(limit_s)
            except subprocess.TimeoutExpired:
                late = True
            finally:
                try:
                    os.killpg(machine.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                machine.wait()
        with open(console, "rb") as file:
            said = file.read().decode(errors="replace").replace("\r\n", "\n")
        if late:
            return 1, said + f"\nguest: not at its end after {limit_s} s\n"
        for line in reversed(said.splitlines()):
            if line.startswith("guest: ended with "):
                return int(line.split()[-1]), said
        return None, said
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(program, programs, memory=MEMORY, limit_s=LIMIT_S):
    """`programs`: the folder of what the guest runs. `memory`: of the guest, with all files that it writes."""
    reason = why_not(programs)
    if reason:
        print("SKIPPED:", reason)
        return 77
    code, said = run(program, programs, memory=memory, limit_s=int(limit_s))
    print(said)
    if code is None:
        print("SKIPPED: User Mode Linux does not start on this processor or under these limits; its last words are above")
        return 77
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
