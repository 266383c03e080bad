"""A volume in a drive of the service is looked at as a whole: what a client made of it, and who writes there, before anything is taken away."""
import os
import subprocess

import harness
from volume_bench import written_all_the_time

BUSY = 6


def a_cartridge_in_a_drive_is_its_partitions_too(build):
    """What a client made of the cartridge that it was given: the drive's handler looks at all of it before anything is taken away."""
    with harness.Stage(build, volumes="block", drives=1, cartridges=1, sides=1, size=64) as stage:
        stage.start()
        stage.wait_identified()
        name = f"{stage.all('side.list')[0]['medium_name']}:0"
        stage.run("rsm", "media", "mount", name, "--write")
        loop = os.path.realpath(next(d["volume"] for d in stage.all("drive.list") if d["volume"]))
        parts, places = [f"{loop}p1", f"{loop}p2"], [os.path.join(stage.folder, f"part{number}") for number in (1, 2)]
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            for number, (part, at) in enumerate(zip(parts, places), 1):
                subprocess.run(["addpart", loop, str(number), str(2048 + (number - 1) * 40960), "40960"], **quiet)
                stage.wait_until("the partition has its node", lambda: os.path.exists(part))
                subprocess.run(["mkfs.ext4", "-q", "-F", part], **quiet)
                os.mkdir(at)
                subprocess.run(["mount", part, at], **quiet)
            with open(places[1] + "/precious", "w") as file:
                file.write("data")
                file.flush()
                refused = stage.run("rsm", "media", "dismount", name, "--wait", check=False)
                assert refused.returncode == BUSY, (refused.returncode, refused.stdout, refused.stderr)
                told = refused.stdout + refused.stderr
                assert str(os.getpid()) in told and places[1] + "/precious" in told, told
                assert all(os.path.ismount(at) for at in places)
            stage.run("rsm", "media", "dismount", name, "--wait")
            assert not any(os.path.ismount(at) for at in places)
            stage.run("rsm", "media", "mount", name, "--write")
            loop = os.path.realpath(next(d["volume"] for d in stage.all("drive.list") if d["volume"]))
            subprocess.run(["addpart", loop, "2", str(2048 + 40960), "40960"], **quiet)
            parts.append(f"{loop}p2")
            stage.wait_until("the partition has its node", lambda: os.path.exists(parts[-1]))
            subprocess.run(["mount", parts[-1], places[1]], **quiet)
            with open(places[1] + "/precious") as file:
                assert file.read() == "data"
            stage.run("rsm", "media", "dismount", name, "--wait")
            assert not os.path.ismount(places[1])
            assert stage.stop() == 0
        finally:
            for at in places:
                subprocess.run(["umount", at], stderr=subprocess.DEVNULL)
            for part in parts:
                subprocess.run(["delpart", part[:-2], part[-1]], stderr=subprocess.DEVNULL)


def a_refused_dismount_of_a_drive_misplaces_nothing(build):
    """A program has the volume's device open, another one writes there by path while the service tries for as long as it waits for the busy."""
    with harness.Stage(build, volumes="block", drives=1, cartridges=1, sides=1, size=16) as stage:
        stage.start()
        stage.wait_identified()
        name = f"{stage.all('side.list')[0]['medium_name']}:0"
        stage.run("rsm", "media", "mount", name, "--write")
        volume = next(d["volume"] for d in stage.all("drive.list") if d["volume"])
        at = os.path.join(stage.folder, "at")
        os.mkdir(at)
        subprocess.run(["mount", volume, at], check=True)
        try:
            with open(volume, "rb"), written_all_the_time(at) as written:
                refused = stage.run("rsm", "media", "dismount", name, "--wait", check=False)
                assert refused.returncode == BUSY and str(os.getpid()) in refused.stdout + refused.stderr, (refused.returncode, refused.stdout, refused.stderr)
            assert os.path.ismount(at) and written and all(os.path.exists(file) for file in written)
            stage.run("rsm", "media", "dismount", name, "--wait")
            assert not os.path.ismount(at) and os.listdir(at) == [], "what was written while it was tried lies below the mount point"
            assert stage.stop() == 0
        finally:
            subprocess.run(["umount", at], stderr=subprocess.DEVNULL)


def test(build, random):
    if not harness.block_volumes_possible():
        harness.skip("loop devices or mounts are not possible here")
    for story in (a_cartridge_in_a_drive_is_its_partitions_too, a_refused_dismount_of_a_drive_misplaces_nothing):
        story(build)
        print(story.__name__.replace("_", " "), flush=True)


if __name__ == "__main__":
    harness.main(test)
