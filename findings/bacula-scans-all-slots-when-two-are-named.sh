#!/bin/bash
# Bacula's "update slots scan slots=1-2" looks into all slots of the library; "update slots=1-2 scan" looks into two.
#
# Seen with bacula-director, bacula-sd and bacula-console 9.6.7-7 (Debian 12, amd64): an autochanger of four slots whose changer script writes down what it
# is asked for, and tapes in files (VTape). The first word "slots" that has no value counts, and the one with a value is passed over without a word:
# every tape of the library is loaded, in the only drive. "update slots=1-2 scan" loads what was named. With a library of thousands of
# slots this is days of an arm and a drive; who offers a part of a library to Bacula gives it a library of that part.
#
# Needs no root; listens on loopback only. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

version=9.6.7-7
limit_s=120
folder=$(mktemp -d)
servers=()
tidy() {
  for server in "${servers[@]}"; do
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap tidy EXIT
cd "$folder"

for package in bacula-{common,director,director-sqlite3,common-sqlite3,sd,console}"=$version" liblzo2-2 libwrap0 libreadline8 libsqlite3-0; do
  apt-get -qq download "$package" >/dev/null 2>&1 || { echo "cannot download $package"; exit 2; }
done
mkdir root
for archive in *.deb; do dpkg-deb --extract "$archive" root; done
export LD_LIBRARY_PATH=$folder/root/usr/lib/bacula:$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
for program in bacula-dir bacula-sd bconsole; do
  ldd root/usr/sbin/$program | grep "not found" && { echo "$program needs these libraries"; exit 2; }
done

# The library: what is in the drive is a link to the tape; the number in "loaded" is the slot that it came from, 0: none.
mkdir tapes
touch tapes/{1,2,3,4} query.sql
echo 0 >loaded
cat >changer <<CHANGER
#!/bin/bash
cd "$folder"
echo "\$1 \$2" >>asked
case \$1 in
  slots) echo 4 ;;
  list) printf '%s:\n' 1 2 3 4 ;;
  loaded) cat loaded ;;
  load) ln --symbolic --force "$folder/tapes/\$2" drive && echo "\$2" >loaded ;;
  unload) rm drive && echo 0 >loaded ;;
  *) exit 1 ;;
esac
CHANGER
chmod +x changer

read -r director_port storage_port < <(python3 -c '
import socket
both = [socket.socket() for _ in range(2)]
for one in both: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in both])')
cat >director.conf <<CONF
Director {
  Name = lab-dir
  DirPort = $director_port
  DirAddress = 127.0.0.1
  QueryFile = "$folder/query.sql"
  WorkingDirectory = "$folder"
  PidDirectory = "$folder"
  Password = lab
  Messages = Log
}
Catalog {
  Name = Catalog
  dbname = bacula
  dbuser = ""
  dbpassword = ""
}
Client {
  Name = nobody
  Address = 127.0.0.1
  Catalog = Catalog
  Password = lab
}
FileSet {
  Name = nothing
}
Autochanger {
  Name = Library
  Address = 127.0.0.1
  SDPort = $storage_port
  Password = lab
  Device = Library
  Media Type = Tape
  Autochanger = Library
}
Pool {
  Name = Default
  Pool Type = Backup
}
Messages {
  Name = Log
  append = "$folder/log" = all
  console = all
}
Job {
  Name = never
  Type = Backup
  Client = nobody
  FileSet = nothing
  Storage = Library
  Pool = Default
  Messages = Log
}
CONF
cat >storage.conf <<CONF
Storage {
  Name = lab-sd
  SDPort = $storage_port
  SDAddress = 127.0.0.1
  WorkingDirectory = "$folder"
  Pid Directory = "$folder"
}
Director {
  Name = lab-dir
  Password = lab
}
Autochanger {
  Name = Library
  Device = Drive
  Changer Device = /dev/null
  Changer Command = "$folder/changer %o %S"
}
Device {
  Name = Drive
  Drive Index = 0
  Device Type = VTape
  Media Type = Tape
  Autochanger = yes
  Archive Device = "$folder/drive"
  Removable Media = yes
  Automatic Mount = yes
  Always Open = no
}
Messages {
  Name = Log
  director = lab-dir = all
}
CONF
cat >console.conf <<CONF
Director {
  Name = lab-dir
  DIRport = $director_port
  address = 127.0.0.1
  Password = lab
}
CONF
sed --quiet '/<<END-OF-DATA/,/^END-OF-DATA/p' root/usr/share/bacula-director/make_sqlite3_tables | sed '1d;$d' |
  python3 -c 'import sqlite3, sys; sqlite3.connect("bacula.db").executescript(sys.stdin.read())'

ask() { timeout $limit_s root/usr/sbin/bconsole -c "$folder/console.conf" <<<"$1" >said 2>&1; }
root/usr/sbin/bacula-sd -f -c "$folder/storage.conf" </dev/null >storage.log 2>&1 &
servers+=($!)
root/usr/sbin/bacula-dir -f -c "$folder/director.conf" </dev/null >director.log 2>&1 &
servers+=($!)
for _ in $(seq 100); do
  ask version && grep --quiet "1000 OK" said && break
  sleep 0.2
done
grep --quiet "1000 OK" said || { tail -n 3 said director.log storage.log; exit 2; }
for slot in 1 2 3 4; do
  ask "label volume=VOL$slot slot=$slot pool=Default storage=Library drive=0" || true
  grep --quiet "successfully created" said || { cat said; exit 2; }
done

# What is loaded for a command; the drive is empty before it.
look() {
  ask "unmount storage=Library drive=0" && [ "$(cat loaded)" = 0 ] || { cat said; exit 2; }
  : >asked
  ask "$1 storage=Library drive=0" || { cat said; exit 2; }
  loads=$(sed --quiet 's/^load //p' asked | tr '\n' ' ')
  echo "  $1: loads slots $loads"
}
echo "bacula $version, four slots:"
look "update slots=1-2 scan"
named=$loads
look "update slots scan slots=1-2"
if [ "$named" = "1 2 " ] && [ "$loads" = "1 2 3 4 " ]; then
  echo "as described: the slots that were named are passed over"
else
  echo "different from what is described"
  exit 1
fi
