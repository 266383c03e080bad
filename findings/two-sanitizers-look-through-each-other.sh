#!/bin/bash
# A program with the address and the undefined-behaviour sanitizer of GCC 12 starts and ends twice as cheaply with both inside it.
#
# Seen with gcc-12, libasan8 and libubsan1, 12.2.0-14+deb12u1 (Debian 12, amd64). With -fsanitize=address,undefined the program loads two shared
# libraries. Each has tables of about six megabytes in its own data, nearly all of it never touched. The search for leaks at the end of every
# process takes the data of all loaded libraries for places where pointers may be, and reads those tables page by page: an empty program
# ends with over three thousand page faults. With -static-libasan -static-libubsan the runtime knows its own data and leaves them out: fewer
# than two thirds of the page faults, for the same checks. Whoever starts thousands of small sanitized programs pays the difference each time.
#
# Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=12.2.0-14+deb12u1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in gcc-12 cpp-12 gcc-12-base libgcc-12-dev libasan8 libubsan1 libgcc-s1; do
  apt-get -qq download "$package=$version" >/dev/null 2>&1 || { echo "cannot download $package $version"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done

echo 'int main(void) { return 0; }' >program.c
library=$folder/root/usr/lib/gcc/x86_64-linux-gnu/12
compile() {
  "$folder/root/usr/bin/x86_64-linux-gnu-gcc-12" -B "$library/" -L "$folder/root/usr/lib/x86_64-linux-gnu" -fsanitize=address,undefined -no-pie program.c "$@"
}
compile -o shared || exit 2
compile -static-libasan -static-libubsan -o inside || exit 2
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu

# Page faults of one run, by what the kernel counts for it.
faults() {
  python3 - "$1" "$2" <<'PYTHON'
import os, sys
started = os.posix_spawn(sys.argv[1], [sys.argv[1]], dict(os.environ, ASAN_OPTIONS="detect_leaks=" + sys.argv[2]))
_, status, usage = os.wait4(started, 0)
assert status == 0, status
print(usage.ru_minflt)
PYTHON
}
shared=$(faults ./shared 1) inside=$(faults ./inside 1) shared_without=$(faults ./shared 0) inside_without=$(faults ./inside 0)
echo "gcc-12 $version, an empty program, page faults from start to end:"
echo "  both sanitizers as shared libraries: $shared, without the search for leaks $shared_without"
echo "  both inside the program:             $inside, without the search for leaks $inside_without"
if [ $((3 * inside)) -lt $((2 * shared)) ] && [ $((shared - shared_without)) -gt $((inside - inside_without)) ]; then
  echo "as described: as shared libraries it takes more than half as many again, in the search for leaks"
else
  echo "different from what is described"
  exit 1
fi
