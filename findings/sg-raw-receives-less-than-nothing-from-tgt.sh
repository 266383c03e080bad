#!/bin/bash
# An answer that was cut to the length that was asked for is an overflow to tgt's changer, and so sg_raw has received "-208 bytes".
#
# Seen with tgt 1:1.0.85-1+deb12u1, open-iscsi 2.1.8-1+deb12u1, sg3-utils 1.46-3 and Linux 6.1.176 as of user-mode-linux 6.1um4+b13 (Debian 12, amd64).
# A changer with 20 slots is asked READ ELEMENT STATUS with an allocation length of 60, and sends 60 bytes, as SPC has it: nothing is wrong, and nothing
# is left to be sent. tgt's answer has the OVERFLOW bit of iSCSI and a residual of the 268 bytes that were cut off; its INQUIRY, cut in the same
# way, has neither. Linux gives an overflow to SG_IO as it gives an underflow: resid is 268, more than the whole transfer. sg_raw prints 60 - 268 =
# -208 bytes and status Good, and writes nothing of the data, which are all there. Whoever takes resid from dxfer_len looks first whether it is larger.
#
# Needs no root; listens on loopback of a guest only. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

tools=1.46-3
tgt=1:1.0.85-1+deb12u1
initiator=2.1.8-1+deb12u1
kernel=6.1um4+b13
limit_s=300
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in "sg3-utils=$tools" "libsgutils2-1.46-2=$tools" "tgt=$tgt" "open-iscsi=$initiator" "user-mode-linux=$kernel" \
  libopeniscsiusr libisns0 libaio1 libibverbs1 librdmacm1 libnl-3-200 libnl-route-3-200; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
for program in modprobe ip python3; do
  PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || { echo "needs $program"; exit 2; }
done

# The wire: what is sent of an answer that is longer than ROOM, and what is said of the rest.
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
    keys = ("InitiatorName=iqn.2020-01.lab.local:finding", "TargetName=iqn.2020-01.lab.local:library", "SessionType=Normal",
            "HeaderDigest=None", "DataDigest=None")
    text = b"".join(key.encode() + b"\0" for key in keys)
    send(struct.pack(">BBxxI6sxxIxxxxII16x", 0x43, 0x87, len(text), b"\x80\0\0\0\0\x01", 0, 1, 0), text)
    head, _ = receive()
    assert head[36] == 0, "the login is refused"


def once(cdb, room):
    """(SCSI status, bytes that came, flags and residual of the answer) of a command that reads"""
    global tag
    tag += 1
    send(struct.pack(">BBxxI8sIIII16s", 0x01, 0xC1, 0, struct.pack(">BB6x", 0, 1), tag, room, tag, 0, bytes(cdb).ljust(16, b"\0")))
    came = 0
    while True:
        head, data = receive()
        answer = head[0] & 0x3F == 0x21
        if not answer:
            came += len(data)
        if answer or head[1] & 1:
            return head[3], came, head[1], int.from_bytes(head[44:48], "big")


def look(name, cdb, room):
    for _ in range(2):  # the first command of a session has an attention
        status, came, flags, residual = once(cdb, room)
        if status == 0:
            break
    left = "underflow" if flags & 2 else "overflow" if flags & 4 else "nothing left"
    print(f"wire: {name} of at most {room}: status {status}, {came} bytes came, {left}, residual {residual}", flush=True)


log_in()
look("READ ELEMENT STATUS", (0xB8, 2, 4, 0, 0, 20, 0, 0, 16, 0), 4096)
look("READ ELEMENT STATUS", (0xB8, 2, 4, 0, 0, 20, 0, 0, 0, 60), 60)
look("INQUIRY", (0x12, 0, 0, 0, 36), 36)
connection.close()
PYTHON

# The first process of the guest, whose root is this machine's, read-only: a changer of tgt over iSCSI, first by the wire, then by the kernel's node of it.
cat >inside <<INSIDE
#!/bin/bash
export PATH=$folder/root/usr/bin:$folder/root/usr/sbin:$folder/root/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run TGT_IPC_SOCKET=/run/ipc
exec </dev/null >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mkdir -p /run/modules/lib
ln -s "$folder/root/usr/lib/uml/modules" /run/modules/lib/modules
modprobe -d /run/modules -a iscsi_tcp sg
ip link set lo up
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
tgtd -f --iscsi portal=127.0.0.1:3260 >/run/log 2>&1 &
control() { tgtadm --lld iscsi "\$@"; }
unit() { control --op update --mode logicalunit --tid 1 --lun 1 --params "\$1"; }
for _ in \$(seq 300); do
  control --op show --mode sys >/dev/null 2>&1 && break
  sleep 0.1
done
truncate --size=1024 /run/changer
control --op new --mode target --tid 1 -T iqn.2020-01.lab.local:library
control --op new --mode logicalunit --tid 1 --lun 1 -b /run/changer --device-type changer
unit media_home=/run
unit element_type=1,start_address=1,quantity=1
unit element_type=4,start_address=256,quantity=1
unit element_type=2,start_address=1024,quantity=20
control --op bind --mode target --tid 1 -I ALL
python3 -B $folder/wire.py
iscsistart -i iqn.2020-01.lab.local:guest -t iqn.2020-01.lab.local:library -g 1 -a 127.0.0.1 -p 3260 >/dev/null
for _ in \$(seq 100); do
  node=/dev/\$(ls /sys/class/scsi_device/*:1/device/scsi_generic 2>/dev/null) && [ -e "\$node" ] && break
  sleep 0.1
done
sg_raw -r 60 "\$node" b8 02 04 00 00 14 00 00 00 3c 00 00 >/dev/null 2>&1 || true # the attention of a new session
look() {
  local room=\$1 code=0 said
  shift
  rm -f /run/data
  sg_raw -o /run/data -r "\$room" "\$node" "\$@" >/dev/null 2>&1 || true
  said=\$(sg_raw -r "\$room" "\$node" "\$@" 2>&1) || code=\$?
  echo "sg_raw -r \$room \$*: exit \$code, \$(grep ^Received <<<"\$said") \$(stat --format='%s written' /run/data 2>&1)"
}
look 4096 b8 02 04 00 00 14 00 00 10 00 00 00
look 60 b8 02 04 00 00 14 00 00 00 3c 00 00
look 36 12 00 00 00 24 00
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

echo "tgt $tgt, open-iscsi $initiator, sg3-utils $tools, Linux $(grep --max-count=1 '^6\.' said):"
grep --extended-regexp '^(wire:|sg_raw) ' said | tee seen | sed 's/^/  /'
cat >described <<'SEEN'
wire: READ ELEMENT STATUS of at most 4096: status 0, 328 bytes came, underflow, residual 3768
wire: READ ELEMENT STATUS of at most 60: status 0, 60 bytes came, overflow, residual 268
wire: INQUIRY of at most 36: status 0, 36 bytes came, nothing left, residual 0
sg_raw -r 4096 b8 02 04 00 00 14 00 00 10 00 00 00: exit 0, Received 328 bytes of data: 328 written
sg_raw -r 60 b8 02 04 00 00 14 00 00 00 3c 00 00: exit 0, Received -208 bytes of data: 0 written
sg_raw -r 36 12 00 00 00 24 00: exit 0, Received 36 bytes of data: 36 written
SEEN
if cmp --silent seen described; then
  echo "as described: what was cut off is an overflow, and less than nothing was received"
else
  echo "different from what is described"
  exit 1
fi
