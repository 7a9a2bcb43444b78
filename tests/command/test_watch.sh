#!/bin/bash
# watch and serve: they start, do their work, end when asked.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
line 1 4Xaaa piotr@firma.example 83.0.0.1 >"$log"

"$comporta" watch "${state[@]}" "${geo[@]}" --json \
	--set watch_interval=100ms "$log" >"$work/out" 2>"$work/err" &
pid=$!
eventually has "$work/err" watching && good "watch starts" || bad "watch starts"
burst anna@firma.example >>"$log"
eventually has "$work/out" '"suspend"' && good "it sees what is appended" ||
	bad "it sees what is appended" "$(cat "$work/out" "$work/err")"
expect "a scan beside it ends politely" 75 "another scan or watch" \
	scan "${state[@]}" "$log"
mv "$log" "$log.1"
burst maria@loja.example >"$log"
eventually has "$work/out" maria && good "across a rotation" ||
	bad "across a rotation" "$(cat "$work/out" "$work/err")"
kill -TERM $pid
wait $pid
equal "it ends when asked" 0 $?
equal "each account once" 2 "$(grep -c '"suspend"' "$work/out")"

"$comporta" serve "${state[@]}" --listen 127.0.0.1:0 2>"$work/serve" &
pid=$!
eventually has "$work/serve" "port" && good "serve starts" ||
	bad "serve starts" "$(cat "$work/serve")"
kill -TERM $pid
wait $pid
equal "serve ends when asked" 0 $?
finish
