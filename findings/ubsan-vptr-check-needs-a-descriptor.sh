#!/bin/bash
# GCC 12's undefined-behaviour sanitizer calls a sound object invalid while the process has no descriptor left.
#
# Seen with g++-12 and its libubsan, 12.2.0-14+deb12u1 (Debian 12, amd64). The check of a virtual call (-fsanitize=vptr) looks whether the
# object's memory may be read by writing it into a pipe that it makes for that moment. When no descriptor is left, there is no pipe, and the
# memory counts as unreadable: "member call on address ... which does not point to an object of type 'Base'", "object has invalid vptr". A type
# that has been met before is remembered and not looked at again, so the same call is quiet later, or when it was made once with
# descriptors left. Whoever tests a program's behaviour without descriptors under this sanitizer meets faults that are none.
#
# Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=12.2.0-14+deb12u1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in g++-12 gcc-12 cpp-12 gcc-12-base libgcc-12-dev libstdc++-12-dev libubsan1 libstdc++6; do
  apt-get -qq download "$package=$version" >/dev/null 2>&1 || { echo "cannot download $package $version"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done

cat >program.cpp <<'CPP'
#include <cstdio>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>

struct Base {
  virtual ~Base() = default;
  virtual int answer() const { return 1; }
};
struct Sound : Base {
  int answer() const override { return 2; }
};

int main(int argc, char**) {
  std::unique_ptr<Base> const object = std::make_unique<Sound>();
  if (argc > 1) std::printf("met before: %d\n", object->answer());
  rlimit none{};
  getrlimit(RLIMIT_NOFILE, &none);
  int const next = dup(0);
  close(next);
  none.rlim_cur = static_cast<rlim_t>(next);
  setrlimit(RLIMIT_NOFILE, &none);
  std::printf("without descriptors: %d\n", object->answer());
}
CPP
# The compiler finds its own parts beside itself; libc and the assembler are the system's.
root/usr/bin/g++-12 -std=c++17 -O0 -g -fsanitize=undefined program.cpp -o program 2>build.log || { cat build.log; exit 2; }
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu
root/usr/bin/g++-12 --version | head -1

echo "-- a type that it has not met:"
./program 2>&1 | sed -E 's/0x[0-9a-f]+/0x.../g' | tee first.txt
echo "-- a type that it has met:"
./program met 2>&1 | sed -E 's/0x[0-9a-f]+/0x.../g' | tee second.txt

grep -q "does not point to an object of type 'Base'" first.txt && grep -q "object has invalid vptr" first.txt && grep -q "without descriptors: 2" first.txt || { echo "different: no complaint without descriptors"; exit 1; }
grep -q "without descriptors: 2" second.txt && ! grep -q "runtime error" second.txt || { echo "different: a complaint about a type that was met before"; exit 1; }
echo "as described"
