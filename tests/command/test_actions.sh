#!/bin/bash
# What a block does outside the database: sessions ended, the account's queued
# mail held by its ids and nobody else's, and what a lift does with it. A tool
# takes the places of doveadm and postsuper; the real ones are in tests/e2e.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
tool=$work/tool
here=$(hostname | cut -d. -f1)

cat >"$tool" <<END
#!/bin/sh
{ echo "\$*"; case \$* in *-) sort | tr '\n' ' '; echo ;; esac; } >>$work/trace
[ ! -e $work/broken ] || { echo "cannot do it" >&2; exit 75; }
END
chmod +x "$tool"
set -- "${state[@]}" "${geo[@]}" --set sql_dir=sql --set template_dir=templates \
	--set mode=enforce --set "smtp.url=file://$work/sent"
set -- "$@" --set "actions.on_block=$tool flush {account},ok=68 $tool kick {account}" \
	--set "actions.on_lift=$tool flush {account}" --set "queue.hold=$tool -h -" \
	--set "queue.release=$tool -H -" --set "queue.delete=$tool -d -"
mkdir "$work/sent"
: >"$work/empty"
db=$work/state/comporta.db
known() { # login
	sqlite3 "$db" "INSERT INTO comporta_mailbox VALUES ('$1', '\$6\$s\$x',
		NULL, 'pl', NULL, NULL)"
}
traced() {
	cat "$work/trace" 2>/dev/null
	rm -f "$work/trace"
}
# Lifting and stopping by hand take no --home.
desk=("${state[@]}" --set sql_dir=sql --set template_dir=templates
	--set mode=enforce --set "smtp.url=file://$work/sent"
	--set "actions.on_lift=$tool flush {account}"
	--set "queue.hold=$tool -h -" --set "queue.release=$tool -H -"
	--set "queue.delete=$tool -d -")

expect "a slip in a command line" 78 "nothing is known by the name {acount}" \
	check "${state[@]}" --set "actions.on_block=doveadm kick {acount}"
# A program that is not there is told now, not at the first block.
for option in actions.on_block actions.on_lift queue.hold queue.release \
	queue.delete; do
	run check "${state[@]}" --set sql_dir=sql --set template_dir=templates \
		--set mode=enforce --set "$option=$work/none -"
	if [[ $out == *"MEND  actions"*"$option: there is no program $work/none"* ]]
	then good "check: $option is not there"
	else bad "check: $option is not there" "$rc $out$err"; fi
done
run check "${state[@]}" --set sql_dir=sql --set template_dir=templates \
	--set mode=enforce --set panel.name=directadmin
if [[ $out == *"block.command of directadmin: there is no program"* ]]
then good "check: the panel's own"
else bad "check: the panel's own" "$rc $out$err"; fi
run check "$@" "$work/empty"
equal "check: those that are there" 0 "$(grep -c 'no program' <<<"$out")"
expect "the tables" 0 "" scan "$@" "$work/empty"
known anna@firma.example
known ola@firma.example

# Anna's ten stay in the queue but for one; ola's is not touched, and what
# another machine wrote is not ours.
{
	line 0 4Xola ola@firma.example 83.11.5.20
	burst anna@firma.example
	echo "2026-11-15T08:11:00.000000+00:00 mx1 postfix/qmgr[8]: 4Xb1111: removed"
} | sed "s/ mx1 / $here.example.net /" >"$log"
line 12 4Xfar anna@firma.example 41.32.0.1 | sed 's/ mx1 / elsewhere /' >>"$log"
run scan "$@" "$log"
equal "anna is stopped" 0 "$rc"
run explain "${desk[@]}" anna@firma.example
for words in "after the block, command 1: done" "after the block, command 2: done" \
	"messages in the queue: held 9"; do
	if [[ $(tr -s ' \n' ' ' <<<"$out") == *"$words"* ]]
	then good "explain says: $words"; else bad "explain: $words" "$out"; fi
done
run explain --json "${desk[@]}" anna@firma.example
for words in '"actions":[{"moment":"block","name":' \
	'"queue":{"held":9,"ids":["4Xb10101010",'; do
	if [[ $out == *"$words"* ]]; then good "explain --json: $words"
	else bad "explain --json: $words" "$out"; fi
done
equal "what is done then" "flush anna@firma.example
kick anna@firma.example
-h -
4Xb10101010 4Xb2222 4Xb3333 4Xb4444 4Xb5555 4Xb6666 4Xb7777 4Xb8888 4Xb9999 " \
	"$(traced)"
run scan "$@" "$log"
equal "once" "" "$(traced)"
line 13 4Xlate anna@firma.example 41.32.0.1 |
	sed "s/ mx1 / $here /" >>"$log"
run scan "$@" "$log"
equal "one that was on its way" "-h -
4Xlate " "$(traced)"

expect "no such fate" 64 "keep, release or delete" \
	lift "${desk[@]}" --queue maybe anna@firma.example
expect "no such command" 78 "queue.delete is not set" \
	lift "${desk[@]}" --set queue.delete= --queue delete anna@firma.example
equal "nothing was done" "" "$(traced)"
expect "lifted, and the mail deleted" 0 "" lift "${desk[@]}" --force \
	--reason 'owner called' --queue delete anna@firma.example
equal "what is done then" "flush anna@firma.example
-d -
4Xb10101010 4Xb2222 4Xb3333 4Xb4444 4Xb5555 4Xb6666 4Xb7777 4Xb8888 4Xb9999 4Xlate " \
	"$(traced)"

# By hand, in observe as well; a tool that fails is told and tried again, and
# does not keep the block from standing.
touch "$work/broken"
expect "stopped by hand" 0 "will be tried again: $tool ended with 75: cannot do it" \
	suspend "${desk[@]}" --set mode=observe --set "actions.on_block=$tool flush {account}" \
	ola@firma.example
equal "and stopped" ola@firma.example \
	"$(sqlite3 "$db" 'SELECT account FROM comporta_send_block')"
traced >/dev/null
run check "${state[@]}" --set sql_dir=sql --set template_dir=templates \
	--set "sources=$log" --set mode=enforce
case $out in
*"MEND  actions"*"cannot do it"*) good "check tells of it" ;;
*) bad "check tells of it" "$out" ;;
esac
# Somebody opens it in the tables: a block that holds nobody is told.
sqlite3 "$db" "DELETE FROM comporta_send_block"
run check "${state[@]}" --set sql_dir=sql --set template_dir=templates \
	--set "sources=$log" --set mode=enforce
case $out in
*"MEND  blocks"*"1 of 1 blocked accounts can send"*ola@*) good "check sees an open gate" ;;
*) bad "check sees an open gate" "$out" ;;
esac
rm "$work/broken"
sqlite3 "$db" "UPDATE comporta_action SET next_ms = 0 WHERE state = 'waiting'"
run scan "$@" "$log"
equal "done by the next scan" "flush ola@firma.example" "$(traced | head -1)"

# A block that another panel made is lifted on paper only, and nobody is told
# otherwise.
sqlite3 "$db" "UPDATE comporta_block SET panel = 'iredmail+table', changed = 1
	WHERE state = 'active'"
run lift "${desk[@]}" --force --reason 'panel changed' ola@firma.example
case $out in
*"stays stopped: block 2 was made through panel iredmail+table"*)
	good "a lift does not promise what it cannot do" ;;
*) bad "a lift does not promise what it cannot do" "$out$err" ;;
esac

# Stopped by hand, between two scans that read nothing.
line 14 4Xpia pia@firma.example 41.32.0.1 |
	sed "s/ mx1 / $here /" >>"$log"
run scan "$@" "$log"
run suspend "${desk[@]}" pia@firma.example
traced >/dev/null
run scan "$@" "$log"
equal "the next scan holds the mail of who was stopped by hand" "-h -
4Xpia " "$(traced)"
finish
