"""The eject of an idle volume on a loop device, process against process: rsm volume eject, and umount with losetup -d."""
import tempfile

import harness
from bench_volume import Volume, environment
from process_time import ProcessTime, do
from rounds import LATENCY


def run(setting):
    if not harness.block_volumes_possible():
        setting.leave_out("eject", "needs root, loop devices and mounts")
        return
    rsm = setting.programs["rsm"]
    if "Usage: rsm volume eject" not in do(rsm, "volume", "eject", "--help"):
        setting.leave_out("eject", "this rsm has no command volume eject")
        return
    with tempfile.TemporaryDirectory(prefix="openrsm-bench.") as folder:
        ours, theirs = (Volume(folder, name) for name in ("ours", "theirs"))

        def ejects(name, volume, words):
            return ProcessTime(name, words, before=volume.put_in, after=lambda _: not volume.is_in(), environment=environment(folder))

        try:
            setting.compare("eject: an idle ext4 volume on a loop device", LATENCY,
                            [ejects("rsm volume eject", ours, lambda: [rsm, "volume", "eject", ours.device]),
                             ejects("umount and losetup -d", theirs, lambda: ["sh", "-c", f"umount '{theirs.mount_point}' && losetup -d '{theirs.device}'"])])
        finally:
            for volume in (ours, theirs):
                volume.put_away()
