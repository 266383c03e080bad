#!/bin/bash
# Behind the last record of a tape of tgt the kernel reads one more, as long as was asked for, of bytes that are on no tape.
#
# Seen with tgt 1:1.0.85-1+deb12u1, open-iscsi 2.1.8-1+deb12u1, Linux 6.1.176 as of user-mode-linux 6.1um4+b13 (Debian 12, amd64). READ at the end of data is
# answered with BLANK CHECK, as it should be, but with the bit EOM and a difference of 0 bytes, as if the whole length had been read at the end of a
# medium. Linux' st driver goes by that: read() returns the whole length, filled with what lay in the driver's buffer, which is zeros here, at other times the record
# read before. The read after it returns 0. So a backup program reads its last record twice, or finds on a blank tape the label of the one before.
# Without the bit the same read returns 0 behind a file mark, and EIO elsewhere. With tgt a tape needs two file marks at the end of its data, and one when it is new.
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
for program in modprobe ip python3; do
  PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || { echo "needs $program"; exit 2; }
done

# The wire: what is sent for a record of COUNT bytes that is read with ROOM.
cat >wire.py <<'PYTHON'
import socket
import struct

connection = socket.create_connection(("127.0.0.1", 3260), 30)
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
    keys = ("InitiatorName=iqn.2020-01.lab.local:finding", "TargetName=iqn.2020-01.lab.local:tape", "SessionType=Normal",
            "HeaderDigest=None", "DataDigest=None", "ImmediateData=Yes", "FirstBurstLength=65536", "MaxBurstLength=262144", "MaxRecvDataSegmentLength=262144")
    text = b"".join(key.encode() + b"\0" for key in keys)
    send(struct.pack(">BBxxI6sxxIxxxxII16x", 0x43, 0x87, len(text), b"\x80\0\0\0\0\x01", 0, 1, 0), text)
    head, _ = receive()
    assert head[36] == 0, "the login is refused"


def command(cdb, out=b"", room=0):
    """(SCSI status, data that came, flags and residual of the answer, sense data)"""
    global tag
    tag += 1
    flags = 0x81 | (0x20 if out else 0) | (0x40 if room else 0)
    send(struct.pack(">BBxxI8sIIII16s", 0x01, flags, len(out), struct.pack(">BB6x", 0, 1), tag, len(out) or room, tag, 0, bytes(cdb).ljust(16, b"\0")), out)
    came = b""
    while True:
        head, data = receive()
        answer = head[0] & 0x3F == 0x21
        if not answer:
            came += data
        if answer or head[1] & 1:
            return head[3], came, head[1], int.from_bytes(head[44:48], "big"), data[2:] if answer else b""


def rewind():
    for _ in range(2):  # the first command of a session has an attention
        if command([0x01])[0] == 0:
            return
    raise RuntimeError("no tape")


def look(what):
    status, came, _, _, sense = command([0x08, 0, *(1000).to_bytes(3, "big"), 0], room=1000)
    said = "good"
    if status:
        short = int.from_bytes(sense[3:7], "big", signed=True)
        said = f"key {sense[2] & 0x0f}, {'filemark' if sense[2] & 0x80 else 'EOM' if sense[2] & 0x40 else 'no bit'}, {short} short"
    print(f"wire: READ of 1000 {what}: {said}; {came.count(b'A')} bytes of a record", flush=True)


log_in()
rewind()
assert command([0x0A, 0, *(1000).to_bytes(3, "big"), 0], out=b"A" * 1000)[0] == 0
assert command([0x10, 0, 0, 0, 1, 0])[0] == 0
rewind()
for what in ("of the record", "at the mark", "at the end of data"):
    look(what)
rewind()
connection.close()
PYTHON

# The same by the kernel's driver; the reader's buffer holds its own mark before each read.
cat >kernel.py <<'PYTHON'
import os

tape = os.open("/dev/nst0", os.O_RDWR)
for what in ("of the record", "at the mark", "at the end of data", "again"):
    buffer = bytearray(b"-" * 1000)
    try:
        count = os.readv(tape, [buffer])
        print(f"read: 1000 {what}: {count} bytes, {buffer.count(b'A')} of them of the record; {buffer.count(b'-')} of the buffer as before", flush=True)
    except OSError as error:
        print(f"read: 1000 {what}: {error.strerror}", flush=True)
PYTHON

# The first process of the guest, whose root is this machine's, read-only: a tape drive of tgt over iSCSI, first by the wire, then by the kernel's driver.
cat >inside <<INSIDE
#!/bin/bash
export PATH=$folder/root/usr/sbin:$folder/root/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run TGT_IPC_SOCKET=/run/ipc
exec </dev/null >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mkdir -p /run/modules/lib
ln -s "$folder/root/usr/lib/uml/modules" /run/modules/lib/modules
modprobe -d /run/modules -a iscsi_tcp st
ip link set lo up
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
tgtd -f --iscsi portal=127.0.0.1:3260 >/run/log 2>&1 &
control() { tgtadm --lld iscsi "\$@"; }
for _ in \$(seq 300); do
  control --op show --mode sys >/dev/null 2>&1 && break
  sleep 0.1
done
tgtimg --op new --device-type tape --barcode A00001 --size 16 --type data --file /run/tape --thin-provisioning >/dev/null
control --op new --mode target --tid 1 -T iqn.2020-01.lab.local:tape
control --op new --mode logicalunit --tid 1 --lun 1 -b /run/tape --device-type tape
control --op bind --mode target --tid 1 -I ALL
python3 -B $folder/wire.py
iscsistart -i iqn.2020-01.lab.local:guest -t iqn.2020-01.lab.local:tape -g 1 -a 127.0.0.1 -p 3260 >/dev/null
for _ in \$(seq 100); do
  [ -e /dev/nst0 ] && break
  sleep 0.1
done
python3 -B $folder/kernel.py
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
grep --extended-regexp '^(wire|read): ' said | tee seen | sed 's/^/  /'
cat >described <<'SEEN'
wire: READ of 1000 of the record: good; 1000 bytes of a record
wire: READ of 1000 at the mark: key 0, filemark, 1000 short; 0 bytes of a record
wire: READ of 1000 at the end of data: key 8, EOM, 0 short; 0 bytes of a record
read: 1000 of the record: 1000 bytes, 1000 of them of the record; 0 of the buffer as before
read: 1000 at the mark: 0 bytes, 0 of them of the record; 0 of the buffer as before
read: 1000 at the end of data: 1000 bytes, 0 of them of the record; 0 of the buffer as before
read: 1000 again: 0 bytes, 0 of them of the record; 1000 of the buffer as before
SEEN
if cmp --silent seen described; then
  echo "as described: a record that is not on the tape is read, and nobody says so"
else
  echo "different from what is described"
  exit 1
fi
