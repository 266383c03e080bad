#!/bin/bash
# tgt's media changer declares more elements than it sends, and sends all of them whatever number was asked for.
#
# Seen with tgt 1:1.0.85-1+deb12u1 (Debian 12, amd64), a changer with an arm, a drive and 20 slots, asked over iSCSI by a small initiator (below).
# READ ELEMENT STATUS (SMC-3, 6.11) with room for everything: headers of 8 bytes are not counted when its length is made up, so its end does not come.
# Of 20 slots, half of the last descriptor is missing; of a drive with its identifier (DVCID), the end of its serial number. Of all kinds together, a
# page's header lies where the descriptor of the page before belongs (the arm has none), and the drive's page does not come at all. The header
# declares those elements all the same. NUMBER OF ELEMENTS is not looked at: who asks for one slot gets 20. Whoever reads this asks for one kind at
# a time, bounds a page by what has come, not by what is declared, and takes no more elements than it has asked for.
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
unit element_type=2,start_address=1024,quantity=20
root/usr/sbin/tgtimg --op new --device-type tape --barcode A00001 --size 1 --type data --file "$folder/tape" --thin-provisioning >/dev/null
control --op new --mode logicalunit --tid 1 --lun 2 -b "$folder/tape" --device-type tape
unit scsi_sn=DRV0000001 2
unit element_type=4,address=256,tid=1,lun=2
control --op bind --mode target --tid 1 -I ALL

echo "tgt $version, a changer with an arm, a drive and 20 slots:"
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


def once(cdb, room):
    """(SCSI status, data) of a command that reads."""
    global tag
    tag += 1
    send(struct.pack(">BBxxxxxx8sIIII16s", 0x01, 0xC1, struct.pack(">BB6x", 0, 1), tag, room, tag, 0, cdb.ljust(16, b"\0")))
    came = b""
    while True:
        head, data = receive()
        if head[0] & 0x3F == 0x25:
            came += data
        if head[0] & 0x3F == 0x21 or head[1] & 1:  # an answer, or data that brings the status with it
            return head[3], came


def element_status(kind, first, number, identify=0):
    cdb = struct.pack(">BBHHB3sxx", 0xB8, kind, first, number, identify, (4096).to_bytes(3, "big"))
    for _ in range(2):  # the first command of a session has an attention
        status, data = once(cdb, 4096)
        if status == 0:
            return data
    raise RuntimeError(f"status {status}")


log_in()
serial = element_status(4, 256, 1, identify=1)[-10:]
print(f"  the drive with its identifier, whose end is the serial number DRV0000001: the answer ends with {serial}")
described = serial == b"TAPE    DR"
for number in (20, 1):
    slots = element_status(2, 1024, number)
    elements, declared, came = int.from_bytes(slots[2:4], "big"), int.from_bytes(slots[13:16], "big"), len(slots) - 16
    print(f"  {number} slots asked for: {elements} elements, {declared} bytes of descriptors declared, {came} came")
    described &= (elements, declared, came) == (20, 320, 312)
every = element_status(0, 0, 65535)
elements, arm, descriptor, drives = int.from_bytes(every[2:4], "big"), every[8:16].hex(), every[16:24].hex(), every.count(bytes.fromhex("0400001000000010"))
print(f"  everything: {elements} elements; the arm's page is {arm}, and {descriptor} where its descriptor begins; pages of the drive: {drives}")
described &= (elements, arm, descriptor, drives) == (22, "0100001000000010", "0200001000000140", 0)
print("as described: the end is missing, and the number is ignored" if described else "different from what is described")
sys.exit(0 if described else 1)
PYTHON
