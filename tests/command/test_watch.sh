#!/bin/bash
# watch and serve: they start, do their work, end when asked.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
line 1 4Xaaa piotr@firma.example 83.0.0.1 >"$log"

# The kernel's word wakes it: nothing here waits for the next look.
options=("${state[@]}" "${geo[@]}" --json --set watch_interval=1h)
watch() { # arguments...
	"$comporta" watch "${options[@]}" "$@" >>"$work/out" 2>>"$work/err" &
	pid=$!
	eventually has "$work/err" watching
}
end() { # what
	kill -TERM $pid
	wait $pid
	equal "$1" 0 $?
}

watch "$log" && good "watch starts" || bad "watch starts"
burst anna@firma.example >>"$log"
eventually has "$work/out" '"suspend"' && good "it sees what is appended" ||
	bad "it sees what is appended" "$(cat "$work/out" "$work/err")"
expect "a scan beside it ends politely" 75 "another scan or watch" \
	scan "${state[@]}" "$log"
expect "as cron runs it, without a word" 75 "" scan -q "${state[@]}" "$log"
equal "none at all" "" "$err$out"
expect "so does another watch" 75 "another scan or watch" \
	watch "${state[@]}" "$log"
mv "$log" "$log.1"
burst maria@loja.example >"$log"
eventually has "$work/out" maria && good "across a rotation" ||
	bad "across a rotation" "$(cat "$work/out" "$work/err")"
cp "$log" "$log.2"
: >"$log"
burst ola@firma.example >>"$log"
eventually has "$work/out" ola && good "copied and emptied" ||
	bad "copied and emptied" "$(cat "$work/out" "$work/err")"
end "it ends when asked"
equal "each account once" 3 "$(grep -c '"suspend"' "$work/out")"

# Killed, it holds nothing any more.
: >"$work/err"
watch "$log"
kill -KILL $pid
wait $pid 2>/dev/null
expect "after a kill the next one runs" 0 "" scan "${state[@]}" "$log"

# The other way round: a scan that takes its time.
mkfifo "$work/slow"
"$comporta" scan "${state[@]}" - <"$work/slow" >/dev/null 2>&1 &
scan=$!
exec 8>"$work/slow"
has_lock() { find "/proc/$scan/fd" -lname '*/state/lock' | grep -q .; }
eventually has_lock
expect "a watch beside a scan ends politely" 75 "another scan or watch" \
	watch "${state[@]}" "$log"
exec 8>&-
wait $scan
equal "the scan does its work" 0 $?

# Logs that come later: by name in a folder that is not there, by pattern.
options=(--state-dir "$work/state2" "${geo[@]}" --json
	--set watch_interval=1h --set "sources=$work/new/mail.log,$work/d*/m*.log")
: >"$work/out"
: >"$work/err"
watch
mkdir "$work/new"
burst ewa@firma.example >"$work/new/mail.log"
eventually has "$work/out" ewa && good "a log in a new folder" ||
	bad "a log in a new folder" "$(cat "$work/err")"
mkdir "$work/daily"
burst jan@firma.example >"$work/daily/m1.log"
eventually has "$work/out" jan && good "a log that a pattern matches" ||
	bad "a log that a pattern matches" "$(cat "$work/err")"
burst iga@firma.example >"$work/daily/m2.log"
eventually has "$work/out" iga && good "and another" || bad "and another"
rm "$work/new/mail.log"
burst adam@firma.example >"$work/new/mail.log"
eventually has "$work/out" adam && good "removed and made anew" ||
	bad "removed and made anew" "$(cat "$work/err")"
end "it ends"

"$comporta" serve "${state[@]}" --listen 127.0.0.1:0 2>"$work/serve" &
pid=$!
eventually has "$work/serve" "port" && good "serve starts" ||
	bad "serve starts" "$(cat "$work/serve")"
kill -TERM $pid
wait $pid
equal "serve ends when asked" 0 $?
finish
