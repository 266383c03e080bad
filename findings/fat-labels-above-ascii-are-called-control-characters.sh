#!/bin/bash
# mkfs.vfat and fatlabel refuse a name with a letter that is no ASCII, and say that it has characters below 0x20.
#
# Seen with dosfstools 4.2-1 (Debian 12, amd64): a name of FAT is bytes of code page 850 (the tools' default), where É is 0x90. The tools convert the
# name that was typed, and then compare each byte, as a signed number, with 0x20. So every letter above 0x7f is "below 0x20", and no label with
# one can be set, while cameras and Windows write them; reading such a label is fine for libblkid, which gives the bytes as they are, no UTF-8.
#
# Needs nothing but apt. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=4.2-1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -qq download "dosfstools=$version" >/dev/null 2>&1 || { echo "cannot download dosfstools=$version"; exit 2; }
dpkg-deb --extract dosfstools_*.deb root
export LC_ALL=C.UTF-8
name=$'T\xc3\x89PE'

echo "dosfstools $version"
truncate --size 8M stick.img
status=0
said=$(root/sbin/mkfs.vfat -n "$name" stick.img 2>&1) || status=$?
echo "mkfs.vfat -n TÉPE: exit $status: $(grep "below 0x20" <<<"$said")"
[ "$status" -ne 0 ] && grep -q "below 0x20" <<<"$said" || exit 1

root/sbin/mkfs.vfat -n STICK stick.img >/dev/null
status=0
said=$(root/sbin/fatlabel stick.img "$name" 2>&1) || status=$?
echo "fatlabel stick.img TÉPE: exit $status: $(tail -n 1 <<<"$said")"
[ "$status" -ne 0 ] && grep -q "below 0x20" <<<"$said" || exit 1

status=0
root/sbin/fatlabel stick.img TEPE >/dev/null 2>&1 || status=$?
echo "fatlabel stick.img TEPE: exit $status"
[ "$status" -eq 0 ]
