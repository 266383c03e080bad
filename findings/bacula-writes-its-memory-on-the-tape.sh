#!/bin/bash
# Bacula's ANSI volume label holds bytes of the program's memory, and its tapes have expired the day before they were made.
#
# Seen with bacula-sd and bacula-common 9.6.7-7 (Debian 12, amd64): btape's command "label" on a device of type VTape (a tape in a file) with
# Label Type = ANSI. Of the 80 bytes of VOL1 only the first four, the volume's name and the last one ("3") are set; bytes 10 to 78, where the
# standard has blanks, an owner and reserved blanks, are whatever lay in memory: addresses among them, others at each run. Behind it, HDR1 counts the
# days of the year from 0 where the standard has 001 for the first of January, so the tape was made yesterday; and its date of expiry is one day before
# that. Whoever reads an owner or an accessibility from VOL1, or goes by the dates, reads noise: only name and kind of these labels say something.
#
# Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=9.6.7-7
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in "bacula-sd=$version" "bacula-common=$version" liblzo2-2=2.10-2 libwrap0=7.6.q-32; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
export LD_LIBRARY_PATH=$folder/root/usr/lib/bacula:$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
btape=$folder/root/usr/sbin/btape
ldd "$btape" | grep "not found" && { echo "btape needs these libraries"; exit 2; }

cat >sd.conf <<CONF
Storage {
  Name = lab-sd
  WorkingDirectory = $folder
  Pid Directory = $folder
}
Director {
  Name = lab-dir
  Password = nobody
}
Messages {
  Name = Standard
  stdout = all
}
CONF
for number in 1 2; do
  cat >>sd.conf <<CONF
Device {
  Name = Tape$number
  Media Type = VT
  Archive Device = $folder/tape$number
  Device Type = VTape
  Label Type = ANSI
  LabelMedia = yes
  AutomaticMount = yes
  RemovableMedia = yes
  AlwaysOpen = no
}
CONF
done

day=$(date --utc +%j)
for number in 1 2; do
  touch "tape$number"
  printf 'label\nVOL001\nquit\n' | timeout 60 "$btape" -c "$folder/sd.conf" "Tape$number" >"log$number" 2>&1 || { cat "log$number"; exit 2; }
done
[ "$(date --utc +%j)" = "$day" ] || { echo "midnight came in between: once more"; exit 2; }

# A tape in a file: what surrounds the records is VTape's own, so labels are looked for by their beginnings.
python3 - "$day" <<'PYTHON' || exit 1
import sys
from datetime import datetime, timezone

def label(tape, kind):
    bytes_ = open(tape, "rb").read()
    start = bytes_.index(kind)
    return bytes_[start:start + 80]

first, second = label("tape1", b"VOL1"), label("tape2", b"VOL1")
header = label("tape1", b"HDR1").decode("ascii")
made, expires, today = header[41:47], header[47:53], datetime.now(timezone.utc)
day = int(sys.argv[1])
print("bacula 9.6.7-7, two tapes with the name VOL001, day", sys.argv[1], "of", today.year)
print("  VOL1 of the first:  ", first[:10].decode(), first[10:79].hex(), first[79:].decode())
print("  VOL1 of the second: ", second[:10].decode(), second[10:79].hex(), second[79:].decode())
print(f"  HDR1: made '{made}', expires '{expires}'")
noise = first[:10] == second[:10] == b"VOL1VOL001" and first[79:] == second[79:] == b"3" and first[10:79].strip(b"\0 ") != b"" and first[10:79] != second[10:79]
early = int(made[3:]) == day - 1 and (int(expires[3:]) == day - 2 or day == 1)
print("as described" if noise and early else "different from what is described")
sys.exit(0 if noise and early else 1)
PYTHON
