#!/bin/bash
# Amanda takes a label with a blank or a quotation mark, writes it on the tape as it is, and reads another one back.
#
# Seen with amanda-server and amanda-common 1:3.5.1-11+deb12u2 (Debian 12, amd64), by Amanda's own Perl interface to its devices (Amanda::Device) on a
# tape in a folder (device "file:"). start() with the label "LAB 1" succeeds and the first block says "TAPE LAB 1"; read_label() of the same device
# succeeds and gives "LAB". With A"B on the tape it gives A"B followed by a line end, a line end and a form feed: a quotation mark makes it read on
# over the end of the line. So two tapes "LAB 1" and "LAB 2" have one label for Amanda. Whoever identifies its tapes takes all of the first line behind
# "TAPE ", and no more than that line.
#
# Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=1:3.5.1-11+deb12u2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in "amanda-server=$version" "amanda-common=$version" libencode-locale-perl libjson-perl libcurl4 libtirpc3; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
library=$folder/root/usr/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH=$library/amanda:$library PERL5LIB=$library/amanda/perl:$folder/root/usr/share/perl5
ldd "$library/amanda/libamdevice.so" | grep "not found" && { echo "Amanda needs these libraries"; exit 2; }

cat >label.pl <<'PERL'
use strict;
use warnings;
use Amanda::Config qw( :init );
use Amanda::Device qw( :constants );

config_init(0, undef);
my ($folder, $label) = @ARGV;
my $written = Amanda::Device->new("file:$folder");
$written->start($ACCESS_WRITE, $label, "X") or die "cannot label: " . $written->error_or_status();
$written->finish();
my $read = Amanda::Device->new("file:$folder");
$read->read_label() == $DEVICE_STATUS_SUCCESS or die "cannot read: " . $read->error_or_status();
print $read->volume_label();
PERL

# What is written: the first line on the tape; what is read: with line ends made visible.
as_described=yes
echo "amanda $version:"
look() {
  rm -rf tape
  mkdir -p tape/data
  perl label.pl "$folder/tape" "$1" >read 2>log || { cat log; exit 2; }
  local written read
  written=$(head --lines=1 tape/data/00000.*)
  read=$(perl -0777 -pe 's/\n/\\n/g; s/\f/\\f/g' read)
  echo "  label $1: on the tape \"$written\", read \"$read\""
  [ "$written" = "AMANDA: TAPESTART DATE X TAPE $1" ] && [ "$read" = "$2" ] || as_described=no
}
look LAB1 LAB1
look 'LAB 1' LAB
look 'A"B' 'A"B\n\f\n'
if [ "$as_described" = yes ]; then
  echo "as described: it reads what it has not written"
else
  echo "different from what is described"
  exit 1
fi
