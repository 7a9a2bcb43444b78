#!/bin/bash
# A second way out for notices: what the first server does not take now goes
# through the other one, and check says how both answer.
. tests/command/lib.sh
mkdir "$work/sent"
set -- "${state[@]}" --set sql_dir=sql --set template_dir=templates \
	--set mode=enforce --set mailserver.kind=none
db=$work/state/comporta.db
first=(--set smtp.url=smtp://127.0.0.1:1)
second=(--set "smtp_second.url=file://$work/sent")
states() {
	sqlite3 "$db" "SELECT state || ' ' || COUNT(*) FROM comporta_notice
		GROUP BY state ORDER BY state"
}

: >"$work/empty"
run scan "$@" "$work/empty"
sqlite3 "$db" "INSERT INTO comporta_mailbox VALUES
	('anna@firma.example', '\$6\$s\$x', NULL, 'pl', 'a@home.example', NULL)"

expect "the only server is away" 0 "the notice waits" \
	suspend "$@" "${first[@]}" anna@firma.example
equal "nothing went out" "queued 2" "$(states)"
sqlite3 "$db" "UPDATE comporta_notice SET next_ms = 0"
expect "with a second one" 0 "notices go through file://" \
	notify "$@" "${first[@]}" "${second[@]}"
equal "everything went out" "sent 2" "$(states)"
equal "there" 2 "$(find "$work/sent" -name '*.eml' | wc -l)"

run check "$@" "${first[@]}" "${second[@]}"
for words in "MEND  smtp       smtp://127.0.0.1:1 is away" \
	"ok    smtp 2nd   $work/sent: notices are put into this folder"; do
	case $out in
	*"$words"*) good "check: $words" ;;
	*) bad "check: $words" "$out" ;;
	esac
done
expect "a second password file that is not there" 74 \
	"smtp_second.password_file" notify "$@" "${second[@]}" \
	--set "smtp_second.password_file=$work/none"
finish
