#!/bin/bash
# The brake from one end to the other: a broken country file that makes
# everybody a thief, a panel whose passwords have all "changed"; each is told
# once by mail, webhook and metric, decided by a person, and told when it is
# over. On SQLite and on MariaDB.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/told.sh"
. "$(dirname "$0")/mariadb.sh"
log=$work/mail.log
everybody() { # first, last
	local i
	for i in $(seq "$1" "$2"); do
		burst "user$i@firma.example" | sed "s/4Xb/4X${i}b/"
	done
}
options=("${tell[@]}" --set mode=enforce --set home=PL
	--set country_db="${COUNTRY_DB:-build/geoip/country.mmdb}"
	--set asn_db="${ASN_DB:-build/geoip/asn.mmdb}"
	--set brake.per_hour=3 --set brake.share=0
	--set geo_max_age=3650d --set mailserver.kind=none)
scan() { run scan "${with[@]}" "$log"; }
brake() { run brake "${with[@]}" "$@"; }
blocked() { sql "SELECT COUNT(*) FROM comporta_block"; }
active() { sql "SELECT COUNT(*) FROM comporta_block WHERE state = 'active'"; }
audit() { sql "SELECT COUNT(*) FROM comporta_audit WHERE action = '$1'"; }
calm() { sql "UPDATE comporta_alarm SET seen_ms = seen_ms - 600000"; }
says() { # what, words
	[[ "$out" == *"$2"* ]] && good "$1" || bad "$1" "$out$err"
}

story() {
	: >"$log"
	scan
	told_serve "${with[@]}"
	for i in $(seq 1 12); do
		sql "INSERT INTO comporta_mailbox (account, password_hash)
			VALUES ('user$i@firma.example', '\$6\$s\$x$i')"
	done
	brake
	says "it is off" "The brake is off: 0 accounts"

	everybody 1 8 >>"$log"
	expect "too many at once" 75 "comporta brake status" \
		scan "${with[@]}" "$log"
	equal "as many as may be are stopped" 3 "$(blocked)"
	told "the brake" brake "the brake is on" 1 0
	equal "the gauge" 1 "$(metric 'comporta_brake_engaged{host="[^"]*"}')"
	scan
	scan
	told "however often it is seen" brake "the brake is on" 1 0
	equal "... nobody more is stopped" 3 "$(blocked)"
	brake status
	says "status says since when" "The brake is on since"
	says "... how many wait" "5 decisions to block wait for your word"
	says "... what to type" "comporta brake discard --blocks --reason"
	# Decided in the same minute, so any of them may be the first.
	one=$(sql "SELECT MIN(account) FROM comporta_brake
		WHERE state = 'waiting'")
	other=$(sql "SELECT MAX(account) FROM comporta_brake
		WHERE state = 'waiting'")
	says "... whose, and why" "$other  6 countries over"
	brake status --json
	equal "for machines" "3 3 5 true" "$(jq -r 'select(.type == "brake") |
		.blocks | "\(.done) \(.limit) \(.waiting) \(.on)"' \
		<<<"$out")"
	equal "... each of them" 5 "$(jq -r 'select(.type == "waiting" and
		.probability > 0.9 and .kind == "block") | .account' \
		<<<"$out" | sort -u | wc -l)"
	run status "${with[@]}"
	says "comporta status names it" "comporta brake approve --blocks"
	run check "${with[@]}"
	says "comporta check does" "MEND  brake"

	expect "a reason is needed" 64 "--reason" brake "${with[@]}" approve
	expect "whose nothing waits" 65 "nothing of nobody@firma.example" \
		brake "${with[@]}" approve nobody@firma.example --reason x
	expect "no such word" 64 "usage" brake "${with[@]}" release
	brake approve "${one^^}" --reason "called him"
	says "one is approved" "1 decision approved"
	# New ones are none of the approved.
	everybody 9 9 >>"$log"
	scan
	scan
	equal "he is stopped, and nobody else" 4 "$(blocked)"
	equal "... by whose word" 1 "$(sql "SELECT COUNT(*) FROM comporta_audit
		WHERE action = 'approve' AND account = '$one'
		AND actor LIKE 'operator:%' AND reason = 'called him'")"

	brake discard --reason "the country file was broken"
	says "the others are discarded" "5 decisions discarded"
	brake discard --reason "again"
	says "once" "Nothing waits"
	scan
	equal "nobody is stopped" 4 "$(blocked)"
	run status "${with[@]}"
	says "nothing waits" "Waiting to be blocked: 0"
	run explain "${with[@]}" "$other"
	says "he starts anew" "is calm"
	# The same evidence again, from before it.
	line 40 4Xagain "$other" 78.160.0.1 >>"$log"
	scan
	equal "the same evidence does not come back" 4 "$(blocked)"
	calm
	scan
	told "over" brake "the brake is on" 1 1
	equal "the gauge is down" 0 \
		"$(metric 'comporta_brake_engaged{host="[^"]*"}')"

	# A restored backup: every hash is another one.
	equal "four stand" 4 "$(active)"
	sql "UPDATE comporta_mailbox SET password_hash = '\$6\$s\$old'"
	scan
	equal "nobody is lifted" 4 "$(active)"
	told "many lifts" lifts_many "the panel says that many passwords" 1 0
	equal "their gauge" 4 "$(metric comporta_lifts_waiting)"
	scan
	told "once" lifts_many "the panel says that many passwords" 1 0
	brake status
	says "status says what it may be" "Was a backup"
	says "... whose" "$one"
	brake discard --lifts --reason "a restored backup"
	says "discarded" "4 lifts discarded"
	scan
	equal "nobody is lifted by that" 4 "$(active)"
	calm
	scan
	told "and that is over" lifts_many \
		"the panel says that many passwords" 1 1
	sql "UPDATE comporta_mailbox SET password_hash = '\$6\$s\$new'
		WHERE account = '$one'"
	scan
	equal "an owner who changes his is lifted" 3 "$(active)"
}

# Killed anywhere, a word is said once: ten tries of each.
kill_it() {
	local i pid
	everybody 20 39 | sed 's/T08/T09/' >>"$log"
	scan
	scan
	equal "many wait" 20 "$(sql "SELECT COUNT(*) FROM comporta_brake
		WHERE state = 'waiting'")"
	for i in $(seq 1 10); do
		"$comporta" brake "${with[@]}" approve --reason "killed $i" \
			"user$((19 + i))@firma.example" >/dev/null 2>&1 &
		pid=$!
		sleep "0.0$((RANDOM % 60))"
		kill -KILL $pid 2>/dev/null
		wait $pid 2>/dev/null
		"$comporta" scan "${with[@]}" "$log" >/dev/null 2>&1 &
		pid=$!
		sleep "0.0$((RANDOM % 90))"
		kill -KILL $pid 2>/dev/null
		wait $pid 2>/dev/null
	done
	brake approve --reason "the rest"
	scan
	equal "each is approved once" 20 "$(sql "SELECT COUNT(DISTINCT detail)
		FROM comporta_audit WHERE action = 'approve'
		AND at_ms > (SELECT MIN(held_ms) FROM comporta_brake
		WHERE account = 'user20@firma.example')")"
	equal "... and not twice" 0 "$(sql "SELECT COUNT(*) FROM (SELECT detail
		FROM comporta_audit WHERE action = 'approve' GROUP BY detail
		HAVING COUNT(*) > 1) AS twice")"
	equal "each is stopped, once" 20 "$(sql "SELECT COUNT(*) FROM
		comporta_block WHERE state = 'active' AND account IN (SELECT
		account FROM comporta_audit WHERE action = 'approve')
		AND account <> '$one'")"
}

# A word that is said while watch runs.
under_watch() {
	"$comporta" watch "${with[@]}" "$log" >/dev/null \
		2>"$work/watch" &
	watch=$!
	eventually has "$work/watch" watching
	everybody 50 51 | sed 's/T08/T10/' >>"$log"
	waits() { [ "$(sql "SELECT COUNT(*) FROM comporta_brake
		WHERE state = 'waiting'")" = "$1" ]; }
	eventually waits 2 && good "watch holds two" || bad "watch holds two"
	brake approve user50@firma.example --reason "under watch"
	stopped() { [ "$(sql "SELECT COUNT(*) FROM comporta_block
		WHERE account = 'user50@firma.example'")" = 1 ]; }
	eventually stopped && good "... carries out one" ||
		bad "... carries out one" "$(cat "$work/watch")"
	brake discard --reason "under watch"
	eventually has "$work/watch" "user51@firma.example is not stopped" &&
		good "... and drops one" ||
		bad "... and drops one" "$(cat "$work/watch")"
	kill $watch
	wait $watch
}

# Nothing of the story before.
anew() {
	rm -rf "$hooks"/*.body "$work/mails"/*.eml "$work/state"
}

sql() { sqlite3 -cmd '.timeout 20000' "$work/state/comporta.db" "$1"; }
with=("${state[@]}" "${options[@]}")
story
kill_it
under_watch

anew
echo "On MariaDB"
mariadb_begin
told_pids="$told_pids $mariadb_pid"
sql() { mariadb_sql "$1"; }
with=("${state[@]}" "${options[@]}" "${mariadb[@]}")
story
kill_it
finish
