#!/bin/bash
# Webhooks from a block by hand to a receiver and back to `check`: what arrives,
# that the snippets of docs/WEBHOOKS.md know it for ours and nothing else, and
# what is said of a receiver that does not answer.
. tests/command/lib.sh
hooks=$work/hooks
mkdir "$hooks" "$work/sent"
/usr/bin/python3 tests/command/webhook_receiver.py "$hooks" &
receiver=$!
watch= silent= tls=
end() {
	kill "$receiver" $watch $silent $tls 2>/dev/null
	rm -rf "$work"
}
trap end EXIT
eventually test -s "$hooks/port"
url="http://127.0.0.1:$(cat "$hooks/port")/hook?secret=xyzzy"
printf 'a key that nobody guesses\n' >"$work/key"
chmod 600 "$work/key"
set -- "${state[@]}" --set sql_dir=sql --set template_dir=templates \
	--set mode=enforce --set "smtp.url=file://$work/sent" \
	--set mailserver.kind=none
hook=(--set "webhook.urls=$url" --set "webhook.secret_file=$work/key")
db=$work/state/comporta.db

: >"$work/empty"
run scan "$@" "$work/empty"
for who in anna ola ewa piotr; do
	sqlite3 "$db" "INSERT INTO comporta_mailbox VALUES
		('$who@firma.example', '\$6\$s\$x', NULL, 'pl', NULL, NULL)"
done

# How many rows are in which state, and how many requests came.
rows() {
	sqlite3 "$db" "SELECT event || ' ' || state FROM comporta_webhook
		ORDER BY id" | tr '\n' ','
}
came() { find "$hooks" -name '*.body' | wc -l; }
get() { jq -r "$2" "$hooks/$1.body"; }

expect "a block by hand" 0 "" suspend "$@" "${hook[@]}" anna@firma.example
equal "it waits" "blocked queued," "$(rows)"
expect "it is sent" 0 "1 webhooks sent" notify "$@" "${hook[@]}" -v
equal "and noted" "blocked sent," "$(rows)"
equal "it came once" 1 "$(came)"
equal "what it tells" "blocked anna@firma.example active" \
	"$(get 1 '.event + " " + .block.account + " " + .block.state')"
equal "as the API shows a block" \
	"account,blocked,decided,id,language,lift_reason,lifted,lifted_by,log_odds,owner_says_mine,owner_trusted,panel,probability,repeat,state" \
	"$(get 1 '.block | keys | join(",")')"
run lift "$@" "${hook[@]}" anna@firma.example --force --reason "owner called"
run notify "$@" "${hook[@]}"
equal "the lift" "lifted anna@firma.example lifted owner called" \
	"$(get 2 '.event + " " + .block.account + " " + .block.state + " " +
		.block.lift_reason')"
equal "the header names the event" "Comporta-Event: lifted" \
	"$(grep Comporta-Event "$hooks/2.headers")"
equal "the header has the id" "Comporta-Delivery: $(get 2 .id)" \
	"$(grep Comporta-Delivery "$hooks/2.headers")"

# The snippets, as they stand in the document.
example() {
	awk -v mark="<!-- example: $1 -->" '$0 == mark { on = 1; next }
		on && /^```/ { if (seen) exit; seen = 1; next }
		on && seen' docs/WEBHOOKS.md
}
{
	echo '<?php'
	example webhook-php
	cat <<'PHP'
[, $key, $header, $file, $now] = $argv;
echo is_comporta($key, $header, file_get_contents($file), (int)$now)
	? 'ours' : 'not ours';
PHP
} >"$work/verify.php"
{
	example webhook-python
	cat <<'PYTHON'
import sys
key, header, name, now = sys.argv[1:]
with open(name, "rb") as file:
    print("ours" if is_comporta(key.encode(), header, file.read(), int(now))
          else "not ours")
PYTHON
} >"$work/verify.py"
verify() { # what, wanted, key, signature, body, now
	equal "PHP: $1" "$2" "$(php "$work/verify.php" "$3" "$4" "$5" "$6")"
	equal "Python: $1" "$2" \
		"$(/usr/bin/python3 "$work/verify.py" "$3" "$4" "$5" "$6")"
}
key="a key that nobody guesses"
signature=$(sed -n 's/^Comporta-Signature: //p' "$hooks/2.headers")
now=$(date +%s)
sed 's/anna/ola1/' "$hooks/2.body" >"$work/altered"
verify "ours" ours "$key" "$signature" "$hooks/2.body" "$now"
verify "another body" "not ours" "$key" "$signature" "$work/altered" "$now"
verify "another key" "not ours" "${key}x" "$signature" "$hooks/2.body" "$now"
verify "a recording" "not ours" "$key" "$signature" "$hooks/2.body" \
	$((now + 400))
verify "another time" "not ours" "$key" "${signature/t=1/t=2}" \
	"$hooks/2.body" "$now"
verify "no signature" "not ours" "$key" "" "$hooks/2.body" "$now"

# A receiver that is away: it waits, and is told without the URL's secret.
echo 503 >"$hooks/answer"
run suspend "$@" "${hook[@]}" ola@firma.example
expect "it is told and no failure" 0 "answered 503" notify "$@" "${hook[@]}"
equal "it waits" "blocked sent,lifted sent,blocked queued," "$(rows)"
run check "$@" "${hook[@]}"
case $out in
*"MEND  webhooks   1 are tried again, 0 were given up"*"answered 503"*)
	good "check tells" ;;
*) bad "check tells" "$out" ;;
esac
run status "$@" "${hook[@]}"
case $out in
*"Webhooks: waiting 1, sent 2, given up 0."*) good "status tells" ;;
*) bad "status tells" "$out" ;;
esac
case "$out$err$(cat "$work/stderr")" in
*xyzzy*) bad "the URL's secret is not shown" "$out$err" ;;
*) good "the URL's secret is not shown" ;;
esac
rm "$hooks/answer"
sqlite3 "$db" "UPDATE comporta_webhook SET next_ms = 0 WHERE state = 'queued'"
run notify "$@" "${hook[@]}"
equal "later it goes, with the same id" "$(get 3 .id)" "$(get 4 .id)"

# Watch: at once, while another URL takes connections and says nothing.
/usr/bin/python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(300)' >"$work/silent" &
silent=$!
eventually test -s "$work/silent"
both=(--set "webhook.urls=http://127.0.0.1:$(cat "$work/silent")/,$url"
	--set "webhook.secret_file=$work/key" --set webhook.timeout=1s)
"$comporta" watch "$@" "${both[@]}" --set watch_interval=100ms \
	"$work/empty" 2>"$work/watch" >&2 &
watch=$!
run suspend "$@" "${both[@]}" ewa@firma.example
have_come() { [ "$(came)" -ge "$1" ]; }
eventually have_come 5
equal "watch sends it" "blocked ewa@firma.example" \
	"$(get 5 '.event + " " + .block.account')"
kill "$watch" && wait "$watch"
kill "$silent"
watch= silent=

# Over TLS, with a certificate of our own: it is checked.
mkdir "$work/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout "$work/pair" \
	-out "$work/ca" 2>/dev/null
cat "$work/ca" >>"$work/pair"
/usr/bin/python3 tests/command/webhook_receiver.py "$work/tls" "$work/pair" \
	2>/dev/null &
tls=$!
for _ in $(seq 100); do
	[ -e "$work/tls/port" ] && break
	sleep 0.05
done
over=(--set "webhook.urls=https://localhost:$(cat "$work/tls/port")/"
	--set "webhook.secret_file=$work/key")
run lift "$@" "${over[@]}" ola@firma.example --force --reason "owner called"
expect "a certificate that nobody vouches for" 0 "ertificate" \
	notify "$@" "${over[@]}"
equal "nothing was said to it" 0 "$(find "$work/tls" -name '*.body' | wc -l)"
sqlite3 "$db" "UPDATE comporta_webhook SET next_ms = 0 WHERE state = 'queued'"
expect "with webhook.ca_file" 0 "" notify "$@" "${over[@]}" \
	--set "webhook.ca_file=$work/ca"
equal "it came over TLS" "lifted ola@firma.example" "$(jq -r \
	'.event + " " + .block.account' "$work/tls/1.body")"
run lift "$@" "${over[@]/localhost/127.0.0.1}" ewa@firma.example --force \
	--reason "owner called"
expect "another name than the certificate's" 0 "127.0.0.1" \
	notify "$@" "${over[@]/localhost/127.0.0.1}" \
	--set "webhook.ca_file=$work/ca"
equal "it heard nothing" 1 "$(find "$work/tls" -name '*.body' | wc -l)"
kill "$tls"
tls=

# A receiver that takes its time for each of many: who is stopped meanwhile
# hears of it long before they are through.
echo 0.5 >"$hooks/delay"
sql() { sqlite3 -cmd '.timeout 20000' "$db" "$1"; }
sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
		WHERE i < 60)
	INSERT INTO comporta_webhook (event, about_id, target, state, attempts,
		queued_ms, next_ms)
	SELECT 'alarm', 1000 + i, '$url', 'queued', 0, $(date +%s%3N), 0 FROM n;
	INSERT INTO comporta_alarm (id, name, began_ms, ended_ms, seen_ms,
		words) SELECT about_id, 'brake', 1, 2, 1, 'w'
		FROM comporta_webhook WHERE event = 'alarm'"
was=$(came)
timeout 60 "$comporta" notify "$@" "${hook[@]}" -q 2>"$work/slow" &
notify=$!
for _ in $(seq 200); do
	[ "$(came)" -ge $((was + 8)) ] && break
	sleep 0.05
done
run suspend "$@" "${hook[@]}" piotr@firma.example
told="SELECT COUNT(*) FROM comporta_notice WHERE state = 'sent' AND block_id =
	(SELECT MAX(id) FROM comporta_block)"
for _ in $(seq 100); do
	[ "$(sql "$told")" -gt 0 ] && break
	sleep 0.05
done
left=$(sql "SELECT COUNT(*) FROM comporta_webhook
	WHERE state <> 'sent'")
[ "$(sql "$told")" -gt 0 ] && [ "$left" -gt 20 ] &&
	good "a slow receiver keeps no owner waiting" ||
	bad "a slow receiver keeps no owner waiting" \
		"$left webhooks left; $(cat "$work/slow")"
rm "$hooks/delay"
wait "$notify"
equal "and they all go" 0 "$(sql "SELECT COUNT(*)
	FROM comporta_webhook WHERE state = 'queued' AND attempts = 0")"

# What the configuration must not say.
expect "no key" 78 "webhook.secret_file is empty" \
	check "$@" --set "webhook.urls=$url"
expect "in the open" 78 "only https:// leaves this machine" check "$@" \
	"${hook[@]}" --set webhook.urls=http://panel.example/
expect "an event that is none" 78 "there is no \"moved\"" check "$@" \
	"${hook[@]}" --set webhook.events=moved
chmod 644 "$work/key"
run check "$@" "${hook[@]}"
case $out in
*"MEND  webhooks   webhook.secret_file:"*) good "a key for all to read" ;;
*) bad "a key for all to read" "$out" ;;
esac
run suspend "$@" "${hook[@]}" anna@firma.example
waiting="SELECT COUNT(*) FROM comporta_webhook WHERE state = 'queued'
	AND attempts = 0"
before=$(sqlite3 "$db" "$waiting")
expect "then they wait" 78 "webhook.secret_file" notify "$@" "${hook[@]}"
equal "and none was tried" "$before" "$(sqlite3 "$db" "$waiting")"
chmod 600 "$work/key"
run notify "$@" "${hook[@]}"
equal "until it is mended" 0 "$(sqlite3 "$db" "$waiting")"
finish
