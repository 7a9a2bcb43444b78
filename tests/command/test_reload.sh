#!/bin/bash
# What the service manager asks of watch: SIGHUP with lines written around it,
# good and broken configurations, SIGTERM in the middle; and what it is told.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log other=$work/other.log conf=$work/conf
login() { # number, account
	printf '2026-11-15T08:%02d:%02d.000000+00:00 mx1 dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=83.0.0.1, lip=192.0.2.25, TLS\n' \
		$(($1 / 60 % 60)) $(($1 % 60)) "$2"
}
logins() { # account: how many are remembered
	"$comporta" explain "$1" --state-dir "$work/state" --json |
		sed 's/.*"logins":\([0-9]*\).*/\1/'
}
knows() { [ "$(logins "$1")" = "$2" ]; }
configure() { # lines...
	printf '%s\n' "state_dir = \"$work/state\";" 'watch_interval = "1h";' \
		"country_db = \"${geo[3]}\";" "asn_db = \"${geo[5]}\";" \
		"$@" >"$conf.new"
	mv "$conf.new" "$conf"
}
watch() {
	"$comporta" watch -c "$conf" --json >>"$work/out" 2>>"$work/err" &
	pid=$!
}
one="sources = [\"$log\"];" both="sources = [\"$log\", \"$other\"];"

python3 tests/command/notify_socket.py "$work/notify" "$work/told" &
notify=$!
trap 'kill $notify $writer 2>/dev/null
	chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
writer=
eventually test -S "$work/notify"
export NOTIFY_SOCKET=$work/notify

login 1 u@x.example >"$log"
login 1 v@x.example >"$other"
configure "$one"
watch
eventually has "$work/told" READY=1 && good "ready" || bad "ready"
knows u@x.example 1 && good "only after the first look" ||
	bad "only after the first look" "$(cat "$work/told")"
eventually has "$work/told" "STATUS=1 lines read" && good "its status" ||
	bad "its status" "$(cat "$work/told")"

# A writer that stops for nobody, and all that while.
n=3000
for i in $(seq 2 $n); do
	login "$i" u@x.example
	[ $((i % 10)) != 0 ] || sleep 0.01
done >>"$log" &
writer=$!
configure "$both" 'home = ["PL"];'
kill -HUP $pid
eventually knows v@x.example 1 && good "a log of the new configuration" ||
	bad "a log of the new configuration" "$(cat "$work/err")"
eventually has "$work/told" RELOADING=1 && good "reloading" || bad "reloading"
has "$work/told" 'MONOTONIC_USEC=[0-9]' && good "and since when" ||
	bad "and since when" "$(cat "$work/told")"
eventually has "$work/told" READY=1 2 && good "ready again" || bad "ready again"

broken() { # what, words, lines...
	local what=$1 words=$2
	shift 2
	configure "$@"
	: >"$work/err"
	kill -HUP $pid
	eventually has "$work/err" "the old one goes on: .*$words" &&
		good "refused: $what" || bad "refused: $what" "$(cat "$work/err")"
}
broken "an unknown option" "conf:6: there is no option \"hoem\"" \
	"$both" 'hoem = ["PL"];'
broken "half a file" "conf:" 'sources = ["'
broken "no such country" "no country code" "$both" 'home = ["Poland"];'
geo[5]=$work/nowhere
broken "GeoIP data that is not there" "nowhere" "$both"
geo[5]=${ASN_DB:-build/geoip/asn.mmdb}
broken "no such kind of network" "networks" "$both" 'networks = ["AS1 x y"];'
broken "no such format" "no log format" "$both" 'format = "postfixx";'
broken "no templates" "nowhere" "$both" "template_dir = \"$work/nowhere\";"
rm "$conf"
: >"$work/err"
kill -HUP $pid
eventually has "$work/err" "the old one goes on" && good "refused: no file" ||
	bad "refused: no file" "$(cat "$work/err")"
equal "the old one goes on" 2 "$(login 2 v@x.example >>"$other"
	eventually knows v@x.example 2; logins v@x.example)"
configure "$both" 'mode = "enforce";' "state_dir = \"$work/elsewhere\";"
sed -i 1d "$conf"
: >"$work/err"
kill -HUP $pid
eventually has "$work/err" "read anew" && good "a good one is read again" ||
	bad "a good one is read again" "$(cat "$work/err")"
has "$work/err" "state_dir changed: watch goes on with the old value" &&
	good "what needs a new start is said" ||
	bad "what needs a new start is said" "$(cat "$work/err")"
login 3 v@x.example >>"$other"
eventually knows v@x.example 3 && good "the state stays where it is" ||
	bad "the state stays where it is"

# Ended and started while it is written to.
configure "$both"
for _ in 1 2 3; do
	kill -TERM $pid
	wait $pid
	equal "it ends when asked" 0 $?
	watch
	sleep 0.3
done
wait $writer
writer=
eventually knows u@x.example $n
equal "every line once" $n "$(logins u@x.example)"
kill -TERM $pid
wait $pid
has "$work/told" STOPPING=1 4 && good "that it ends is told" ||
	bad "that it ends is told" "$(cat "$work/told")"

# Alive, as long as something is got done: here nobody takes the verdicts.
: >"$work/told.before"
mkfifo "$work/full"
exec 9<>"$work/full"
export WATCHDOG_USEC=200000
"$comporta" watch --state-dir "$work/state2" "${geo[@]}" --json \
	--set watch_interval=1h "$log" >"$work/full" 2>"$work/err" &
pid=$!
export -n WATCHDOG_USEC
count() { grep -c WATCHDOG=1 "$work/told"; }
more() { [ "$(count)" -ge "$1" ]; }
eventually more 5 && good "alive while nothing happens" ||
	bad "alive while nothing happens" "$(cat "$work/told")"
for i in $(seq 1 200); do burst "user$i@firma.example"; done >>"$log"
is_stuck() { # a second without a word
	local before
	before=$(count)
	sleep 1
	[ "$(count)" = "$before" ]
}
eventually is_stuck && good "not alive when it hangs" ||
	bad "not alive when it hangs"
before=$(count)
cat <&9 >"$work/out" &
reader=$!
eventually more $((before + 3)) && good "alive again" || bad "alive again"
kill -TERM $pid
wait $pid
equal "and ends" 0 $?
kill $reader

# serve: templates and what stands in the configuration, not what it has open.
cp -r templates "$work/t"
serve_conf() { # lines...
	printf '%s\n' "state_dir = \"$work/state\";" "$@" \
		"template_dir = \"$work/t\";" >"$conf.new"
	mv "$conf.new" "$conf"
}
: >"$work/told"
serve_conf 'notice: { support_contact = "one@x.example"; };'
export WATCHDOG_USEC=1000000
"$comporta" serve -c "$conf" --listen 127.0.0.1:0 2>"$work/serve" &
pid=$!
export -n WATCHDOG_USEC
eventually has "$work/told" READY=1 && good "serve: ready" ||
	bad "serve: ready" "$(cat "$work/serve")"
eventually has "$work/told" WATCHDOG=1 3 && good "serve: alive" ||
	bad "serve: alive"
port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$work/serve")
page() { curl -s "http://127.0.0.1:$port/b/$(printf '%040d' 0)"; }
page | grep -q one@x.example && good "serve: a page" ||
	bad "serve: a page" "$(page)"
sed -i 's/^message.not_found = .*/message.not_found = Written anew./' \
	"$work/t/en/language.conf"
serve_conf 'notice: { support_contact = "two@x.example"; };' \
	'serve: { listen = "127.0.0.1:9"; };'
kill -HUP $pid
eventually has "$work/serve" "read anew" && good "serve: SIGHUP" ||
	bad "serve: SIGHUP" "$(cat "$work/serve")"
page | tr -d '\n' | grep -q "Written anew.*two@x.example" &&
	good "serve: what it says now" || bad "serve: what it says now" "$(page)"
serve_conf 'notice: { support_kontact = "x"; };'
kill -HUP $pid
eventually has "$work/serve" "support_kontact" && good "serve: a broken one" ||
	bad "serve: a broken one" "$(cat "$work/serve")"
serve_conf
rm "$work/t/en/language.conf"
kill -HUP $pid
eventually has "$work/serve" "language.conf" && good "serve: no templates" ||
	bad "serve: no templates" "$(cat "$work/serve")"
page | grep -q two@x.example && good "serve: goes on" ||
	bad "serve: goes on" "$(page)"
kill -TERM $pid
wait $pid
equal "serve: ends when asked" 0 $?
has "$work/told" STOPPING=1 && good "serve: that it ends is told" ||
	bad "serve: that it ends is told"
finish
