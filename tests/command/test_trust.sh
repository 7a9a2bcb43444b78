#!/bin/bash
# "It was me", by an operator: written down, heard by the next run once, and
# taken back.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
set -- "${state[@]}" --set sql_dir=sql --set template_dir=templates

for day in 01 02 03 04 05 06 07 08; do
	for who in anna ola; do
		line 5 "4Xc$day$who" $who@firma.example 83.11.5.20 |
			sed "s/2026-11-15/2026-11-$day/"
	done
done >"$log"
run scan "$@" "${geo[@]}" "$log"
equal "a quiet week" 0 "$rc"

expect "no place" 64 "say which place" trust "$@" --reason x anna@firma.example
expect "no reason" 64 "--reason is missing" trust "$@" --country VN anna@firma.example
expect "no country" 64 "--country is" trust "$@" --country Vietnam --reason x anna@firma.example
expect "no network" 64 "--network is" trust "$@" --network VNPT --reason x anna@firma.example
expect "too long" 64 "--days is" trust "$@" --country VN --days 9999 --reason x anna@firma.example
expect "no address" 64 "no IP address" trust "$@" --client 14.160 --reason x anna@firma.example
expect "a private address" 65 "private address" trust "$@" "${geo[@]}" --client 10.0.0.1 --reason x anna@firma.example
expect "an unknown account" 65 "neither in the panel" trust "$@" --country VN --reason x nobody@firma.example

run trust "$@" "${geo[@]}" --client 14.161.20.5 --reason 'she called' --json Anna@firma.example
case $out in
'{"type":"trust","account":"Anna@firma.example","networks":["AS45899"],"countries":["VN"],"until":"2'*'"reason":"she called"}')
	good "trust --json" ;;
*) bad "trust --json" "$out$err" ;;
esac
run trust "$@" --country BR --days 5 --reason $'a\nb \e[2J' ola@firma.example
equal "trust in words" "ola@firma.example: BR until" "${out%% 2*}"

# Both write from Vietnam; the mail goes to people who are not there any more.
for minute in 10 20 30 40; do
	for who in anna ola; do
		id=4Xd$minute$who
		line $minute $id $who@firma.example 14.161.20.5
		echo "2026-11-15T08:$minute:02.000000+00:00 mx1 postfix/smtp[9]: $id: to=<x@dead$minute.example>, relay=none, delay=1, dsn=5.1.1, status=bounced (no such user)"
	done
done >>"$log"
run scan "$@" "${geo[@]}" --json "$log"
if [[ $out == *ola@firma.example* && $out != *anna@* ]]; then
	good "only the one without a word is suspicious"
else
	bad "only the one without a word is suspicious" "$out$err"
fi
run explain "$@" anna@firma.example
if [[ $out == *AS45899*trusted* ]]; then good "explain says so"; else
	bad "explain says so" "$out"; fi
before=$(stat -c %Y.%s "$work/state/state/data.mdb"; md5sum <"$work/state/state/data.mdb")
run scan "$@" "${geo[@]}" "$log"
equal "heard once: the next run writes nothing" "$before" \
	"$(stat -c %Y.%s "$work/state/state/data.mdb"; md5sum <"$work/state/state/data.mdb")"

run trust "$@" --network 45899 --country VN --days 0 --reason 'a mistake' anna@firma.example
equal "taken back" "anna@firma.example: AS45899 VN taken back. The next scan takes it into account." "$out"
run scan "$@" "${geo[@]}" "$log"
run explain "$@" anna@firma.example
if [[ $out != *AS45899*"trusted until"* ]]; then good "no longer trusted"; else
	bad "no longer trusted" "$out"; fi

# The state was lost: what people said is heard again. The database was put
# back to an older one: its last word counts, and what is said next is heard.
cp "$work/state/comporta.db" "$work/older.db"
run trust "$@" --network AS45899 --country VN --reason 'it was her after all' anna@firma.example
rm -r "$work/state/state"
run scan "$@" "${geo[@]}" "$log"
run explain "$@" anna@firma.example
if [[ $out == *AS45899*"trusted until"* ]]; then good "after a lost state"; else
	bad "after a lost state" "$out"; fi
rm -f "$work"/state/comporta.db*
cp "$work/older.db" "$work/state/comporta.db"
expect "an older database is told" 0 "not the one it was" scan "$@" "${geo[@]}" "$log"
run explain "$@" anna@firma.example
if [[ $out == *"AS45899"*"not yet trusted"* && $out != *"trusted until"* ]]; then
	good "its last word counts"; else bad "its last word counts" "$out"; fi
run trust "$@" --network AS7552 --reason 'said later' ola@firma.example
run scan "$@" "${geo[@]}" "$log"
run explain "$@" ola@firma.example
if [[ $out == *AS7552*"trusted until"* ]]; then good "and the next word is heard"; else
	bad "and the next word is heard" "$out"; fi
finish
