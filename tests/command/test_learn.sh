#!/bin/bash
# Learning from old logs: profiles as after a replay, no verdict, nothing read
# twice and nothing skipped by the scan that follows, killed or repeated.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
id=0

# day, hour, account, address: one message to two recipients
mail() {
	id=$((id + 1))
	printf '2026-10-%02dT%02d:00:00.000000+00:00 mx1 postfix/submission/smtpd[7]: 4X%05d: client=unknown[%s], sasl_method=PLAIN, sasl_username=%s\n' \
		"$1" "$2" $id "$4" "$3"
	printf '2026-10-%02dT%02d:00:01.000000+00:00 mx1 postfix/qmgr[8]: 4X%05d: from=<%s>, size=900, nrcpt=2 (queue active)\n' \
		"$1" "$2" $id "$3"
}
# first day, last day
days() {
	local day
	for day in $(seq "$1" "$2"); do
		mail "$day" 8 anna@firma.example 83.0.0.1
		mail "$day" 9 piotr@firma.example 83.0.0.9
		mail "$day" 17 anna@firma.example 83.0.0.1
	done
}
# Three weeks, rotated twice; the last file has a last line without its end.
logs() {
	id=0
	rm -f "$work"/mail.log*
	days 1 7 | gzip >"$log.2.gz"
	id=100
	days 8 14 >"$log.1"
	id=200
	days 15 21 >"$log"
	touch -d 2026-10-08 "$log.2.gz"
	touch -d 2026-10-15 "$log.1"
}
fresh() {
	rm -rf "$work/state"
	logs
}
conf=(--set "sources=$log" "${state[@]}" "${geo[@]}")
# What is known of an account, without what speaks against it.
known() {
	"$comporta" explain "${state[@]}" "$1" 2>&1 | sed -n '/^Normal/,$p'
}
flat() {
	tr -s ' \n' ' '
}
both() {
	known anna@firma.example
	known piotr@firma.example
}

# What it must come to: one scan of it all.
logs
zcat "$log.2.gz" | cat - "$log.1" "$log" >"$work/all"
run scan --state-dir "$work/state" "${geo[@]}" "$work/all"
want=$(both)
equal "the reference" 1 "$(flat <<<"$want" | grep -c '42 logins on 21 days')"

fresh
expect "learn" 0 "84 lines" scan --learn "${conf[@]}" "$log.2.gz" "$log.1"
equal "says nothing of anybody" "" "$out"
expect "scan reads the rest" 0 "42 lines" scan "${conf[@]}"
equal "and knows what one scan of all would know" "$want" "$(both)"
expect "again: nothing" 0 " 0 lines" scan "${conf[@]}"

# While gzip works, or named twice.
fresh
gzip -k "$log.1"
expect "a file and its compressed copy are one" 0 "holds the same as" \
	scan --learn "${conf[@]}" "$log".* "$log.2.gz"
run scan "${conf[@]}"
equal "counted once" "$want" "$(both)"

# All three, the live one as far as it goes, in any order.
fresh
printf '2026-10-22T08:00:00.000000+00:00 mx1 postfix/submis' >>"$log"
expect "learn the live log too" 0 "126 lines" \
	scan --learn "${conf[@]}" "$log" "$log.2.gz" "$log.1"
equal "it knows all of it" "$want" "$(both)"
expect "nothing is left to scan" 0 " 0 lines" scan "${conf[@]}"
printf 'sion/smtpd[7]: 4X99999: client=unknown[83.0.0.1], sasl_method=PLAIN, sasl_username=anna@firma.example\n' >>"$log"
expect "but what is new" 0 " 1 lines" scan "${conf[@]}"
equal "the unfinished line was not lost" 1 "$(both | flat |
	grep -c '43 logins on 22 days')"

# First the old ones, then the live one partly, then the scan.
fresh
cp "$log" "$work/whole"
head -n 20 "$work/whole" >"$log"
run scan --learn "${conf[@]}" "$log.2.gz" "$log.1"
expect "learn the live one partly" 0 " 20 lines" scan --learn "${conf[@]}" \
	"$log"
tail -n +21 "$work/whole" >>"$log"
expect "scan reads the other part" 0 " 22 lines" scan "${conf[@]}"
equal "nothing twice, nothing skipped" "$want" "$(both)"

# Twice, thrice: the second time it has done nothing.
fresh
run scan --learn "${conf[@]}" "$log.2.gz" "$log.1"
expect "learn it again" 0 "is left out" scan --learn "${conf[@]}" \
	"$log.2.gz" "$log.1"
run scan "${conf[@]}"
expect "and after the scan" 0 "events left out" scan --learn "${conf[@]}" \
	"$log.2.gz" "$log.1" "$log"
equal "nothing counted twice" "$want" "$(both)"
expect "scan has nothing to read" 0 " 0 lines" scan "${conf[@]}"

# Rotated between learning and the first scan, compressed as well.
fresh
run scan --learn "${conf[@]}" "$log.2.gz" "$log.1"
mv "$log.2.gz" "$log.3.gz"
gzip "$log.1"
mv "$log.1.gz" "$log.2.gz"
mv "$log" "$log.1"
: >"$log"
expect "scan begins behind what was learnt" 0 " 42 lines" scan "${conf[@]}"
equal "wherever it is now" "$want" "$(both)"

# A copy of the rotated file, from another folder.
fresh
mkdir -p "$work/copy"
cp "$log.1" "$work/copy/old"
run scan --learn "${conf[@]}" "$log.2.gz" "$work/copy/old"
mv "$log.1" "$log.9"
mv "$log" "$log.1"
: >"$log"
expect "content decides, not the name" 0 " 42 lines" scan "${conf[@]}"
equal "as well as ever" "$want" "$(both)"

# What scan has yet to finish stays its own.
fresh
mv "$log" "$work/later"
mv "$log.1" "$work/middle"
head -n 30 "$work/middle" >"$log"
run scan --learn "${conf[@]}" "$log.2.gz"
run scan "${conf[@]}"
tail -n +31 "$work/middle" >>"$log"
touch -d 2026-10-15 "$log"
mv "$log" "$log.1"
cp "$work/later" "$log"
expect "a file half scanned is left to scan" 0 "mail.log.1 is left out" \
	scan --learn "${conf[@]}" "$log.1"
expect "which reads on in it" 0 " 54 lines" scan "${conf[@]}"
equal "nothing twice, nothing skipped again" "$want" "$(both)"

# A rotated file between the two that nobody named is read by nobody, as
# without learning; the others are.
fresh
expect "with a gap" 0 "84 lines" scan --learn "${conf[@]}" "$log.2.gz" "$log"
expect "scan goes on at the end" 0 " 0 lines" scan "${conf[@]}"

# Killed in the middle: a pipe that does not end holds it there.
fresh
mkfifo "$work/pipe"
"$comporta" scan --learn "${conf[@]}" "$log.2.gz" "$log.1" "$work/pipe" \
	>/dev/null 2>&1 &
learner=$!
exec 8>"$work/pipe"
head -n 4 "$work/all" >&8
sleep 0.5
kill -9 $learner
wait $learner 2>/dev/null
exec 8>&-
expect "killed, it has done nothing" 65 "no account" explain "${state[@]}" \
	anna@firma.example
expect "and goes again" 0 "84 lines" scan --learn "${conf[@]}" "$log.2.gz" \
	"$log.1"
run scan "${conf[@]}"
equal "as if nothing had been" "$want" "$(both)"

# A damaged log: nothing is learnt by halves.
fresh
{ gzip -c "$log.1" | head -c 150; } >"$log.3.gz"
expect "a damaged log" 65 "nothing was learnt" scan --learn "${conf[@]}" \
	"$log.2.gz" "$log.3.gz"
expect "and nothing was" 65 "no account" explain "${state[@]}" \
	anna@firma.example

# A thief in the old log: no verdict, no block, and nothing of his is learnt.
fresh
{ cat "$log.1"
  for address in 14.160.0.1 177.0.0.1 117.192.0.1 36.64.0.1 78.160.0.1 \
	95.24.0.1 187.128.0.1 171.96.0.1 41.32.0.1; do
	id=$((id + 1))
	mail 14 20 anna@firma.example $address
  done; } >"$work/thief"
cp "$work/thief" "$log.1"
touch -d 2026-10-15 "$log.1"
enforce=(--set mode=enforce --set smtp.url="file://$work/mails")
mkdir -p "$work/mails"
run replay --json "${geo[@]}" "$log.2.gz" "$log.1"
equal "a replay sees him" 1 "$(grep -c '"action":"suspend"' <<<"$out")"
expect "learning tells nothing" 0 "judged nobody" \
	scan --learn "${conf[@]}" "${enforce[@]}" "$log.2.gz" "$log.1"
equal "no verdict" "" "$out$(grep -i 'sending' <<<"$err")"
equal "no database, no mail" "" \
	"$(ls "$work/mails"; find "$work/state" -name '*comporta.db*')"
run explain "${state[@]}" anna@firma.example
equal "she is calm" 1 "$(grep -c '^anna@firma.example is calm' <<<"$out")"
equal "no evidence is left" 1 "$(flat <<<"$out" |
	grep -c -- '-8.8 before any evidence; -8.8 in all')"
equal "no place of his either" Poland "$(awk '/^  countries/,/^  networks/' \
	<<<"$out" | grep -oE '[A-Z][a-z]+:' | tr -d ':')"
{ for address in 14.160.0.1 177.0.0.1 117.192.0.1 36.64.0.1 78.160.0.1 \
	95.24.0.1 187.128.0.1; do
	id=$((id + 1))
	mail 15 8 anna@firma.example $address
  done; } >"$log"
expect "he goes on and is stopped" 0 "stopped sending for anna" \
	scan "${conf[@]}" "${enforce[@]}"
# Learning does not open a gate or forget a case.
run explain "${state[@]}" anna@firma.example
before=$out
expect "learn more meanwhile" 0 "" scan --learn "${conf[@]}" "${enforce[@]}" \
	"$work/all"
run explain "${state[@]}" anna@firma.example
# But for the last day, which is over for all when newer lines are known.
undayed() { sed -z 's/  In its last 24[^(]*([^)]*)\.\n//'; }
equal "a blocked account stays what it was" "$(undayed <<<"$before")" \
	"$(undayed <<<"$out")"

# Day one is not cold: the same burst, the same place, with and without.
fresh
run scan --learn "${conf[@]}" "$log.2.gz" "$log.1"
equal "home is trusted on day one" 1 "$(known piotr@firma.example |
	grep -c 'Poland: .*trusted')"

# Replay measures the same.
fresh
cat "$work/thief" >"$log.1"
run replay --json --learn-until 2026-10-15 "${geo[@]}" "$log.2.gz" "$log.1" \
	"$log"
equal "replay: nothing before the day" "0:" "$rc:$out"
run replay --json --learn-until 2026-10-14T20:00:00Z "${geo[@]}" "$log.2.gz" \
	"$log.1" "$log"
equal "replay: what comes after it" anna@firma.example \
	"$(grep '"action":"suspend"' <<<"$out" | grep -oE '[a-z]+@firma.example' | sort -u)"
expect "no day so late" 0 "nobody judged" replay --learn-until 2027-01-01 \
	"${geo[@]}" "$work/thief"
expect "no day" 64 "2026-11-15" replay --learn-until yesterday "$log"
expect "no such day" 64 "not \"2026-02-30\"" replay --learn-until 2026-02-30 \
	"$log"
expect "nothing to learn from" 64 "scan --learn LOG" scan --learn "${conf[@]}"
expect "no such log" 65 "none.log" scan --learn "${conf[@]}" "$work/none.log"
mkdir -p "$work/state"
exec 9>"$work/state/lock"
flock -n 9
expect "not while a scan runs" 75 "another scan" scan --learn "${conf[@]}" \
	"$log.1"
finish
