#!/bin/bash
# Self-watch: each thing that may be wrong with the host is told once by mail,
# webhook and metric when it begins, and once when it is over. An alarm is over
# when nobody has seen it for ten minutes, which calm() has pass.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/told.sh"
. "$(dirname "$0")/mariadb.sh"
country=${COUNTRY_DB:-build/geoip/country.mmdb}
asn=${ASN_DB:-build/geoip/asn.mmdb}
log=$work/mail.log
# Beside the state, whose disk will be full.
db=$work/desk.db
with=("${state[@]}" "${tell[@]}" --set mode=enforce --set home=PL
	--set "database.file=$db" --set geo_max_age=3650d
	--set mailserver.kind=none --set "country_db=$work/country.mmdb"
	--set "asn_db=$work/asn.mmdb")
sql() { sqlite3 -cmd '.timeout 20000' "$db" "$1"; }
scan() { run scan "${with[@]}" "$@" "$log"; }
calm() { sql "UPDATE comporta_alarm SET seen_ms = seen_ms - 600000"; }
blocked() { sql "SELECT COUNT(*) FROM comporta_block"; }
# Lines of this minute.
today() {
	line 1 "$@" | sed "s/^2026-11-15T08:01/$(date -u +%Y-%m-%dT%H:%M)/"
}
# Begun, seen again, gone, and over.
twice() { # what, alarm, words, command that mends it
	told "$1" "$2" "$3" 1 0
	scan
	told "... seen again" "$2" "$3" 1 0
	$4
	scan
	calm
	scan
	told "... over" "$2" "$3" 1 1
}
cp "$country" "$asn" "$work/"
: >"$log"
scan
told_serve "${with[@]}"

# Broken at the start: cut short, garbage, gone. A thief's lines come, and with
# them everybody's from networks that all look new.
for i in $(seq 1 8); do burst "user$i@firma.example"; done >"$work/burst"
sed -i 's/T08:/T09:/' "$work/burst"
for how in short garbage gone; do
	rm -f "$work/asn.mmdb"
	case $how in
	short) head -c 100000 "$asn" >"$work/asn.mmdb" ;;
	garbage) head -c 100000 /dev/urandom >"$work/asn.mmdb" ;;
	esac
	cat "$work/burst" >>"$log"
	expect "an AS file that is $how stops nothing" 0 "not judged" \
		scan "${with[@]}" "$log"
	equal "... and nobody" 0 "$(blocked)"
done
mend() { cp "$asn" "$work/"; }
twice "broken data" geo_broken "a GeoIP file cannot be used" mend

# While watch runs: written over, cut short. What was read before still counts.
"$comporta" watch "${with[@]}" --set watch_interval=1s "$log" >/dev/null \
	2>"$work/watch" &
watch=$!
eventually has "$work/watch" watching
head -c 100000 /dev/urandom >"$work/country.mmdb"
: >"$work/asn.mmdb"
eventually has "$work/watch" "data of before" &&
	good "watch goes on with the data of before" ||
	bad "watch goes on with the data of before" "$(cat "$work/watch")"
burst maria@loja.example | sed 's/T08:/T10:/; s/4Xb/4Xm/' >>"$log"
stopped() { [ "$(blocked)" = 1 ]; }
eventually stopped && good "... and finds a thief by them" ||
	bad "... and finds a thief by them" "$(cat "$work/watch")"
again() { [ "$(mails "Alarm: a GeoIP file cannot be used")" = 2 ]; }
eventually again && good "... which is told at once" ||
	bad "... which is told at once"
cp "$country" "$asn" "$work/"
eventually has "$work/watch" "new GeoIP data" &&
	good "... until there are whole ones" ||
	bad "... until there are whole ones" "$(cat "$work/watch")"
# Those were read inside the fence.
: >"$work/country.mmdb"
truncate -s 5000 "$work/asn.mmdb"
burst ala@firma.example | sed 's/T08:/T10:/; s/4Xb/4Xl/' >>"$log"
stopped() { [ "$(blocked)" = 2 ]; }
eventually stopped && good "... which are safe from that as well" ||
	bad "... which are safe from that as well" "$(cat "$work/watch")"
eventually has "$work/watch" "data of before" 2
cp "$country" "$asn" "$work/"
eventually has "$work/watch" "new GeoIP data" 2
kill $watch
wait $watch
calm
scan
told "broken under watch" geo_broken "a GeoIP file cannot be used" 2 2

# Old data.
scan --set geo_max_age=1d
old() { sql "SELECT 1" >/dev/null; }
twice "old data" geo_old "the GeoIP files are too old" old

# Networks that the country file does not know: a fifth of the clients.
for i in $(seq 1 200); do
	line 1 "4Xu$i" "u$i@firma.example" "240.$i.0.1"
done | sed 's/T08:/T11:/' >>"$log"
scan
many() {
	local i
	for i in $(seq 1 1200); do
		line 1 "4Xk$i" "k$i@firma.example" "83.$((i % 200)).0.1"
	done | sed 's/T08:/T12:/' >>"$log"
}
twice "unknown networks" geo_off "the GeoIP files do not know" many

# No line, no submission.
sleep 1.1
scan --set notice.silent_after=1s
twice "a silent log" log_silent "no line has come" old
today 4Xsub piotr@firma.example 83.0.0.1 >>"$log"
scan
sleep 1.1
echo "$(date -u +%Y-%m-%dT%H:%M:%S.000000+00:00) mx1 postfix/anvil[1]: statistics: max cache size 1" >>"$log"
scan --set notice.idle_after=1s
submit() { today 4Xsub2 piotr@firma.example 83.0.0.1 >>"$log"; }
twice "nobody sends" no_submissions "lines come, but nobody" submit

# The log's clock behind and ahead of ours.
late() { line 3 "4Xlate$1" piotr@firma.example 83.0.0.1 >>"$log"; }
late 1
scan
equal "late lines once are no clock" 0 "$(mails 'Alarm: the log is behind')"
late 2
run_later() { # seconds, options
	local later=$1
	shift
	out=$(timeout 60 faketime -f "+${later}s" "$comporta" scan \
		"${with[@]}" "$@" "$log" 2>"$work/stderr" </dev/null)
	rc=$?
	err=$(cat "$work/stderr")
}
run_later 90
in_time() { today 4Xnow piotr@firma.example 83.0.0.1 >>"$log"; }
told "the log is behind" clock_behind "the log is behind the clock" 1 0
in_time
scan
# It was seen when that was.
calm
calm
scan
told "... over" clock_behind "the log is behind the clock" 1 1
for i in $(seq 40); do line 5 "4Xa$i" piotr@firma.example 83.0.0.1; done |
	sed 's/^2026/2028/' >>"$log"
scan
back() {
	local i
	for i in $(seq 40); do
		today "4Xc$i" piotr@firma.example 83.0.0.1
	done >>"$log"
}
twice "the log is ahead" clock_off "the log is ahead of the clock" back

# A notice that is refused, an action that is given up.
sql "INSERT INTO comporta_mailbox (account, contact) VALUES
	('ola@firma.example', 'refused@home.example')"
run suspend "${with[@]}" ola@firma.example --reason test \
	--set actions.on_block=/bin/false --set actions.max_attempts=1
scan --set actions.on_block=/bin/false --set actions.max_attempts=1
equal "the notice was refused" 1 "$(sql "SELECT COUNT(*) FROM comporta_notice
	WHERE state = 'failed'")"
scan
put_right() {
	sql "DELETE FROM comporta_notice WHERE state = 'failed';
		DELETE FROM comporta_action WHERE state = 'failed'"
}
told "an action was given up" actions_failed "actions after a block" 1 0
twice "a notice was refused" notices_refused "notices to owners" put_right
told "the action, over" actions_failed "actions after a block" 1 1

# The database away: told when it is over.
mariadb_begin
told_pids="$told_pids $mariadb_pid"
sqlite_port=$told_port
with+=("${mariadb[@]}" --state-dir "$work/other")
scan
told_serve "${with[@]}"
scan --set database.port=1
equal "without the database" 69 "$rc"
run_later 300
told_past "an outage" database_away "the database was away"
with+=("${state[@]}" --set database.kind=sqlite)
told_port=$sqlite_port

# A disk that is nearly full, then full: nothing is lost, and it is told.
if mkdir "$work/small" && mount -t tmpfs -o size=24m none "$work/small" \
	2>/dev/null; then
	trap 'umount -l "$work/small"; told_end' EXIT
	cp -r "$work/state/." "$work/small/"
	with+=(--state-dir "$work/small")
	scan
	told "nearly full" disk_full "the disk is nearly full" 1 0
	head -c 24m /dev/zero >"$work/small/filler" 2>/dev/null
	for i in $(seq 1 3000); do
		line 1 "4Xf$i" "f$i@firma.example" "83.$((i % 200)).0.1"
	done | sed 's/T08:/T13:/' >>"$log"
	burst ewa@firma.example | sed 's/T08:/T13:/; s/4Xb/4Xe/' >>"$log"
	scan
	scan
	told "full" state_unsaved "what was learnt cannot be written" 1 0
	timeout -s TERM 5 "$comporta" watch "${with[@]}" \
		--set watch_interval=200ms "$log" >/dev/null 2>"$work/watch"
	equal "... watch says it once" 1 \
		"$(grep -c 'cannot commit' "$work/watch")"
	equal "... nobody is stopped by what is not remembered" 0 \
		"$(sql "SELECT COUNT(*) FROM comporta_block
		WHERE account = 'ewa@firma.example'")"
	rm "$work/small/filler"
	scan
	calm
	scan
	told "written again" state_unsaved "what was learnt cannot" 1 1
	equal "... and nothing was lost" 1 \
		"$(sql "SELECT COUNT(*) FROM comporta_block
		WHERE account = 'ewa@firma.example'")"
	with+=("${state[@]}")
	calm
	scan
else
	echo "SKIPPED a full disk: no right to mount one"
fi
finish
