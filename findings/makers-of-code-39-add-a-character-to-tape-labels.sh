#!/bin/bash
# Two common makers of Code 39 bar codes add a check character that nobody asked for; for the tape label A00001L6 it is a blank, which no eye sees.
#
# Seen with barcode 0.99-6 (GNU barcode) and python3-reportlab 3.6.12-1+deb12u1 (Debian 12, amd64), read back with zbar-tools 0.23.92-7+deb12u1. Code 39 has an
# optional check character, and labels of tape cartridges have none: their volume identifier is six characters and the two of the media type. Both
# programs add it unless they are told not to (option -c; checksum=0). A reader that is not told to expect it, as those of tape libraries are not,
# hands on nine characters. Of A00001L6 the ninth is a blank and the text below the bars is the same, so the sheet looks right; other labels get a letter. zint
# 2.11.1-1 adds none. Whoever compares a bar code that was scanned with the one of a catalog has to know where the sheet came from.
#
# Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p root packages/partial
packages=(barcode=0.99-6 zint=2.11.1-1 python3-reportlab=3.6.12-1+deb12u1 zbar-tools=0.23.92-7+deb12u1 poppler-utils)
# Whatever this machine has of them or of what they need, at these versions, is used as it is; the rest is unpacked here.
apt-get -qq -y --no-install-recommends --download-only -o Dir::Cache::archives="$folder/packages" install "${packages[@]}" >log 2>&1 ||
  { tail -n 3 log; echo "cannot download ${packages[*]}"; exit 2; }
for archive in packages/*.deb; do [ ! -e "$archive" ] || dpkg-deb --extract "$archive" root; done
export PATH=$folder/root/usr/bin:$PATH LD_LIBRARY_PATH=$folder/root/usr/lib:$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
export PYTHONPATH=$folder/root/usr/lib/python3/dist-packages

# GNU barcode says the widths of bars and gaps in turn; they become a picture, two points wide for each unit.
barcode_picture() {
  barcode -S -e 39 "$@" | /usr/bin/python3 -c '
import re, sys
widths = re.search(r"widths \(space first\): ([0-9]+)", sys.stdin.read())[1]
row = bytearray(b"\xff" * 60)
for place, width in enumerate(widths):
    row += (b"\x00" if place % 2 else b"\xff") * (2 * int(width))
row += b"\xff" * 60
sys.stdout.buffer.write(b"P5 %d 80 255\n" % len(row) + bytes(row) * 80)' >picture.pgm
}
reportlab_picture() {
  /usr/bin/python3 - "$@" <<'PYTHON'
import sys
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import createBarcodeDrawing
options = {"checksum": 0} if len(sys.argv) > 2 else {}
renderPDF.drawToFile(createBarcodeDrawing("Standard39", value=sys.argv[1], **options), "sheet.pdf")
PYTHON
  pdftoppm -r 300 -gray -singlefile sheet.pdf picture
}
scanned() { zbarimg -q --raw --set '*.enable=0' --set code39.enable=1 "$1" 2>/dev/null | tr ' ' '_' || true; }

as_described=yes
see() {
  echo "$1: scanned as '$2' (a blank is shown as _)"
  [ "$2" = "$3" ] || { as_described=no; echo "  was $3"; }
}
barcode_picture -b A00001L6
see "GNU barcode, A00001L6" "$(scanned picture.pgm)" A00001L6_
barcode_picture -b A00002L6
see "GNU barcode, A00002L6" "$(scanned picture.pgm)" A00002L6\$
barcode_picture -c -b A00001L6
see "GNU barcode -c, A00001L6" "$(scanned picture.pgm)" A00001L6
reportlab_picture A00001L6
see "reportlab, A00001L6" "$(scanned picture.pgm)" A00001L6_
reportlab_picture A00001L6 without
see "reportlab checksum=0, A00001L6" "$(scanned picture.pgm)" A00001L6
zint -b 8 -d A00001L6 -o zint.png
see "zint, A00001L6" "$(scanned zint.png)" A00001L6
[ "$as_described" = yes ] || { echo "it is different now"; exit 1; }
