#!/bin/bash
# tgt's drives accept UNLOAD and stay loaded: an initiator that trusts the answer, or TEST UNIT READY after it, is wrong about the tape.
#
# Seen with tgt 1:1.0.85-1+deb12u1 (Debian 12, amd64), a changer with a tape drive and a cartridge, asked over iSCSI by a small initiator (below). LOAD UNLOAD with
# LOAD = 0 (SSC-3, 7.3) is answered as done, and nothing has happened: TEST UNIT READY says that the drive is ready, the changer that the drive is full.
# Only with bit 1 set, which is RETEN here and LOEJ in START STOP UNIT of disks, does the drive say that it has no medium
# (2/3A/00). The changer takes the cartridge out either way. So what a drive says after an unload does not tell whether its tape was unloaded, and a
# service that asks a drive after a restart finds loaded what it has unloaded itself.
#
# Needs no root; listens on loopback only. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=1:1.0.85-1+deb12u1
folder=$(mktemp -d)
server=
tidy() {
  if [ -n "$server" ]; then
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap tidy EXIT
cd "$folder"

for package in "tgt=$version" libaio1 libibverbs1 librdmacm1 libnl-3-200 libnl-route-3-200; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu TGT_IPC_SOCKET=$folder/ipc
ldd root/usr/sbin/tgtd | grep "not found" && { echo "tgtd needs these libraries"; exit 2; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
root/usr/sbin/tgtd -f --pid-file "$folder/pid" --iscsi "portal=127.0.0.1:$port" </dev/null >log 2>&1 &
server=$!
control() { root/usr/sbin/tgtadm --lld iscsi "$@"; }
unit() { control --op update --mode logicalunit --tid 1 --lun "${2:-1}" --params "$1"; }
for _ in $(seq 300); do
  control --op show --mode sys >/dev/null 2>&1 && break
  sleep 0.1
done
truncate --size=1024 changer
mkdir media
control --op new --mode target --tid 1 -T iqn.2020-01.lab.local:library 2>/dev/null || { tail -n 3 log; exit 2; }
control --op new --mode logicalunit --tid 1 --lun 1 -b "$folder/changer" --device-type changer
unit "media_home=$folder/media"
unit element_type=1,start_address=1,quantity=1
unit element_type=4,start_address=256,quantity=1
unit element_type=2,start_address=1024,quantity=2
root/usr/sbin/tgtimg --op new --device-type tape --barcode A00001 --size 1 --type data --file "$folder/media/A00001" --thin-provisioning >/dev/null
root/usr/sbin/tgtimg --op new --device-type tape --barcode X --size 1 --type clean --file "$folder/no_tape" --thin-provisioning >/dev/null
control --op new --mode logicalunit --tid 1 --lun 2 -b "$folder/no_tape" --device-type tape
unit scsi_sn=DRV0000001 2
unit element_type=4,address=256,tid=1,lun=2
control --op bind --mode target --tid 1 -I ALL

unit element_type=2,address=1024,barcode=A00001,sides=1
echo "tgt $version, a changer with a tape drive and a cartridge:"
python3 - "$port" <<'PYTHON'
import socket
import struct
import sys

connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
tag = 0


def send(head, data=b""):
    connection.sendall(head + data + bytes(-len(data) % 4))


def exactly(count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        assert part, "the target has closed the connection"
        data += part
    return data


def receive():
    head = exactly(48)
    length = int.from_bytes(head[5:8], "big")
    return head, exactly(length + -length % 4)[:length]


def log_in():
    keys = ("InitiatorName=iqn.2020-01.lab.local:finding", "TargetName=iqn.2020-01.lab.local:library", "SessionType=Normal",
            "HeaderDigest=None", "DataDigest=None")
    text = b"".join(key.encode() + b"\0" for key in keys)
    send(struct.pack(">BBxxI6sxxIxxxxII16x", 0x43, 0x87, len(text), b"\x80\0\0\0\0\x01", 0, 1, 0), text)
    head, _ = receive()
    assert head[36] == 0, "the login is refused"


def once(unit, cdb, room):
    """(SCSI status, data or sense data)"""
    global tag
    tag += 1
    flags = 0xC1 if room else 0x81
    send(struct.pack(">BBxxxxxx8sIIII16s", 0x01, flags, struct.pack(">BB6x", 0, unit), tag, room, tag, 0, bytes(cdb).ljust(16, b"\0")))
    came = b""
    while True:
        head, data = receive()
        if head[0] & 0x3F == 0x25:
            came += data
        if head[0] & 0x3F == 0x21 or head[1] & 1:  # an answer, or data that brings the status with it
            return head[3], came or data[2:]


def asked(unit, cdb, room=0):
    """What it says; attentions are passed over."""
    for _ in range(4):
        status, data = once(unit, cdb, room)
        if status != 2 or data[2] & 0x0F != 6:
            return status, data
    raise RuntimeError("attentions without end")


CHANGER, DRIVE = 1, 2


def ready():
    status, data = asked(DRIVE, [0x00])
    return "ready" if status == 0 else f"{data[2] & 15:x}/{data[12]:02X}/{data[13]:02X}"


def drive_element():
    status, data = asked(CHANGER, [0xB8, 0x04, 1, 0, 0, 1, 0, 0, 4, 0], 1024)
    assert status == 0, status
    return f"{'full' if data[18] & 1 else 'empty'}"


def move(source, destination):
    status, data = asked(CHANGER, bytes([0xA5, 0, 0, 1]) + struct.pack(">HH", source, destination))
    return "done" if status == 0 else f"{data[2] & 15:x}/{data[12]:02X}/{data[13]:02X}"


log_in()
seen = [f"moved into the drive: {move(1024, 256)}, the drive says {ready()}, the changer {drive_element()}"]
for name, byte in (("LOAD UNLOAD, LOAD = 0", 0), ("the same with bit 1 set", 2)):
    status, _ = asked(DRIVE, [0x1B, 0, 0, 0, byte])
    seen.append(f"{name}: status {status}, the drive says {ready()}, the changer {drive_element()}")
seen.append(f"moved home: {move(256, 1024)}, the drive says {ready()}, the changer {drive_element()}")
for line in seen:
    print("  " + line)
described = seen == ["moved into the drive: done, the drive says ready, the changer full",
                     "LOAD UNLOAD, LOAD = 0: status 0, the drive says ready, the changer full",
                     "the same with bit 1 set: status 0, the drive says 2/3A/00, the changer full",
                     "moved home: done, the drive says 2/3A/00, the changer empty"]
print("as described: the drive stays loaded" if described else "different from what is described")
sys.exit(0 if described else 1)
PYTHON
