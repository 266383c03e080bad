#!/bin/bash
# mtx's first, next and previous take drive 0 when they are given a drive that does not exist, and say that all is well.
#
# Seen with mtx 1.3.12-14 (Debian 12, amd64) on a changer of tgt 1:1.0.85-1+deb12u1 with two drives. "mtx load 1 9" is refused: illegal drive number.
# "mtx first 9" loads the first cartridge into drive 0, with exit status 0; "mtx previous 9" and "mtx next 9" bring home what is in drive 0, which is in
# nobody's way, and load another one there. A script with a wrong number, or one for a library with more drives, takes the tape away from whoever
# uses drive 0. Whoever offers these commands looks at the number first, as "load" does.
#
# Needs no root; listens on loopback of a guest only. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

mtx=1.3.12-14
tgt=1:1.0.85-1+deb12u1
initiator=2.1.8-1+deb12u1
kernel=6.1um4+b13
limit_s=300
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in "mtx=$mtx" "tgt=$tgt" "open-iscsi=$initiator" "user-mode-linux=$kernel" \
  libopeniscsiusr libisns0 libaio1 libibverbs1 librdmacm1 libnl-3-200 libnl-route-3-200; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
for program in modprobe ip; do
  PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || { echo "needs $program"; exit 2; }
done

# The first process of the guest, whose root is this machine's, read-only: a changer of tgt over iSCSI, and mtx on the kernel's node of it.
cat >inside <<INSIDE
#!/bin/bash
export PATH=$folder/root/usr/sbin:$folder/root/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run TGT_IPC_SOCKET=/run/ipc
exec </dev/null >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mkdir -p /run/modules/lib /run/media
ln -s "$folder/root/usr/lib/uml/modules" /run/modules/lib/modules
modprobe -d /run/modules -a iscsi_tcp sg
ip link set lo up
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
tgtd -f --iscsi portal=127.0.0.1:3260 >/run/log 2>&1 &
control() { tgtadm --lld iscsi "\$@"; }
unit() { control --op update --mode logicalunit --tid 1 --lun "\$1" --params "\$2"; }
tape() { tgtimg --op new --device-type tape --barcode "\$1" --size 1 --type data --file "\$2" --thin-provisioning >/dev/null; }
for _ in \$(seq 300); do
  control --op show --mode sys >/dev/null 2>&1 && break
  sleep 0.1
done
truncate --size=1024 /run/changer
tape NONE /run/none
control --op new --mode target --tid 1 -T iqn.2020-01.lab.local:library
for drive in 1 2; do
  control --op new --mode logicalunit --tid 1 --lun \$drive -b /run/none --device-type tape
  unit \$drive removable=1
  unit \$drive online=0
done
control --op new --mode logicalunit --tid 1 --lun 3 -b /run/changer --device-type changer
unit 3 removable=1,media_home=/run/media
unit 3 element_type=1,start_address=1,quantity=1
unit 3 element_type=4,start_address=256,quantity=2
unit 3 element_type=2,start_address=1024,quantity=4
for drive in 1 2; do unit 3 element_type=4,address=\$((255 + drive)),tid=1,lun=\$drive; done
for slot in 1 2; do
  tape A0000\$slot /run/media/A0000\$slot
  unit 3 element_type=2,address=\$((1023 + slot)),barcode=A0000\$slot,sides=1
done
control --op bind --mode target --tid 1 -I ALL
iscsistart -i iqn.2020-01.lab.local:guest -t iqn.2020-01.lab.local:library -g 1 -a 127.0.0.1 -p 3260 >/dev/null
for _ in \$(seq 100); do
  node=/dev/\$(ls /sys/class/scsi_device/*:3/device/scsi_generic 2>/dev/null) && [ -e "\$node" ] && break
  sleep 0.1
done
look() {
  local said code=0
  said=\$(mtx -f "\$node" "\$@" 2>&1) || code=\$?
  echo "mtx \$*: exit \$code, \$said" | tr '\n' ' '
  echo
  mtx -f "\$node" status | sed --quiet 's/^Data Transfer Element/mtx status: drive/p' | sed 's/ *$//'
}
look load 1 9
look first 9
look next 9
look previous 9
echo "guest: done"
echo o >/proc/sysrq-trigger
exec sleep 60
INSIDE
chmod +x inside
HOME=$folder TMPDIR=$folder timeout --kill-after=5 $limit_s root/usr/bin/linux.uml mem=256M rootfstype=hostfs rootflags=/ ro \
  "init=$folder/inside" con=null con0=null,fd:1 quiet </dev/null >console 2>&1 || true
tr --delete '\r' <console >said
grep --quiet "^guest: done" said || { tail -n 5 said; echo "the guest does not run here"; exit 2; }

echo "mtx $mtx, tgt $tgt, two drives (0 and 1):"
grep '^mtx ' said | sed 's/ *$//' | tee seen | sed 's/^/  /'
cat >described <<'SEEN'
mtx load 1 9: exit 1, illegal <drive-number> argument '9' to 'load' command
mtx status: drive 0:Empty
mtx status: drive 1:Empty
mtx first 9: exit 0, Loading media from Storage Element 1 into drive 0...done
mtx status: drive 0:Full (Storage Element 1 Loaded):VolumeTag = A00001
mtx status: drive 1:Empty
mtx next 9: exit 0, Unloading drive 0 into Storage Element 1...done Loading media from Storage Element 2 into drive 0...done
mtx status: drive 0:Full (Storage Element 2 Loaded):VolumeTag = A00002
mtx status: drive 1:Empty
mtx previous 9: exit 0, Unloading drive 0 into Storage Element 2...done Loading media from Storage Element 1 into drive 0...done
mtx status: drive 0:Full (Storage Element 1 Loaded):VolumeTag = A00001
mtx status: drive 1:Empty
SEEN
if cmp --silent seen described; then
  echo "as described: a drive that is not there is drive 0"
else
  echo "different from what is described"
  exit 1
fi
