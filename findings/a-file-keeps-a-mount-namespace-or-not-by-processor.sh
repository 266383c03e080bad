#!/bin/bash
# Whether a file can keep a mount namespace depends on which processor made the namespace: `unshare --mount=FILE` fails with "invalid argument".
#
# Seen with util-linux 2.38.1-5+deb12u3 (Debian 12, amd64) on Linux 6.18.44 with two processors. mount_namespaces(7) and unshare(1) ask for a private
# mount to hold the file, and for nothing else. The kernel refuses a bind that could make a ring: the file's mount must be in a namespace with a smaller
# number than the one that it keeps. Numbers are now handed out to each processor in advance, so a newer namespace may have a smaller number than
# an older one. Inside a namespace that one processor has made, those of the other are refused, for some time every time; its own are always kept. In the first namespace of the machine it always works, so a test on the bare machine shows nothing; in a container it
# is a matter of luck. Who tries again on another processor gets it.
#
# Needs root and two processors. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=2.38.1-5+deb12u3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
[ "$(id -u)" -eq 0 ] || { echo "needs root"; exit 2; }
[ "$(nproc)" -ge 2 ] || { echo "needs two processors"; exit 2; }
apt-get -qq download "util-linux=$version" >/dev/null 2>&1 || { echo "cannot download util-linux=$version"; exit 2; }
dpkg-deb --extract util-linux_*.deb root
export PATH=$folder/root/usr/bin:$folder/root/bin:$PATH
first=0 last=$(($(nproc) - 1))
export first last

echo "$(unshare --version), Linux $(uname -r), processors $first and $last"
inside='
mkdir -p private && mount -t tmpfs none private && mount --make-private private && touch private/kept
for processor in $first $last; do
  kept=0
  for try in 1 2 3 4 5 6 7 8 9 10; do
    if taskset --cpu-list $processor unshare --mount=private/kept true 2>said; then kept=$((kept + 1)); umount private/kept; fi
  done
  echo "in a namespace that processor $home has made a file keeps $kept of 10 that processor $processor has made: $(tail -n 1 said)"
  [ $processor != $home ] || [ $kept -eq 10 ] || exit 1
  [ $processor = $home ] || echo $((10 - kept)) >>refused
done
umount private'
for home in $first $last; do
  home=$home taskset --cpu-list "$home" unshare --mount bash -c "$inside" || exit 1
done
grep --quiet --line-regexp --invert-match 0 refused  # one of the two directions, which one changes with time
