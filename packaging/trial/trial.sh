#!/bin/bash
# What scripts/package-test does inside its Debian, as root, with systemd running: /trial/now and /trial/later have the packages.
# Writes /trial/log, and 0 or 1 into /trial/status when it ends.
set -uo pipefail
exec >/trial/log 2>&1 </dev/null
export DEBIAN_FRONTEND=noninteractive HOME=/root NO_COLOR=1

step=starting
broken() {
  printf '  DID NOT HOLD (%s): %s\n' "$step" "$*"
  journalctl --unit=rsmd --no-pager --lines=25 2>/dev/null | sed 's/^/  journal: /'
  echo 1 >/trial/status
  exit 1
}
chapter() {
  step=$*
  printf '%s\n' "$step"
}
# run COMMAND...: shows it; its output is in $out, its exit status in $rc.
run() {
  printf '  $ %s\n' "$*"
  rc=0
  out=$("$@" 2>&1) || rc=$?
  [ -z "$out" ] || printf '%s\n' "$out" | sed 's/^/    /'
}
quietly() {
  rc=0
  out=$("$@" 2>&1) || rc=$?
}
succeeds() { [ "$rc" -eq 0 ] || broken "exit status $rc: $out"; }
says() { grep -qE -- "$1" <<<"$out" || broken "it should say: $1"; }
is() { [ "$1" = "$2" ] || broken "$3: $1, not $2"; }
# until_true SECONDS WHAT COMMAND...
until_true() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || broken "not within the time: $what"
    sleep 0.2
  done
}
install_packages() {
  quietly apt-get --quiet=2 --yes --allow-downgrades install "$@"
  printf '  $ apt-get install %s\n' "${*##*/}"
  succeeds
}
hardware=/var/lib/openrsm/hardware/Demo
request_state() { rsm request show "$1" --json | jq -r .state; }
ready() { [ "$(rsm status --json | jq -r .ready)" = true ]; }

chapter "Installed: the service runs, and everything has its owner"
install_packages /trial/now/openrsm_*.deb
run systemctl is-active rsmd; succeeds
run systemctl is-enabled rsmd; succeeds
run rsm status; succeeds; says ready
is "$(stat -c %U:%G:%a /var/lib/openrsm)" openrsm:openrsm:750 "/var/lib/openrsm"
is "$(stat -c %U:%G:%a /run/openrsm/devices)" root:root:700 "/run/openrsm/devices"
is "$(stat -c %a /etc/openrsm/rsmd.toml)" 644 "/etc/openrsm/rsmd.toml"
rsmd_pid=$(systemctl show --property=MainPID --value rsmd)
is "$(ps -o user= -p "$rsmd_pid" | tr -d ' ')" openrsm "the account of rsmd"
grep -q /libjemalloc.so.2 "/proc/$rsmd_pid/maps" || broken "rsmd does not run with jemalloc"
quietly man --warnings --encoding=UTF-8 8 rsmd; succeeds
for page in /usr/share/man/man*/rsm*; do
  quietly man --warnings --encoding=UTF-8 --local-file "$page"; succeeds
done
quietly dpkg --audit; succeeds; is "$out" "" "dpkg --audit"

chapter "The first run: one command makes a library, the next is a mount; and what is wrong is said"
run rsm setup --emulated Demo; succeeds
says '^made      /var/lib/openrsm/hardware/Demo \(2 drives, 12 slots, 8 cartridges\)$'
says '^wrote     /etc/openrsm/libraries.d/Demo.toml +\(undo: rsm setup --remove Demo\)$'
says '^restarted rsmd: ready in [0-9.]+ s, 8 cartridges found; volumes: (block|user)$'
is "$(stat -c %U:%G "$hardware")" openrsm:openrsm "$hardware"
run rsm media mount A00001:0; succeeds; says 'A00001:0 is loaded in Demo drive [01]'
volume=$(readlink -f "$(rsm drive list --json | jq -r 'map(select(.medium_name == "A00001"))[0].volume')")
printf '  its volume: %s\n' "$volume"
if [ -b "$volume" ]; then  # the client finds libblkid when it is to name a file system, and not before
  run rsm volume status "$volume"; succeeds; says '^File system +EXT4'
fi
run rsm setup --check; says '^ok +unit'; says '^ok +socket'; says '^ok +group'; says '^ok +configuration'; says '^ok +devices'; says '^ok +disk'
run rsm setup --emulated second; succeeds; says '8 cartridges found'
until_true 120 "its cartridges are identified" sh -c '[ "$(rsm request list --open --library second --json | jq length)" = 0 ]'
run rsm setup --remove second; succeeds; says '^removed   /var/lib/openrsm/hardware/second$'
[ ! -e /var/lib/openrsm/hardware/second ] && [ ! -e /etc/openrsm/libraries.d/second.toml ] || broken "it is still there"
until_true 120 "the first library is at rest" sh -c '[ "$(rsm request list --open --json | jq length)" = 0 ]'
run rsm media dismount A00001:0 --wait; succeeds

chapter "An upgrade while a mount waits: the service is restarted, the request is served afterwards"
run rsm door open Demo; succeeds  # nothing moves while a person is at the door
until_true 60 "the door is unlocked and opened" rsm-emu door "$hardware" open
rsm media mount A00002:0 >/trial/waiting 2>&1 &
mounting=$!
until_true 30 "the mount waits" sh -c 'rsm request list --open --json | jq -e "map(select(.operation == \"mount\")) | length == 1"'
request=$(rsm request list --open --json | jq -r 'map(select(.operation == "mount"))[0].id')
before=$(systemctl show --property=MainPID --value rsmd)
install_packages /trial/later/openrsm_*.deb
until_true 30 "the service answers" rsm status
run systemctl is-active rsmd; succeeds
[ "$before" != "$(systemctl show --property=MainPID --value rsmd)" ] || broken "it was not restarted"
quietly rsm catalog check --file "$(ls /var/lib/openrsm/backup/before-*.db)"; succeeds
mv /usr/libexec/openrsm/rsm-catalog-check /root/
quietly rsm catalog check --file "$(ls /var/lib/openrsm/backup/before-*.db)"; [ "$rc" -ne 0 ] || broken "nobody can have checked it"; says 'the package openrsm'
mv /root/rsm-catalog-check /usr/libexec/openrsm/
printf '  a backup was made: %s\n' /var/lib/openrsm/backup/*
run rsm request list --open; says 'A00002'; says 'mount A00002:0 .* ago +0 +[^ ]'  # and for what it waits
run rsm-emu door "$hardware" close; succeeds
# The person goes away: the service has unlocked the door again, since that request goes on, too.
run rsm request cancel "$(rsm request list --open --json | jq -r 'map(select(.operation | startswith("door")))[0].id')"; succeeds
until_true 60 "the waiting mount is served" sh -c "[ \"\$(rsm request show $request --json | jq -r .state)\" = passed ]"
wait "$mounting" || broken "the waiting command ended with $?: $(cat /trial/waiting)"
run rsm status; says 'A00002'
run rsm media dismount A00002:0 --wait; succeeds

chapter "An upgrade of a service that was stopped does not start it, and needs no backup"
run systemctl disable --now rsmd; succeeds
install_packages /trial/now/openrsm_*.deb
run systemctl is-active rsmd; [ "$rc" -ne 0 ] || broken "it was started"
run systemctl enable --now rsmd; succeeds
until_true 30 "the service is ready" ready

chapter "The exporter: there, and not started"
install_packages /trial/now/openrsm-exporter_*.deb
run systemctl is-active rsm-exporter; [ "$rc" -ne 0 ] || broken "it was started"
run systemctl start rsm-exporter; succeeds
until_true 20 "it answers" bash -c "exec 3<>/dev/tcp/127.0.0.1/9847"
install_packages /trial/later/openrsm-exporter_*.deb
run systemctl is-active rsm-exporter; succeeds

chapter "The web console: there, not started, and it gives a link to whoever may use the service"
install_packages /trial/now/openrsm-web_*.deb
run systemctl is-active rsm-web; [ "$rc" -ne 0 ] || broken "it was started"
run systemctl start rsm-web; succeeds
until_true 20 "it answers" bash -c "exec 3<>/dev/tcp/127.0.0.1/9848"
quietly bash -c 'exec 3<>/dev/tcp/127.0.0.1/9848; printf "GET / HTTP/1.1\r\nHost: 127.0.0.1:9848\r\nConnection: close\r\n\r\n" >&3; cat <&3'; succeeds; says '^HTTP/1.1 200'; says '<script.*app.js'
printf '  its page is served: %s\n' "$(head -n 1 <<<"$out" | tr -d '\r')"
quietly rsm web login; succeeds; says 'http://127.0.0.1:9848/#t='
install_packages /trial/later/openrsm-web_*.deb
run systemctl is-active rsm-web; succeeds

chapter "Telling people: there, and not started; a unit that has failed is told"
run systemctl is-active rsm-notify; [ "$rc" -ne 0 ] || broken "it was started"
run rsm notify --test; [ "$rc" -ne 0 ] || broken "nobody is to be told"; says 'MAIL_TO is not set'
printf '#!/bin/sh\n(cat >>/run/mails) 2>/dev/null || cat >/dev/null\n' >/usr/local/bin/sendmail
chmod 755 /usr/local/bin/sendmail
sed -i 's/^#MAIL_TO=.*/MAIL_TO="tape@example.org"/' /etc/default/openrsm-notify
run rsm notify --test; succeeds; says 'notify-mail: told'
grep -q 'this is how you are told' /run/mails || broken "no mail was made"
run systemctl start rsm-notify; succeeds
until_true 20 "it looks" test -e /var/lib/openrsm-notify/notify.json
run systemctl stop rsm-notify; succeeds
run systemctl start openrsm-failed@rsmd.service; succeeds
rm /usr/local/bin/sendmail

chapter "Programs are built with libopenrsm-dev alone, and run"
install_packages /trial/now/libntmsapi1_*.deb /trial/now/libvolumectl1_*.deb /trial/now/libopenrsm-dev_*.deb
for library in ntmsapi volumectl; do
  run pkg-config --validate $library; succeeds
done
mkdir /trial/programs
cd /usr/share/doc/libopenrsm-dev/examples || broken "no examples"
for source in *.c; do
  [ "$source" != program.c ] || continue
  library=ntmsapi more=
  ! grep -q '#include .volumectl.h' "$source" || library=volumectl
  ! grep -q '#include .program.h' "$source" || more=program.c
  # shellcheck disable=SC2046,SC2086
  quietly gcc -Wall -Werror "$source" $more -pthread -o "/trial/programs/${source%.c}" $(pkg-config --cflags --libs $library)
  succeeds
done
printf '  built: %s\n' "$(echo /trial/programs/* | sed 's#/trial/programs/##g')"
cd /
quietly /trial/programs/look_around; succeeds; says 'Demo'
quietly /trial/programs/pools_and_labels; [ "$rc" -ne 127 ] && [ "$rc" -lt 128 ] || broken "pools_and_labels does not run: $out"

chapter "Removed: configuration and catalog stay. Purged: the configuration goes, a catalog with media stays"
quietly apt-get --quiet=2 --yes remove libopenrsm-dev libntmsapi1 libvolumectl1 openrsm-exporter openrsm-web; succeeds
quietly apt-get --quiet=2 --yes remove openrsm; succeeds
[ -e /etc/openrsm/rsmd.toml ] && [ -e /var/lib/openrsm/catalog.db ] || broken "configuration or catalog are gone"
[ ! -e /usr/sbin/rsmd ] || broken "the program is still there"
quietly systemctl is-active rsmd; [ "$rc" -ne 0 ] || broken "it still runs"
printf '  $ apt-get purge openrsm\n'
quietly apt-get --quiet=2 --yes purge openrsm; succeeds; says 'rm -r /var/lib/openrsm'
grep openrsm: <<<"$out" | sed 's/^/    /'
[ ! -e /etc/openrsm ] && [ ! -e /run/openrsm ] || broken "configuration is left"
[ -e /var/lib/openrsm/catalog.db ] || broken "the catalog is gone"

chapter "A catalog without media is removed with the package"
rm -r /var/lib/openrsm
install_packages /trial/now/openrsm_*.deb
until_true 30 "the service is ready" ready
quietly apt-get --quiet=2 --yes purge openrsm openrsm-exporter openrsm-web; succeeds
left=$(find / -xdev \( -path /proc -o -path /sys -o -path /trial -o -path /var/log -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /tmp \) -prune -o \
  \( -iname '*openrsm*' -o -name 'rsmd*' -o -name 'rsm-*' -o -name rsm \) -print)
is "$left" "" "left over"

echo 0 >/trial/status
