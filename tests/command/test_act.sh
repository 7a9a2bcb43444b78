#!/bin/bash
# Who reads logs has no database: another process acts for it. What the one can
# reach, what the other takes, and what comes of it when either is gone.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
mkdir "$work/mails"
enforce=("${state[@]}" --set mode=enforce --set smtp.url="file://$work/mails")
pids=()
trap 'kill -KILL "${pids[@]}" 2>/dev/null
	chmod -R u+rwX "$work"; rm -rf "$work"' EXIT

# scan ... in the background; its pid in $!
begin() { # name, command...
	local name=$1
	shift
	"$comporta" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null &
	pids+=($!)
}

children() { pgrep -P "$1"; }
acting_of() { # the reader
	local dial
	dial=$(children "$1") && children "$dial"
}
has_acting() { [ -n "$(acting_of "$1")" ]; }
# Of a process that nobody else looks into only root sees that.
look() { [ "$(id -u)" = 0 ]; }
opens() { # pid, name: is it among its open files?
	find "/proc/$1/fd" -lname "*$2*" 2>/dev/null | grep -q .
}
blocks() { sqlite3 "$work/state/comporta.db" \
	'SELECT COUNT(*) FROM comporta_block' 2>/dev/null; }

# --- one of its own: who has what open

burst anna@firma.example >"$log"
begin watch watch "${enforce[@]}" "${geo[@]}" --set watch_interval=100ms "$log"
reader=$!
eventually has "$work/watch.err" "stopped sending for anna" &&
	good "watch stops anna" || bad "watch stops anna" "$(cat "$work/watch.err")"
eventually has_acting $reader
acting=$(acting_of $reader)
! look || opens "$acting" comporta.db && good "the acting process has the database" ||
	bad "the acting process has the database" "$(ls -l "/proc/$acting/fd")"
! opens $reader comporta.db && good "the reader has not" ||
	bad "the reader has not" "$(ls -l /proc/$reader/fd)"
opens $reader mail.log && good "the reader has the log" ||
	bad "the reader has the log" "$(ls -l /proc/$reader/fd)"
! opens "$acting" mail.log && ! opens "$acting" state/lock &&
	! opens "$acting" data.mdb &&
	good "the acting process has neither log nor state" ||
	bad "the acting process has neither" "$(ls -l "/proc/$acting/fd")"
dial=$(children $reader)
! look || equal "who reaches it has nothing but its socket" 4 \
	"$(find "/proc/$dial/fd" -type l | wc -l)"
equal "nobody looks into them" "root root" \
	"$(stat -c %U "/proc/$dial/mem" "/proc/$acting/mem" | xargs)"
equal "the reader is fenced in" 2 \
	"$(awk '/^Seccomp:/ { print $2 }' /proc/$reader/status)"

# Killed while it has nothing to do: the next decision starts another.
kill -KILL "$acting"
burst bob@firma.example >>"$log"
eventually has "$work/watch.err" "stopped sending for bob" &&
	good "killed, the next one goes on" ||
	bad "killed, the next one goes on" "$(cat "$work/watch.err")"
kill -TERM $reader
wait $reader
equal "watch ends when asked" 0 $?
is_gone() { ! kill -0 "$1" 2>/dev/null; }
is_gone "$dial" && good "and whom it started ended before" ||
	bad "and whom it started ended before"

# Killed with the one that would start another: a new start is needed.
begin watch watch "${enforce[@]}" "${geo[@]}" --set watch_interval=100ms "$log"
reader=$!
eventually has_acting $reader
acting=$(acting_of $reader)
kill -KILL "$(children $reader)" "$acting"
wait $reader
equal "cut off, watch ends, to be started again" 69 $?

# The files it never touches, in every system call.
watched=()
strace -o /dev/null true 2>/dev/null &&
	watched=(strace -o "$work/trace" -e trace=file,network)
burst cyd@firma.example >>"$log"
"${watched[@]}" "$comporta" scan "${enforce[@]}" "${geo[@]}" "$log" \
	>"$work/out" 2>"$work/err"
equal "and blocked" 3 "$(blocks)"
if [ ${#watched[@]} -gt 0 ]; then
	equal "scan opens neither database nor secret" "" \
		"$(grep -E 'open.*(comporta\.db|secret)' "$work/trace")"
	equal "nor any socket but two ends" "" \
		"$(grep -E '^(socket|connect|bind)\(' "$work/trace")"
else
	echo "SKIPPED what scan opens: strace cannot look here"
fi

# --- killed between a question and its answer

hold() { # seconds: nobody else writes into the database
	sqlite3 -cmd ".timeout 9000" "$work/state/comporta.db" \
		"BEGIN IMMEDIATE;" ".shell sleep $1" "ROLLBACK;" &
	pids+=($!)
	sleep 0.5
}
burst dan@firma.example >>"$log"
hold 3
holder=$!
begin scan scan "${enforce[@]}" "${geo[@]}" "$log"
reader=$!
eventually has_acting $reader
sleep 1
kill -KILL "$(acting_of $reader)"
wait $reader
equal "killed with a decision in hand, the next one does it" 0 $?
wait $holder
equal "once" "4 1" "$(blocks) $(sqlite3 "$work/state/comporta.db" \
	"SELECT COUNT(*) FROM comporta_audit WHERE account LIKE 'dan@%'")"

burst eve@firma.example >>"$log"
hold 5
holder=$!
begin scan scan "${enforce[@]}" "${geo[@]}" "$log"
reader=$!
for _ in 1 2; do
	eventually has_acting $reader
	one=$(acting_of $reader)
	sleep 0.5
	kill -KILL "$one"
	is_another() { [ "$(acting_of $reader)" != "$one" ]; }
	eventually is_another
done
wait $holder
wait $reader
equal "killed twice, it waits" 69 $?
has "$work/scan.err" "the acting process ended" && good "and is told" ||
	bad "and is told" "$(cat "$work/scan.err")"
expect "the next scan carries it out" 0 "stopped sending for eve" \
	scan "${enforce[@]}" "${geo[@]}" "$log"
equal "once as well" 5 "$(blocks)"

# --- watch reads on while a decision waits for the database

slow=(--set database.timeout=30s --set watch_interval=100ms --json)
begin watch watch "${enforce[@]}" "${slow[@]}" "${geo[@]}" "$log"
reader=$!
eventually has_acting $reader
hold 7
holder=$!
burst hal@firma.example >>"$log"
eventually has "$work/watch.out" '"hal@firma.example"'
burst ivy@firma.example >>"$log"
eventually has "$work/watch.out" '"ivy@firma.example"'
kill -0 $holder 2>/dev/null && good "a slow database delays no verdict" ||
	bad "a slow database delays no verdict" "$(cat "$work/watch.err")"
wait $holder
eventually has "$work/watch.err" "stopped sending for ivy" &&
	has "$work/watch.err" "stopped sending for hal" &&
	good "and they are carried out" ||
	bad "and they are carried out" "$(cat "$work/watch.err")"

# Ended in the middle, it does not wait for long; the next one finds it.
hold 3
holder=$!
burst jon@firma.example >>"$log"
eventually has "$work/watch.out" '"jon@firma.example"'
kill -TERM $reader
wait $reader
equal "asked to end, it ends" 0 $?
wait $holder
run scan "${enforce[@]}" "${geo[@]}" "$log"
equal "what it had decided is done, once" 1 "$(sqlite3 \
	"$work/state/comporta.db" \
	"SELECT COUNT(*) FROM comporta_block WHERE account LIKE 'jon@%'")"
run status "${enforce[@]}"
equal "and nothing waits" 0 "$(grep -c 'wait to be blocked' <<<"$out")"

# --- at a socket, as services have it

socket=$work/s
here=("${enforce[@]}" --set act.socket="$socket")
expect "no socket, no service" 78 "set act.socket" act "${enforce[@]}"
burst fay@firma.example >>"$log"
expect "nobody there" 69 "cannot reach the acting process at $socket" \
	scan "${here[@]}" "${geo[@]}" "$log"
start_act() {
	begin act act "${here[@]}"
	acting=$!
	eventually has "$work/act.err" "waiting for scan" ||
		bad "act waits" "$(cat "$work/act.err")"
}
start_act
equal "its socket is for its group" "660" "$(stat -c %a "$socket")"
expect "a second one ends politely" 75 "another acting process waits" \
	act "${here[@]}"
run scan "${here[@]}" "${geo[@]}" "$log"
equal "carried out there" "0 9" "$rc $(blocks)"
has "$work/act.err" "stopped sending for fay" && good "and told there" ||
	bad "and told there" "$(cat "$work/act.err")"

begin watch watch "${here[@]}" "${geo[@]}" --set watch_interval=100ms "$log"
reader=$!
sockets() { find "/proc/$acting/fd" -lname 'socket:*' | wc -l; }
is_taken() { [ "$(sockets)" -gt 1 ]; }
! look || eventually is_taken
burst gus@firma.example >"$work/other.log"
expect "a second reader is turned away" 75 "another scan or watch is at work" \
	scan "${here[@]}" --state-dir "$work/other" "${geo[@]}" \
	"$work/other.log"
run check "${here[@]}" --set mailserver.kind=none
[[ "$out" == *"$socket: the acting process answers"* ]] &&
	good "check finds it" || bad "check finds it" "$out$err"
kill -KILL $acting
burst ida@firma.example >>"$log"
eventually has "$work/watch.err" "cannot reach" &&
	good "watch tells that it is away" ||
	bad "watch tells that it is away" "$(cat "$work/watch.err")"
run check "${here[@]}" --set mailserver.kind=none
[ "$rc" != 0 ] && [[ "$out" == *"MEND  act "*"cannot reach"* ]] &&
	good "check misses it" || bad "check misses it" "$out$err"
start_act	# the socket of the one that was killed is still there
eventually has "$work/act.err" "stopped sending for ida" &&
	good "and goes on when it is back" ||
	bad "and goes on when it is back" "$(cat "$work/watch.err" "$work/act.err")"
kill -TERM $reader
wait $reader
equal "watch leaves it" 0 $?
kill -TERM $acting
wait $acting
equal "act ends when asked" 0 $?
[ ! -e "$socket" ] && good "and takes its socket along" ||
	bad "and takes its socket along"

# What watch is told to read anew, the acting process reads as well.
configure() {
	cat >"$work/conf" <<-END
		mode = "$1";
		state_dir = "$work/anew";
		database = { file = "$work/anew.db"; };
		smtp = { url = "file://$work/mails"; };
		act = { socket = "$socket"; };
	END
}
configure observe
: >"$work/act.err"
begin act act -c "$work/conf"
acting=$!
begin watch watch -c "$work/conf" "${geo[@]}" --json \
	--set watch_interval=100ms "$log"
reader=$!
eventually has "$work/watch.err" "would stop sending for ida"
configure enforce
kill -HUP $reader
eventually has "$work/act.err" "read anew" && good "act reads it too" ||
	bad "act reads it too" "$(cat "$work/act.err" "$work/watch.err")"
eventually has "$work/act.err" "stopped sending for ida" &&
	good "and does as it says" ||
	bad "and does as it says" "$(cat "$work/act.err" "$work/watch.err")"
kill -TERM $reader $acting
wait $reader $acting

# --- as root, with a user for reading

if [ "$(id -u)" = 0 ]; then
	rm -rf "$work/state" "$work"/mails/*
	chmod 711 "$work"
	mkdir -m 700 "$work/hidden"
	mkdir "$work/state"
	chown nobody "$work/state"
	chmod 644 "$log"
	root=(--state-dir "$work/state" --set mode=enforce
		--set brake.per_hour=100
		--set smtp.url="file://$work/mails"
		--set database.file="$work/hidden/comporta.db"
		--set secret_file="$work/hidden/secret")
	begin watch watch "${root[@]}" --set reader_user=nobody "${geo[@]}" \
		--set watch_interval=100ms "$log"
	reader=$!
	eventually has "$work/watch.err" "stopped sending for ida" &&
		good "nobody reads, and accounts are stopped" ||
		bad "nobody reads, and accounts are stopped" \
			"$(cat "$work/watch.err")"
	equal "the reader is that user for good" \
		"$(id -u nobody) $(id -u nobody) $(id -u nobody) $(id -u nobody)" \
		"$(awk '/^Uid:/ { print $2, $3, $4, $5 }' /proc/$reader/status)"
	equal "its state is that user's" nobody \
		"$(find "$work/state" -type f ! -user nobody -printf '%u ' |
			grep . || echo nobody)"
	kill -TERM $reader
	wait $reader
	expect "nobody by that name" 77 "no-such-user" scan "${root[@]}" \
		--set reader_user=no-such-user "${geo[@]}" "$log"

	# At the socket: a stranger is turned away, the reader is not.
	open=("${root[@]}" --set act.socket="$socket" --set reader_user=nobody)
	begin act act "${open[@]}"
	acting=$!
	eventually has "$work/act.err" "waiting for scan"
	equal "the socket is in the reader's group" "$(id -gn nobody)" \
		"$(stat -c %G "$socket")"
	burst kim@firma.example >>"$log"
	run scan "${open[@]}" "${geo[@]}" "$log"
	equal "who starts as root comes as the reader" 0 $rc
	chmod 666 "$socket"
	mkdir "$work/mine"
	chown 12345 "$work/mine"
	run_as() {
		out=$(setpriv --reuid=12345 --regid=12345 --clear-groups \
			"$comporta" "$@" 2>&1 </dev/null)
		rc=$?
	}
	chmod -R a+rX "$work/mails"
	run_as scan --state-dir "$work/mine" --set mode=enforce \
		--set act.socket="$socket" "${geo[@]}" "$log"
	[ $rc = 77 ] && [[ "$out" == *"user 12345 may not ask"* ]] &&
		good "a stranger is turned away" ||
		bad "a stranger is turned away" "$rc $out"
	kill -TERM $acting
	wait $acting
else
	echo "SKIPPED a user for reading: not root"
fi
# Whoever starts it may have closed these: then sockets got their numbers, and
# it waited for ever.
: >"$work/empty.log"
timeout 60 "$comporta" scan -q "${enforce[@]}" \
	--set "state_dir=$work/closed" "$work/empty.log" \
	<&- >&- 2>"$work/closed.err"
equal "started with standard input and output closed" 0 $?
finish
