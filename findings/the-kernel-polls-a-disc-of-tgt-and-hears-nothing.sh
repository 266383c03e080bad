#!/bin/bash
# The kernel polls an optical drive of tgt for a change of its medium, as sysfs says, and hears of one only when somebody opens the drive.
#
# Seen with tgt 1:1.0.85-1+deb12u1, open-iscsi 2.1.8-1+deb12u1, Linux 6.1.176 as of user-mode-linux 6.1um4+b13 (Debian 12, amd64). Between opens Linux' sr driver asks by
# GET EVENT STATUS NOTIFICATION alone. tgt answers that ILLEGAL REQUEST, INVALID COMMAND OPERATION CODE (5/20/00), which sr takes for "nothing has happened". /sys/block/sr0/events
# says media_change all the same, and events_poll_msecs is obeyed. Of a removable disk of the same target, polled by TEST UNIT READY, it is told without
# that when the medium is taken out, and, once somebody has opened the disk since, when it is put in again. So whether media are told of cannot be read from sysfs: who waits for the event alone misses every disc of such a drive.
#
# Needs no root; listens on loopback of a guest only. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

tgt=1:1.0.85-1+deb12u1
initiator=2.1.8-1+deb12u1
kernel=6.1um4+b13
limit_s=300
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in "tgt=$tgt" "open-iscsi=$initiator" "user-mode-linux=$kernel" \
  libopeniscsiusr libisns0 libaio1 libibverbs1 librdmacm1 libnl-3-200 libnl-route-3-200; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
for program in modprobe ip python3 mke2fs; do
  PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || { echo "needs $program"; exit 2; }
done

# Takes each medium out and puts it in again, and listens to the kernel meanwhile.
cat >events.py <<'PYTHON'
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import time

QUIET_S = 3  # ten times as long as the kernel waits between two questions
listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)  # NETLINK_KOBJECT_UEVENT
listener.bind((0, 1))
listener.settimeout(0.1)


def told(name):
    """Whether an event of a changed medium comes for this device."""
    end, found = time.monotonic() + QUIET_S, False
    while time.monotonic() < end:
        try:
            variables = listener.recv(16384).split(b"\0")
        except TimeoutError:
            continue
        found |= b"DISK_MEDIA_CHANGE=1" in variables and b"DEVNAME=" + name.encode() in variables
    return "told" if found else "not told"


def medium(lun, there):
    subprocess.run(["tgtadm", "--lld", "iscsi", "--op", "update", "--mode", "logicalunit", "--tid", "1", "--lun", str(lun), "--params", f"online={there}"], check=True)


def opened(name):
    os.close(os.open("/dev/" + name, os.O_RDONLY | os.O_NONBLOCK))


def event_status():
    """What the drive says to GET EVENT STATUS NOTIFICATION (polled, class media); attentions are passed over."""
    drive = os.open("/dev/sr0", os.O_RDONLY | os.O_NONBLOCK)
    while True:
        cdb, sense, data = (ctypes.create_string_buffer(text, size) for text, size in ((bytes([0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0]), 10), (b"", 32), (b"", 8)))
        header = bytearray(struct.pack("<iiBBHIQQQIIi4xQBBBBHHiII4x", ord("S"), -3, 10, 32, 0, 8, ctypes.addressof(data), ctypes.addressof(cdb), ctypes.addressof(sense), 20000, 0, 0, 0,
                                       0, 0, 0, 0, 0, 0, 0, 0, 0))
        fcntl.ioctl(drive, 0x2285, header)
        key, asc, ascq = sense.raw[2] & 0x0F, sense.raw[12], sense.raw[13]
        if header[64] == 0 or key != 6:
            os.close(drive)
            return f"{key:X}/{asc:02X}/{ascq:02X}" if header[64] else "good"


for name, lun in (("sr0", 1), ("sda", 2)):
    with open(f"/sys/block/{name}/events_poll_msecs", "w") as file:
        file.write("300")
    events = open(f"/sys/block/{name}/events").read().split()
    print(f"seen: {name} announces media_change: {'media_change' in events}", flush=True)
    opened(name)
    told(name)
    for what, there in (("taken out", 0), ("put in", 1)):
        medium(lun, there)
        print(f"seen: {name} {what}, polled: {told(name)}", flush=True)
        opened(name)
        print(f"seen: {name} {what}, opened: {told(name)}", flush=True)
print(f"seen: sr0 GET EVENT STATUS NOTIFICATION: {event_status()}", flush=True)
PYTHON

# The first process of the guest, whose root is this machine's, read-only: an optical drive and a removable disk of tgt over iSCSI.
cat >inside <<INSIDE
#!/bin/bash
export PATH=$folder/root/usr/sbin:$folder/root/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run TGT_IPC_SOCKET=/run/ipc
exec </dev/null >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mkdir -p /run/modules/lib
ln -s "$folder/root/usr/lib/uml/modules" /run/modules/lib/modules
modprobe -d /run/modules -a iscsi_tcp sr_mod sd_mod
ip link set lo up
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
tgtd -f --iscsi portal=127.0.0.1:3260 >/run/log 2>&1 &
control() { tgtadm --lld iscsi "\$@"; }
for _ in \$(seq 300); do
  control --op show --mode sys >/dev/null 2>&1 && break
  sleep 0.1
done
truncate --size 8M /run/disc /run/disk
mke2fs -q -F /run/disk
control --op new --mode target --tid 1 -T iqn.2020-01.lab.local:drives
control --op new --mode logicalunit --tid 1 --lun 1 -b /run/disc --device-type cd
control --op new --mode logicalunit --tid 1 --lun 2 -b /run/disk --device-type disk
control --op update --mode logicalunit --tid 1 --lun 2 --params removable=1
control --op bind --mode target --tid 1 -I ALL
iscsistart -i iqn.2020-01.lab.local:guest -t iqn.2020-01.lab.local:drives -g 1 -a 127.0.0.1 -p 3260 >/dev/null
for _ in \$(seq 100); do
  [ -e /dev/sr0 ] && [ -e /dev/sda ] && break
  sleep 0.1
done
python3 -B $folder/events.py
uname --kernel-release
echo "guest: done"
echo o >/proc/sysrq-trigger
exec sleep 60
INSIDE
chmod +x inside
HOME=$folder TMPDIR=$folder timeout --kill-after=5 $limit_s root/usr/bin/linux.uml mem=256M rootfstype=hostfs rootflags=/ ro \
  "init=$folder/inside" con=null con0=null,fd:1 quiet </dev/null >console 2>&1 || true
tr --delete '\r' <console >said
grep --quiet "^guest: done" said || { tail -n 5 said; echo "the guest does not run here"; exit 2; }

echo "tgt $tgt, open-iscsi $initiator, Linux $(grep --max-count=1 '^6\.' said):"
grep --extended-regexp '^seen: ' said | tee seen | sed 's/^/  /'
cat >described <<'SEEN'
seen: sr0 announces media_change: True
seen: sr0 taken out, polled: not told
seen: sr0 taken out, opened: told
seen: sr0 put in, polled: not told
seen: sr0 put in, opened: told
seen: sda announces media_change: True
seen: sda taken out, polled: told
seen: sda taken out, opened: not told
seen: sda put in, polled: told
seen: sda put in, opened: not told
seen: sr0 GET EVENT STATUS NOTIFICATION: 5/20/00
SEEN
if cmp --silent seen described; then
  echo "as described: of the disc nobody is told before the drive is opened"
else
  echo "different from what is described"
  exit 1
fi
