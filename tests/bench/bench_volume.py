"""An ext4 volume on a loop device of the benches' own."""
import os

from process_time import do

IMAGE_BYTES = 16 * 2**20


class Volume:
    """Mounted from a loop device that the kernel chooses, as often as it is wanted."""

    def __init__(self, folder, name):
        self.image = os.path.join(folder, name + ".img")
        self.mount_point = os.path.join(folder, name)
        self.device = None
        os.mkdir(self.mount_point)
        with open(self.image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        do("mkfs.ext4", "-q", "-F", self.image)

    def put_in(self):
        self.device = do("losetup", "--find", "--show", self.image)
        do("mount", self.device, self.mount_point)

    def is_in(self):
        return os.path.ismount(self.mount_point) or self.is_attached()

    def is_attached(self):
        return self.device is not None and do("losetup", "--noheadings", "--output", "NAME", "--associated", self.image) != ""

    def put_away(self):
        """What is left of it."""
        if os.path.ismount(self.mount_point):
            do("umount", self.mount_point)
        if self.is_attached():
            do("losetup", "--detach", self.device)


def environment(folder):
    """Which volumes are known on this machine is left alone."""
    state = os.path.join(folder, "state")
    os.makedirs(state, mode=0o755, exist_ok=True)
    return {**os.environ, "OPENRSM_VOLUME_STATE": state}
