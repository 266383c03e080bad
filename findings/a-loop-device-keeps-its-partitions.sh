#!/bin/bash
# A loop device that is let go keeps partitions that it was told of, and the next image that is bound to it has them.
#
# Seen with losetup and addpart of util-linux 2.38.1-5+deb12u3 (Debian 12, amd64) on Linux 6.18. addpart tells the kernel of a partition of a loop
# device that was bound without --partscan. losetup --detach unbinds the image and says nothing; the partition's device stays, of the old size and
# at the old place, and shows the bytes of whatever image is bound to the same loop device next. Whoever goes by the node (/dev/loop0p1) reads
# or writes the middle of another image.
#
# Needs root and a loop device. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=2.38.1-5+deb12u3
folder=$(mktemp -d)
loop=
tidy() {
  if [ -n "$loop" ]; then
    "$folder/root/usr/bin/delpart" "$loop" 1 2>/dev/null || true
    "$folder/root/sbin/losetup" --detach "$loop" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap tidy EXIT
cd "$folder"
[ "$(id -u)" -eq 0 ] || { echo "needs root"; exit 2; }
for package in "util-linux=$version" "mount=$version"; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
PATH=$folder/root/usr/bin:$folder/root/sbin:$PATH

for name in first second; do truncate --size=8M $name; done
printf 'of the second image' | dd of=second bs=1M seek=1 conv=notrunc status=none
loop=$(losetup --find --show "$folder/first" 2>/dev/null) || { echo "no loop device"; exit 2; }
addpart "$loop" 1 2048 2048 || { echo "no partitions on $loop"; exit 2; }
losetup --detach "$loop"
sys=/sys/block/$(basename "$loop")
kept=no
[ -e "$sys/$(basename "$loop")p1/partition" ] && kept=yes
losetup "$loop" "$folder/second" || { echo "$loop was taken by somebody else"; exit 2; }
seen=$(head --bytes=19 "${loop}p1" 2>/dev/null | tr -d '\0' || true)
echo "util-linux $version, Linux $(uname -r):"
echo "  the partition is there after losetup --detach: $kept"
echo "  the next image, read through the first one's partition: \"$seen\""
if [ "$kept" = yes ] && [ "$seen" = "of the second image" ]; then
  echo "as described: the partition outlives its image"
else
  echo "different from what is described"
  exit 1
fi
