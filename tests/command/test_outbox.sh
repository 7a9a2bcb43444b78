#!/bin/bash
# The outbox against a mail server: killed at any moment, two runs at once,
# refusals, a slow server, ten thousand notices.
. "$(dirname "$0")/lib.sh"
db=$work/state/comporta.db
sinks=()
trap 'kill "${sinks[@]}" 2>/dev/null; rm -rf "$work"' EXIT

# A mail server of its own: list, options. Its port in $port, its pid in $sink.
start_sink() {
	local list=$1
	shift
	rm -f "$work/port"
	: >"$list"
	python3 tests/support/smtp-sink.py "$work/port" "$list" "$@" &
	sink=$!
	sinks+=("$sink")
	eventually test -s "$work/port"
	port=$(cat "$work/port")
	smtp=(--set "smtp.url=smtp://127.0.0.1:$port"
		--set smtp.from=help@provider.example)
}

sql() { sqlite3 -cmd '.timeout 20000' "$db" "$1"; }

# Notices of block 1 to so many owners, due now.
queue() { # number, prefix
	sql "DELETE FROM comporta_notice;
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
		WHERE i < $1)
	INSERT INTO comporta_notice (block_id, kind, recipient, language,
		state, attempts, queued_ms, next_ms)
	SELECT 1, 'blocked', '$2' || i || '@home.example', 'pl', 'queued', 0,
		1795334400000, 0 FROM n"
}

run suspend --force --reason 'a test' "${state[@]}" --set notice.operator= \
	anna@firma.example
equal "a block to write of" "0 1" "$rc $(sql 'SELECT MAX(id) FROM comporta_block')"

line 1 4Xaaa piotr@firma.example 83.0.0.1 >"$work/mail.log"
run scan "${state[@]}" --set smtp.url="file://$work" "$work/mail.log"

# Killed again and again; ten minutes pass between two runs.
start_sink "$work/killed"
queue 300 k
kills=0
while [ "$(sql "SELECT COUNT(*) FROM comporta_notice WHERE state <> 'sent'")" \
	-gt 60 ] && [ $kills -lt 60 ]; do
	"$comporta" notify "${state[@]}" "${smtp[@]}" -q 2>/dev/null &
	pid=$!
	sleep "0.$(printf '%03d' $((RANDOM % 90 + 20)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	kills=$((kills + 1))
	sql "UPDATE comporta_notice SET claimed_ms = 1 WHERE state = 'sending'"
done
run notify "${state[@]}" "${smtp[@]}"
equal "killed $kills times: all marked as sent" 300 \
	"$(sql "SELECT COUNT(*) FROM comporta_notice WHERE state = 'sent'")"
equal "... none lost" 300 "$(cut -d' ' -f1 "$work/killed" | sort -u | wc -l)"
equal "... each with one Message-ID, however often it went" 300 \
	"$(cut -d' ' -f1,2 "$work/killed" | sort -u | wc -l)"
twice=$(($(wc -l <"$work/killed") - 300))
[ $twice -le $kills ] && good "... a second copy for a kill at most ($twice)" ||
	bad "... a second copy for a kill at most" "$twice of $kills kills"
[ $kills -ge 3 ] && good "... it was killed at work" ||
	bad "... it was killed at work" "$kills kills"
kill $sink

# Four at once.
start_sink "$work/together"
queue 400 t
pids=()
for _ in 1 2 3 4; do
	"$comporta" notify "${state[@]}" "${smtp[@]}" -q 2>>"$work/err" &
	pids+=($!)
done
wait "${pids[@]}"
equal "four runs at once: each notice once" "400 400" \
	"$(wc -l <"$work/together") $(cut -d' ' -f1 "$work/together" | sort -u | wc -l)"
connections=$(cut -d' ' -f3 "$work/together" | sort -u | wc -l)
[ "$connections" -le 4 ] && good "... a connection for each run" ||
	bad "... a connection for each run" "$connections connections"
kill $sink

# Refused for good, and for now.
start_sink "$work/refused" --refuse refuse --later later
queue 1 refuse
expect "a refusal is told" 69 "no such user" notify "${state[@]}" "${smtp[@]}"
run notify "${state[@]}" "${smtp[@]}"
equal "... and not tried again" "failed 1" \
	"$(sql "SELECT state || ' ' || attempts FROM comporta_notice")"
run status "${state[@]}"
[[ "$out" == *"refused 1"*"refuse1@home.example"*"no such user"* ]] &&
	good "... status shows it" || bad "... status shows it" "$out"
run check "${state[@]}" "${smtp[@]}" --set mailserver.kind=none
[[ "$out" == *"MEND"*"outbox"*"refuse1@home.example"* ]] &&
	good "... check as well" || bad "... check as well" "$out"
queue 1 later
run notify "${state[@]}" "${smtp[@]}"
equal "not now: it waits a minute" "75 queued 1" \
	"$rc $(sql "SELECT state || ' ' || attempts FROM comporta_notice")"
kill $sink

# Its filters take longer for a message than smtp.timeout. It has the message
# by then: who is waited for gets no second copy.
start_sink "$work/filtered" --delay 3
queue 2 f
run notify "${state[@]}" "${smtp[@]}" --set smtp.timeout=1s
equal "a slow answer to the whole message is waited for" "0 2 sent" \
	"$rc $(sql "SELECT COUNT(*) || ' ' || state FROM comporta_notice
		GROUP BY state")"
equal "... each went once" "2 2" \
	"$(wc -l <"$work/filtered") $(cut -d' ' -f1 "$work/filtered" | sort -u | wc -l)"
queue 1 g
run notify "${state[@]}" "${smtp[@]}" --set smtp.timeout=1s \
	--set smtp.answer_timeout=1s
equal "... as long as is wanted" "75 queued" \
	"$rc $(sql "SELECT state FROM comporta_notice")"
kill $sink

# It takes all and says nothing more, neither to the message nor to QUIT.
start_sink "$work/silent" --silent
queue 1 q
run notify "${state[@]}" "${smtp[@]}" --set smtp.timeout=1s \
	--set smtp.answer_timeout=2s
equal "one that hangs keeps nobody for minutes" "75 queued 1" \
	"$rc $(sql "SELECT state || ' ' || attempts FROM comporta_notice")"
kill $sink

# A digest waits behind what is urgent.
start_sink "$work/order"
queue 3 o
sql "INSERT INTO comporta_notice (block_id, kind, recipient, language, state,
	attempts, queued_ms, next_ms) VALUES (20000, 'digest',
	'boss@provider.example', 'en', 'queued', 0, 1, 0);
	UPDATE comporta_notice SET next_ms = 5 WHERE kind = 'blocked'"
run notify "${state[@]}" "${smtp[@]}"
equal "the digest goes last" "boss@provider.example" \
	"$(tail -n 1 "$work/order" | cut -d' ' -f1)"
kill $sink

# A mail server that takes six seconds for each of ten thousand notices: were
# one waited for, a block would come later than that.
log=$work/mail.log
start_sink "$work/slow" --delay 6
queue 10000 s
"$comporta" watch "${state[@]}" "${smtp[@]}" "${geo[@]}" --json \
	--set mode=enforce --set watch_interval=100ms "$log" \
	>"$work/out" 2>"$work/err" &
pid=$!
eventually test -s "$work/slow"
begin=$(date +%s%3N)
burst maria@firma.example >>"$log"
is_stopped() {
	[ -n "$(sql "SELECT 1 FROM comporta_send_block
		WHERE account = 'maria@firma.example'")" ]
}
eventually is_stopped
took=$(($(date +%s%3N) - begin))
[ $took -lt 5000 ] && good "stopped in $took ms, beside 10000 notices" ||
	bad "stopped beside 10000 notices at once" \
		"$took ms; $(tail -n 3 "$work/err")"
[ -s "$work/slow" ] && good "... which go meanwhile" ||
	bad "... which go meanwhile" "$(tail -n 3 "$work/err")"
# watch, the one that reaches the acting process, that one, its postman.
act=$(pgrep -P "$(pgrep -P $pid)")
postmen=$(pgrep -c -P "$act")
equal "... by one other process" 1 "$postmen"
postman=$(pgrep -P "$act")
kill -TERM $pid
wait $pid
equal "watch ends without waiting for it" 0 $?
kill -TERM "$postman"
is_over() { ! kill -0 "$postman"; }
eventually is_over
equal "asked to end, it finishes the notice in hand" 0 \
	"$(sql "SELECT COUNT(*) FROM comporta_notice WHERE state = 'sending'")"
finish
