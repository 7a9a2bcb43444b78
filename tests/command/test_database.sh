#!/bin/bash
# A real MariaDB that goes away and comes back under scan and watch: decisions
# wait, are carried out once, and the operator reads once what to mend.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/mariadb.sh"
log=$work/mail.log
: >"$log"
mariadb_pid=
trap 'kill -KILL $mariadb_pid $watch 2>/dev/null
	chmod -R u+rwX "$work"; rm -rf "$work"' EXIT

end() { # signal
	kill "-$1" "$mariadb_pid"
	wait "$mariadb_pid" 2>/dev/null
}

wait_for() { # text in the file, how often
	eventually has "$2" "$1" "${3:-1}" ||
		bad "waiting for $1" "$(cat "$2")"
}

mariadb_install
(umask 077; echo secret >"$work/password")
mkdir "$work/mails"
reach=("${state[@]}" --set mode=enforce --set smtp.url="file://$work/mails"
	--set database.kind=mysql --set database.port="$mariadb_port"
	--set database.timeout=1s)
db=("${reach[@]}" --set database.password_file="$work/password")
run check --create-tables "${reach[@]}" --set database.user=root
mariadb_grants secret
equal "the tables are there" 0 "$(mariadb_sql 'SELECT COUNT(*) FROM comporta_block')"

# What there is of an account: blocks, rows for the mail server, lines of the
# audit trail, notices that went out.
of() {
	mariadb_sql "SELECT CONCAT_WS(' ', (SELECT COUNT(*) FROM comporta_block WHERE
	account = '$1'), (SELECT COUNT(*) FROM comporta_send_block WHERE
	account = '$1'), (SELECT COUNT(*) FROM comporta_audit WHERE account =
	'$1'), (SELECT COUNT(*) FROM comporta_notice n JOIN comporta_block b
	ON n.block_id = b.id WHERE account = '$1' AND n.state = 'sent'))"
}

# watch: the same, but its notices are sent beside it, by another process.
soon() { # what, wanted, account
	local got
	for _ in $(seq 1 200); do
		got=$(of "$3")
		[ "$got" = "$2" ] && break
		sleep 0.1
	done
	equal "$1" "$2" "$got"
}

# scan: told, and kept for the next.
burst anna@firma.example >>"$log"
end TERM
expect "ended" 69 "decisions wait (1): database 'comporta' at 127.0.0.1" \
	scan "${db[@]}" "${geo[@]}" "$log"
[[ "$err" == *"check that the server runs"* ]] && good "and what to do" ||
	bad "and what to do" "$err"
equal "said once" 1 "$(grep -c "Can't connect" <<<"$err")"
run check "${db[@]}"
[ "$rc" != 0 ] && [[ "$out" == *"that the server runs"* ]] && [[ "$out" == *"1 accounts wait to be blocked"* ]] &&
	good "check says that they wait" || bad "check" "$rc $out$err"
mariadb_start
kill -STOP $mariadb_pid
begin=$SECONDS
expect "silent" 69 "decisions wait (1)" scan "${db[@]}" "${geo[@]}" "$log"
[ $((SECONDS - begin)) -lt 15 ] && good "and nobody waits for ever" ||
	bad "and nobody waits for ever" $((SECONDS - begin))
kill -CONT $mariadb_pid
mariadb_sql 'SET GLOBAL read_only = 1'
expect "it only reads" 69 "not a replica" scan "${db[@]}" "${geo[@]}" "$log"
run check "${db[@]}"
[ "$rc" != 0 ] && [[ "$out" == *"takes no changes"*"name the primary"* ]] &&
	good "check says so" || bad "check says so" "$rc $out$err"
equal "and nothing of rights" 0 "$(grep -c 'may not' <<<"$out")"
mariadb_sql 'SET GLOBAL read_only = 0'
run check "${db[@]}"
equal "check misses no right" 0 "$(grep -c 'may not' <<<"$out")"
mariadb_sql "REVOKE INSERT ON comporta_audit FROM 'comporta'@'127.0.0.1'"
expect "a right was taken away" 77 "grants.sql" scan "${db[@]}" "$log"
run check "${db[@]}"
[[ "$out" == *"MEND  database   the user of the database may not: INSERT on comporta_audit; let"* ]] &&
	good "check names it" || bad "check names it" "$rc $out$err"
mariadb_grants secret
mariadb_sql 'ALTER TABLE comporta_block RENAME COLUMN scheme TO renamed'
expect "a column has another name" 78 "comporta check" scan "${db[@]}" "$log"
mariadb_sql 'ALTER TABLE comporta_block RENAME COLUMN renamed TO scheme'
mariadb_sql 'INSERT INTO comporta_schema VALUES (99, 0)'
expect "a newer comporta was here" 78 "update this one" scan "${db[@]}" "$log"
mariadb_sql 'DELETE FROM comporta_schema WHERE version = 99'
mariadb_sql 'LOCK TABLES comporta_block WRITE; DO SLEEP(8)' &
sleep 1
expect "a locked table" 75 "tried again" scan "${db[@]}" "$log"
wait $!
equal "nothing is half done" "0 0 0 0" "$(of anna@firma.example)"
expect "back: carried out" 0 "stopped sending for anna" scan "${db[@]}" "$log"
equal "whole" "1 1 1 1" "$(of anna@firma.example)"
expect "and once" 0 "0 lines" scan "${db[@]}" "$log"
equal "still whole" "1 1 1 1" "$(of anna@firma.example)"

# Started as root, whoever reads is a user who can read no password.
if [ "$(id -u)" = 0 ]; then
	chmod 711 "$work"
	mkdir "$work/apart"
	chown nobody "$work/apart"
	burst una@firma.example >"$work/una.log"
	equal "nobody cannot read it" 1 "$(setpriv --reuid=nobody \
		--regid=nogroup --clear-groups cat "$work/password" \
		>/dev/null 2>&1; echo $?)"
	expect "and yet accounts are stopped" 0 "stopped sending for una" \
		scan "${db[@]}" --state-dir "$work/apart" \
		--set reader_user=nobody "${geo[@]}" "$work/una.log"
	equal "whole as well" "1 1 1 1" "$(of una@firma.example)"
fi

# watch: tells each change once, though it looks ten times a second.
"$comporta" watch "${db[@]}" "${geo[@]}" --set watch_interval=100ms --json \
	"$log" >"$work/out" 2>"$work/err" &
watch=$!
wait_for watching "$work/err"
sleep 1
end KILL
burst bob@firma.example >>"$log"
wait_for 'bob.*"suspend"\|"suspend".*bob' "$work/out"
sleep 5
equal "watch says once that it is away" 1 "$(grep -c 'warning: ' "$work/err")"
mariadb_start
wait_for "the database is back after" "$work/err"
wait_for "stopped sending for bob" "$work/err"
equal "watch says once that it is back" 1 \
	"$(grep -c 'database is back.*waited: 1$' "$work/err")"
soon "bob is stopped once" "1 1 1 1" bob@firma.example

kill -STOP $mariadb_pid
burst cyd@firma.example >>"$log"
wait_for '"suspend".*cyd\|cyd.*"suspend"' "$work/out"
sleep 4
kill -CONT $mariadb_pid
wait_for "stopped sending for cyd" "$work/err"
wait_for "the database is back after" "$work/err" 2
equal "silence, too, is told once" 2 "$(grep -c 'warning: ' "$work/err")"
soon "cyd is stopped once" "1 1 1 1" cyd@firma.example

mariadb_sql "REVOKE INSERT ON comporta_notice FROM 'comporta'@'127.0.0.1'"
burst dan@firma.example >>"$log"
wait_for "decisions wait (1).*grants.sql" "$work/err"
sleep 3
equal "a missing right is told once" 3 "$(grep -c 'warning: ' "$work/err")"
mariadb_grants secret
wait_for "stopped sending for dan" "$work/err"
wait_for "decisions are carried out again" "$work/err"
soon "dan is stopped once" "1 1 1 1" dan@firma.example
kill -TERM $watch
wait $watch
equal "watch ends when asked" 0 $?
equal "every mail once" $((4 + ($(id -u) == 0))) "$(ls "$work/mails" | wc -l)"
end TERM
watch=

# SQLite: the file is removed under a watch that runs. It is made anew, and
# whoever must be stopped is stopped again.
rm -rf "$work/state" "$work"/mails/* "$log"
burst anna@firma.example >"$log"
file=$work/state/comporta.db
"$comporta" watch "${state[@]}" "${geo[@]}" --set mode=enforce \
	--set smtp.url="file://$work/mails" --set watch_interval=100ms --json \
	"$log" >"$work/out" 2>"$work/err" &
watch=$!
wait_for "stopped sending for anna" "$work/err"
sleep 1	# a round that sees the block
rm "$file" "$file-wal" "$file-shm"
wait_for "no such table" "$work/err"
wait_for "stopped sending for anna" "$work/err" 2
equal "anna is stopped in the new file" "anna@firma.example" \
	"$(sqlite3 "$file" 'SELECT account FROM comporta_send_block')"
equal "what was away is told once" 1 "$(grep -c 'no such table' "$work/err")"
kill -TERM $watch
wait $watch
watch=
finish
