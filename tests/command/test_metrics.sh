#!/bin/bash
# /metrics: what scan counts, over several runs, and how serve shows it. With
# PROMTOOL=promtool its rules are asked, too (make check-all).
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
log=$work/mail.log
page=$work/page
mkdir "$work/mails"
with=("${state[@]}" "${geo[@]}" --set mode=enforce
	--set smtp.url="file://$work/mails" --set metrics_instance=mx1)

serve() { # options; the port is in $port
	# Else the port of the last one may be read.
	rm -f "$work/serve"
	"$comporta" serve "${state[@]}" --listen 127.0.0.1:0 "$@" \
		2>"$work/serve" &
	serving=$!
	eventually has "$work/serve" "port" ||
		bad "serve starts" "$(cat "$work/serve")"
	port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$work/serve")
}

unserve() {
	kill -TERM $serving
	wait $serving
}

get() { # curl's options; the page is in $page, its status is printed
	curl -s -o "$page" -w '%{http_code}' "$@" \
		"http://127.0.0.1:$port/metrics"
}

# series, without its host, on the page
value() {
	sed -n "s/^$1{host=\"mx1\",\{0,1\}$2} //p" "$page"
}

burst anna@firma.example >"$log"
expect "the first scan" 0 "" scan "${with[@]}" "$log"
line 20 4Xzzzzz piotr@firma.example 83.0.0.1 >>"$log"
echo "nothing at all" >>"$log"
expect "the second scan" 0 "" scan "${with[@]}" "$log"
# In part a second time, and a third for nothing.
expect "the third scan" 0 "" scan "${with[@]}" "$log"

token=$("$comporta" token add prometheus --role metrics "${state[@]}" \
	2>/dev/null | grep -oE '[A-Za-z0-9_-]{43}' | head -n 1)
other=$("$comporta" token add anna --role support "${state[@]}" \
	2>/dev/null | grep -oE '[A-Za-z0-9_-]{43}' | head -n 1)
serve
equal "nobody reads it without a token" 401 "$(get)"
equal "nor support" 403 "$(get -H "Authorization: Bearer $other")"
equal "a token for metrics does" 200 "$(get -H "Authorization: Bearer $token")"
type=$(curl -s -o /dev/null -w '%{content_type}' \
	-H "Authorization: Bearer $token" "http://127.0.0.1:$port/metrics")
equal "the content type" "text/plain; version=0.0.4; charset=utf-8" "$type"
equal "lines over three runs" 22 \
	"$(value comporta_log_lines_total 'format="postfix",kind="meaningful"')"
equal "torn ones" 1 \
	"$(value comporta_log_lines_total 'format="none",kind="torn"')"
equal "events" 11 "$(value comporta_events_total 'kind="submission"')"
equal "verdicts" 1 "$(value comporta_verdicts_total \
	'action="suspend",signal="hard_countries"')"
equal "decisions" 1 "$(value comporta_decisions_total 'result="done"')"
equal "notices" 1 "$(value comporta_smtp_results_total 'result="sent"')"
equal "nothing waits" 0 "$(value comporta_journal_waiting '')"
equal "blocks" 1 "$(sed -n 's/^comporta_blocks_active //p' "$page")"
out=$(python3 "$here/metrics_page.py" "$page" $PROMTOOL) &&
	good "the page is what docs, dashboard and alerts say" ||
	bad "the page is what docs, dashboard and alerts say" "$out"
unserve

serve --set serve.metrics_without_token=true
equal "from here, when that is allowed" 200 "$(get)"
equal "but through no proxy" 401 "$(get -H 'X-Forwarded-For: 127.0.0.1')"
equal "the endpoint counts itself" 1 \
	"$(get >/dev/null; sed -n 's/^comporta_http_requests_total{route="metrics",code="4xx"} //p' "$page")"
unserve

# A brake, and a database that is away, are told; neither hurts the counts.
burst maria@loja.example >>"$log"
expect "braked" 75 brake scan "${with[@]}" --set brake.per_hour=1 \
	--set brake.share=0 "$log"
serve --set serve.metrics_without_token=true
get >"$work/status"
equal "the brake is told after the round" 1 \
	"$(value comporta_brake_engaged '')"
equal "and who waits" 1 "$(value comporta_journal_waiting '')"
unserve
expect "and then not" 0 "" scan "${with[@]}" "$log"
serve --set serve.metrics_without_token=true
get >"$work/status"
equal "the brake is free" 0 "$(value comporta_brake_engaged '')"
equal "two decisions by now" 2 \
	"$(value comporta_decisions_total 'result="done"')"
unserve

# Nowhere to publish: the round does not mind.
sqlite3 "$work/state/comporta.db" 'DROP TABLE comporta_metric'
expect "without a table" 0 "" scan "${with[@]}" "$log"
serve --set serve.metrics_without_token=true
get >"$work/status"
equal "which is told" 0 "$(sed -n 's/^comporta_database_up //p' "$page")"
unserve

# Of watch, another process sends; it counts in the table.
rm -rf "$work/state"
burst anna@firma.example >"$log"
"$comporta" watch "${with[@]}" --json --set watch_interval=100ms "$log" \
	>"$work/out" 2>"$work/err" &
pid=$!
sent() {
	sqlite3 "$work/state/comporta.db" "SELECT CAST(value AS INTEGER) FROM
		comporta_metric WHERE name = 'comporta_smtp_results_total'
		AND labels = 'result=\"sent\"' AND instance = 'mx1'" 2>&1
}
is_sent() { [ "$(sent)" = 1 ]; }
eventually is_sent
equal "what another process has sent" 1 "$(sent)"
kill -TERM $pid
wait $pid

# A step that ends within what was read already: watch, which reads on from
# where the last commit was, must not meet these events again. Without notices,
# whose fate would be a reason to commit.
rm -rf "$work/state"
with+=(--set notice.to_contact=false --set notice.to_mailbox=false)
{ burst anna@firma.example
  awk 'BEGIN { for (i = 0; i < 20000; i++)
	printf "2026-11-15T09:%02d:%02d.000Z mx1 dovecot: imap-login: " \
		"Login: user=<a%d@b.example>, method=PLAIN, rip=83.0.0.1, " \
		"lip=192.0.2.1\n", i / 60 % 60, i % 60, i % 50 }'
} >"$log"
lines=$(wc -l <"$log")
"$comporta" watch "${with[@]}" --json --set watch_interval=100ms "$log" \
	>"$work/out" 2>"$work/err" &
pid=$!
eventually has "$work/out" '"suspend"' ||
	bad "watch decides" "$(cat "$work/err")"
sleep 1
kill -TERM $pid
wait $pid
expect "a scan behind it" 0 "" scan "${with[@]}" "$log"
sum() { # metric
	sqlite3 "$work/state/comporta.db" "SELECT CAST(SUM(value) AS INTEGER)
		FROM comporta_metric WHERE name = '$1'"
}
equal "every line once" "$lines" "$(sum comporta_log_lines_total)"
equal "every event once" "$lines" "$(sum comporta_events_total)"
finish
