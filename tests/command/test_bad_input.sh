#!/bin/bash
# What is wrong from outside: each a message that names the thing and the
# remedy, the right exit status, and nothing lost.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
burst anna@firma.example >"$log"

# The command line.
expect "no such command" 64 'no command "scna"' scna
expect "no such option" 64 "--help" replay --nonsense "$log"
expect "an option of another command" 64 "does not know" events --dry-run "$log"
expect "an option without its value" 64 "needs a value" replay --home
expect "too few arguments" 64 "usage: comporta replay" replay
expect "no such format" 64 "known are auto, courier, cyrus, dovecot" \
	events --format exchange "$log"
expect "--set without =" 64 "name=value" replay --set mode "$log"
expect "--set of an unknown option" 78 'no option "mood"' \
	replay --set mood=good "$log"

# The configuration: file, line, what is allowed.
conf() { printf '%s\n' "$@" >"$work/c.conf"; }
conf 'mode = "observe";' 'sauces = ( "a" );'
expect "unknown key" 78 'c.conf:2: there is no option "sauces"' \
	check -c "$work/c.conf"
conf 'mode = "angry";'
expect "not a choice" 78 'one of "observe", "enforce"' check -c "$work/c.conf"
conf 'judge: {' ' block = 7.0;' '};'
expect "no plan" 78 'hard_limit.plans: "@shop.example many" is no' \
	check --set 'signal.hard_limit.plans=@shop.example many'
expect "out of range" 78 'c.conf:2: judge.block is "7", allowed is a number from 0.005 to 1' \
	check -c "$work/c.conf"
conf 'watch_interval = "soon";'
expect "no time" 78 "such as 90s" check -c "$work/c.conf"
conf 'mode = "observe"' 'state_dir = ;'
expect "syntax" 78 "c.conf:2" check -c "$work/c.conf"
expect "no such configuration" 78 "cannot read the configuration" \
	check -c "$work/none.conf"
expect "home is no country" 78 "no country code" replay --home POL "$log"

# Who could read along.
for listen in 127.0.0.1:8025 '[::1]:8025' 0.0.0.0:8025 '[2001:db8::1]:8025'; do
	case $listen in 127.* | *::1]*) told=0 ;; esac
	case $listen in 0.* | *db8*) told=1 ;; esac
	equal "serve at $listen" $told "$("$comporta" check \
		--set mode=enforce --set serve.listen="$listen" \
		--state-dir "$work/state" 2>&1 | grep -c 'read on the way')"
done
equal "... with a proxy" 0 "$("$comporta" check --set mode=enforce \
	--set serve.listen=0.0.0.0:8025 --set serve.proxies=192.0.2.9 \
	--state-dir "$work/state" 2>&1 | grep -c 'read on the way')"

# Logs.
expect "no such log" 65 "cannot read the log $work/none.log: No such file" \
	replay "$work/none.log"
expect "a folder" 65 "is a folder, not a log" replay "$work"
expect "a device" 65 "is a device, not a log" replay /dev/zero
expect "a damaged .gz" 65 "decompress" replay <(true) "$(
	printf '\037\213\010\000broken' >"$work/x.gz"; echo "$work/x.gz")"
if [ "$(id -u)" != 0 ]; then
	chmod 000 "$log"
	expect "an unreadable log" 77 "Permission denied" replay "$log"
	chmod 644 "$log"
fi
head -c 3000000 /dev/urandom >"$work/noise.log"
expect "noise" 65 "no line was understood" replay "$work/noise.log"
equal "and nobody is cleared by it" "" "$out"
: >"$work/empty.log"
expect "an empty log" 0 "0 lines" replay "$work/empty.log"
{ burst anna@firma.example; head -c 200000 /dev/zero | tr '\0' x; echo
  printf 'a\0b\n\r\n\xff\xfe\n'; } >"$work/strange.log"
expect "strange lines are skipped and counted" 0 "unreadable lines 3" \
	replay "$work/strange.log"

# GeoIP.
echo "no database" >"$work/broken.mmdb"
expect "a broken MMDB" 65 "fetch it again" replay --country-db \
	"$work/broken.mmdb" "$log"
expect "a missing MMDB" 65 "cannot read the country file" replay --country-db \
	"$work/none.mmdb" "$log"
expect "no MMDB at all" 0 "no country file" replay "$log"

# A log that cannot be read does not keep the other from being read.
expect "one of two logs is missing" 65 "none.log" scan "${state[@]}" \
	"${geo[@]}" "$work/none.log" "$log"
run status "${state[@]}"
equal "the other was read" "would block" \
	"$(grep -o 'would block' <<<"$out" | head -n 1)"

# State.
expect "nothing scanned yet" 65 "run \`comporta scan\` first" \
	status --state-dir "$work/nothing"
expect "an unknown account" 65 'no account "nobody@x.example"' \
	explain "${state[@]}" nobody@x.example
mkdir -p "$work/damaged/state"
head -c 65536 /dev/urandom >"$work/damaged/state/data.mdb"
expect "a damaged state" 65 "restore it or move it away" \
	status --state-dir "$work/damaged"

# The database: away now, done later, once.
enforce=("${state[@]}" --set mode=enforce --set smtp.url="file://$work/mails")
mkdir "$work/mails"
rm -rf "$work/state"
expect "the database is away" 69 "decisions wait" scan "${enforce[@]}" \
	"${geo[@]}" --set database.kind=mysql --set database.port=1 "$log"
expect "it is back: the decision is carried out" 0 "stopped sending for anna" \
	scan "${enforce[@]}" "${geo[@]}" "$log"
expect "once" 0 "0 lines" scan "${enforce[@]}" "${geo[@]}" "$log"
equal "one block" 1 "$(sqlite3 "$work/state/comporta.db" \
	'SELECT COUNT(*) FROM comporta_block')"
echo "garbage, not a database" >"$work/bad.db"
expect "a broken SQLite file" 65 "bad.db" status "${state[@]}" \
	--set database.file="$work/bad.db"

# The mail server is away: the notice waits and goes once.
rm -rf "$work/state" "$work/mails"; mkdir "$work/mails"
away=("${state[@]}" --set mode=enforce --set smtp.url=smtp://127.0.0.1:1)
expect "the mail server is away" 69 "wait for a later run" \
	scan "${away[@]}" "${geo[@]}" "$log"
sqlite3 "$work/state/comporta.db" 'UPDATE comporta_notice SET next_ms = 0'
expect "it is back" 0 "1 notices sent" scan "${enforce[@]}" "${geo[@]}" "$log"
expect "and went once" 0 "" scan "${enforce[@]}" "${geo[@]}" "$log"
equal "one mail" 1 "$(ls "$work/mails" | wc -l)"

# Operators.
rm -rf "$work/state"
run check "${enforce[@]}" --create-tables --set sources="$log"
equal "check with a database" 0 "$rc"
sqlite3 "$work/state/comporta.db" "INSERT INTO comporta_mailbox (account,
	password_hash) VALUES ('anna@firma.example', '\$6\$salt\$hash')"
run scan "${enforce[@]}" "${geo[@]}" "$log"
expect "lifting without a new password" 75 "--force" lift "${enforce[@]}" \
	anna@firma.example
expect "a name that nobody has" 65 "neither in the panel" suspend \
	"${enforce[@]}" "no such name"
expect "lifting what is not blocked" 65 "is not blocked" lift "${enforce[@]}" \
	piotr@firma.example
expect "a secret that others may read" 77 "chmod" scan "${enforce[@]}" \
	--set secret_file="$(echo 0123456789abcdef0123456789 >"$work/s"
	chmod 644 "$work/s"; echo "$work/s")" "$log"
finish
