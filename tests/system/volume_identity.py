"""`rsm volume` and the ids of volumes: none, one that the kernel does not tell, the same on two media.

Each story makes on real loop devices what somebody met in the field.
"""
import errno
import fcntl
import os
import uuid

import harness
from volume_bench import both, run_stories

NOT_READY, BUSY = 2, 6


def an_xfs_without_an_id_says_that_nobody_can_mount_it(bench):
    device, at, _ = bench.volume("nil", "xfs", mounted=False)
    bench.do("xfs_admin", "-U", "nil", device)
    assert bench.quietly("mount", device, at) != 0, "this kernel mounts it: the sentence is not true here"
    status = bench.status(device)
    assert (status["label_type"], status["label_id"]) == ("", "") and "the kernel does not mount (xfs_admin -U generate gives it one)" in status["label_note"], status
    assert "without an id, which the kernel does not mount" in " ".join(bench.rsm("status", device).stdout.split())
    both(bench, "dismount", device)
    bench.do("xfs_admin", "-U", "generate", device)
    bench.do("mount", device, at)
    assert len(bench.status(device)["label_id"]) == 36


FS_IOC_GETFSUUID, BTRFS_IOC_FS_INFO = 0x80111500, 0x8400941F


def kernels_id(at):
    """What the file system that is mounted there says of itself; nothing where it does not know the question."""
    folder = os.open(at, os.O_RDONLY)
    try:
        answer = bytearray([16] + [0] * 16)
        fcntl.ioctl(folder, FS_IOC_GETFSUUID, answer)
        return str(uuid.UUID(bytes=bytes(answer[1:17])))
    except OSError as error:
        assert error.errno == errno.ENOTTY, error
        return None
    finally:
        os.close(folder)


def the_id_is_the_one_on_the_device(bench):
    """Some file systems cannot say their id while they are mounted: that is not \"has no id\"."""
    silent = []
    for fs in ("ext4", "btrfs"):
        device, at, _ = bench.volume("id-" + fs, fs)
        on_it = bench.do("blkid", "-p", "-o", "value", "-s", "UUID", device).strip()
        assert bench.status(device)["label_id"] == on_it, fs
        said = kernels_id(at)
        assert said in (None, on_it), (said, on_it)
        silent += [fs] if said is None else []
    if os.path.exists("/dev/fuse") and bench.quietly("sh", "-c", "command -v fuse2fs") == 0:
        device, at, _ = bench.volume("id-fuse", mounted=False)
        on_it = bench.status(device)["label_id"]
        serving = bench.start("fuse2fs", "-f", device, at)
        bench.wait_until("it is mounted", lambda: at in bench.mounts())
        assert kernels_id(at) is None and len(on_it) == 36 and bench.status(device)["label_id"] == on_it, bench.status(device)
        silent.append("fuse")
        bench.do("umount", at)
        serving.wait(timeout=harness.LIMIT_S)
    image, at = bench.path("squash.img"), bench.path("squash")
    os.mkdir(at)
    bench.do("mksquashfs", bench.path("state"), image, "-quiet", "-no-progress")
    device = bench.do("losetup", "--find", "--show", image).strip()
    if bench.quietly("mount", device, at) == 0:
        assert kernels_id(at) is None and bench.status(device)["label_note"] == "it holds squashfs without an id of its own", bench.status(device)
        silent.append("squashfs")
    assert silent, "every file system here says its id: nothing was shown"
    print("no answer to FS_IOC_GETFSUUID, and the right id:", *silent)


def two_copies_of_an_xfs_are_told_apart(bench):
    device, at, _ = bench.volume("original", "xfs")
    copy = bench.path("copy.img")
    script = f'cp --sparse=always "{bench.path("original.img")}" "{copy}" && mkdir -p "{copy}.at" && losetup --find --show "{copy}" >"{copy}.loop" && mount "$(cat "{copy}.loop")" "{copy}.at"'
    locked = bench.rsm("lock", device, "--", "sh", "-c", script, exit=NOT_READY)
    other = open(copy + ".loop").read().strip()
    try:
        assert f"a volume with its id is mounted already ({other} at {copy}.at)" in locked.stderr and "nouuid" in locked.stderr, locked.stderr
        assert bench.status(device)["state"] == "dismounted"
    finally:
        bench.do("umount", copy + ".at")
        bench.do("losetup", "--detach", other)


def two_copies_of_a_btrfs_are_two_volumes(bench):
    """Since Linux 6.7 both mount: each keeps to its own device, whatever id they have in common."""
    device, at, _ = bench.volume("one", "btrfs", mounted=False)
    image, folder = bench.path("copy.img"), bench.path("copy")
    bench.do("cp", "--sparse=always", bench.path("one.img"), image)
    copy = bench.do("losetup", "--find", "--show", image).strip()
    os.mkdir(folder)
    bench.quietly("btrfs", "device", "scan", "--forget")  # what the kernel has kept of loop devices that carried something else before
    bench.do("mount", device, at)
    if bench.quietly("mount", copy, folder) != 0:
        print("left out: this kernel does not mount two file systems of btrfs with one id")
        return
    assert bench.status(device)["label_id"] == bench.status(copy)["label_id"]
    temporary = bytearray(1024)
    mounted = os.open(folder, os.O_RDONLY)
    fcntl.ioctl(mounted, BTRFS_IOC_FS_INFO, temporary)
    os.close(mounted)
    assert str(uuid.UUID(bytes=bytes(temporary[16:32]))) != bench.status(copy)["label_id"], "the kernel has made one up for the second one: it is not what is on the medium"
    for volume, own in ((device, at), (copy, folder)):
        assert [mount["mount_point"] for mount in bench.status(volume)["mounts"]] == [own], bench.status(volume)
    open(folder + "/file", "wb").close()
    holder = bench.holder("open file", folder + "/file")
    assert bench.json("who", device)["holders"] == [], "the file is on the other one"
    both(bench, "dismount", copy, exit=BUSY)
    both(bench, "dismount", device)
    assert bench.mounts() == [folder]
    bench.end(holder)
    both(bench, "dismount", copy)


STORIES = (an_xfs_without_an_id_says_that_nobody_can_mount_it, the_id_is_the_one_on_the_device, two_copies_of_an_xfs_are_told_apart,
           two_copies_of_a_btrfs_are_two_volumes)


def test(build, random):
    run_stories(build, STORIES)


if __name__ == "__main__":
    harness.main(test)
