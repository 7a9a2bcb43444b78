#!/bin/bash
# A database that takes connections and never says a word: watch reads on,
# decides, remembers, is alive and ends when asked.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
line 1 4Xaaa piotr@firma.example 83.0.0.1 >"$log"
cat >"$work/silent.py" <<'END'
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
kept = []
while True:
    kept.append(server.accept())
    print("came", flush=True)
END
python3 "$work/silent.py" >"$work/silent" &
silent=$!
python3 tests/command/notify_socket.py "$work/notify" "$work/told" &
notify=$!
pid=
trap 'kill $silent $notify $pid 2>/dev/null
	chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
eventually test -s "$work/silent"
eventually test -S "$work/notify"
echo secret >"$work/password"
chmod 600 "$work/password"
enforce=("${state[@]}" "${geo[@]}" --set mode=enforce --set database.kind=mysql
	--set "database.port=$(head -n 1 "$work/silent")"
	--set "database.password_file=$work/password"
	--set database.timeout=300s --set watch_interval=1h --json "$log")

NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=200000 "$comporta" watch \
	"${enforce[@]}" >"$work/out" 2>"$work/err" &
pid=$!
eventually has "$work/told" READY=1 && good "ready without it" ||
	bad "ready without it" "$(cat "$work/err")"
has "$work/silent" came && good "it was asked" || bad "it was asked"
burst anna@firma.example >>"$log"
eventually has "$work/out" '"suspend"' && good "decides" ||
	bad "decides" "$(cat "$work/err")"
waits() {
	[[ "$("$comporta" status "${state[@]}" 2>&1)" == \
		*"Waiting to be blocked: $1."* ]]
}
eventually waits 1 && good "remembers what it decided" ||
	bad "remembers what it decided" "$("$comporta" status "${state[@]}")"
burst jan@firma.example >>"$log"
eventually waits 2 && good "and reads on" || bad "and reads on"
before=$(grep -c WATCHDOG "$work/told")
eventually has "$work/told" WATCHDOG $((before + 5)) &&
	good "is alive meanwhile" || bad "is alive meanwhile"
# The database's own limit is five minutes.
kill -TERM $pid
timeout 60 tail --pid=$pid -f /dev/null
equal "ends in time" 0 $?
wait $pid
equal "and well" 0 $?
pid=
eventually waits 2 && good "what waits is there for the next" ||
	bad "what waits is there for the next"
finish
