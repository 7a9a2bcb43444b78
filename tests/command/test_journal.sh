#!/bin/bash
# journald as a source: real journal files, made from the export format, read
# from a kept cursor. What a journal is, here and at build time.
. "$(dirname "$0")/lib.sh"
remote=/lib/systemd/systemd-journal-remote

cc -std=gnu11 -D_GNU_SOURCE -I. -include base/banned.h -Wall -Wextra -Werror \
	-c -o "$work/journal.o" detector/sources/journal.c 2>"$work/cc"
equal "it compiles without libsystemd" 0 $?
grep -q "built without journald" "$work/journal.o" && good "and says so" ||
	bad "and says so"
run events journal:/nowhere
if [[ "$err" == *"built without journald"* ]]; then
	equal "built without" 78 "$rc"
	finish
	exit
fi
if [ ! -x $remote ]; then
	good "systemd-journal-remote is not installed: no journal to read"
	finish
	exit
fi

expect "no such journal" 65 "cannot open the journal journal:/nowhere: No such" \
	events journal:/nowhere
echo "no journal" >"$work/x.journal"
expect "no journal file" 65 "cannot open the journal" \
	events "journal:$work/x.journal"

# entry SECOND[-LAST] FIELD=VALUE...: an entry for each second; MESSAGE from
# standard input, in the form that may hold any byte.
cat >"$work/entry.py" <<'END'
import struct, sys
out, message = sys.stdout.buffer, sys.stdin.buffer.read()
first, _, last = sys.argv[1].partition("-")
for second in range(int(first), int(last or first) + 1):
    at = 1795305600000000 + second * 1000000 + 123456
    fields = ["__REALTIME_TIMESTAMP=%d" % at,
              "__MONOTONIC_TIMESTAMP=%d" % (at - 1795000000000000),
              "_BOOT_ID=0123456789abcdef0123456789abcdef",
              "_MACHINE_ID=0123456789abcdef0123456789abcdef",
              "_HOSTNAME=mx1"] + sys.argv[2:] + ["MESSAGE\n"]
    out.write("\n".join(fields).encode())
    out.write(struct.pack("<Q", len(message)) + message + b"\n\n")
END
entry() { python3 "$work/entry.py" "$@"; }

login() { # second[-last], account
	printf 'imap-login: Login: user=<%s>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.25, TLS' \
		"$2" | entry "$1" SYSLOG_FACILITY=2 SYSLOG_IDENTIFIER=dovecot \
		SYSLOG_PID=77 _SYSTEMD_UNIT=dovecot.service
}

add() { # file, from standard input
	cat >"$work/export"
	$remote -o "$work/j/$1" "$work/export" >/dev/null 2>&1
}

mkdir "$work/j"
journal=journal:$work/j
scan=(scan "$journal" "${state[@]}" --dry-run)
login 1-50 u@x.example | add a.journal
run events "$journal" --json
equal "all entries" 50 "$(grep -c '"account":"u@x.example"' <<<"$out")"
equal "the whole of one" \
	'{"type":"event","file":"'"$journal"'","line":1,"time":"2026-11-22T00:00:01.123Z","host":"mx1","kind":"login","queue_id":null,"account":"u@x.example","client":"203.0.113.9","recipients":null,"size":null,"recipient":null,"status":null,"dsn":null}' \
	"$(head -n 1 <<<"$out" | sed 's/,"session[^}]*}/}/')"
expect "the first scan" 0 "50 lines" "${scan[@]}"
expect "nothing new" 0 "0 lines" "${scan[@]}"
login 51-60 u@x.example | add b.journal
expect "what is new, in another file" 0 "10 lines" "${scan[@]}"

# Killed at any moment, nothing is counted twice.
killed=0
for round in $(seq 1 12); do
	login $((100 + round * 20))-$((119 + round * 20)) u@x.example |
		add "k$((round % 3)).journal"
	timeout -s KILL "$(printf '0.%03d' $((RANDOM % 30 + 1)))" \
		"$comporta" "${scan[@]}" >/dev/null 2>&1
	[ $? != 137 ] || killed=$((killed + 1))
done 2>/dev/null
run "${scan[@]}"
equal "300 logins, $killed runs killed" 300 "$("$comporta" explain u@x.example \
	"${state[@]}" --json | sed 's/.*"logins":\([0-9]*\).*/\1/')"

# By the journal's own word: nothing here waits for the next look.
"$comporta" watch "$journal" "${state[@]}" --dry-run \
	--set watch_interval=1h >"$work/out" 2>"$work/err" &
pid=$!
knows() { [ "$("$comporta" explain u@x.example "${state[@]}" --json |
	sed 's/.*"logins":\([0-9]*\).*/\1/')" = "$1" ]; }
eventually has "$work/err" watching
login 500-504 u@x.example | add k1.journal
eventually knows 305 && good "watch: a file of the journal grows" ||
	bad "watch: a file of the journal grows" "$(cat "$work/err")"
login 505-509 u@x.example | add w.journal
eventually knows 310 && good "watch: a new file" ||
	bad "watch: a new file" "$(cat "$work/err")"
login 510-519 u@x.example | add w.journal
eventually knows 320 && good "watch: which grows" ||
	bad "watch: which grows" "$(cat "$work/err")"
kill -TERM $pid
wait $pid
equal "watch ends" 0 $?
expect "scan goes on where it ended" 0 "0 lines" "${scan[@]}"

# Strangers' bytes. A message is one line, an identifier is one word.
printf 'imap-login: Login: user=<a>, method=PLAIN, rip=192.0.2.1\n2026-11-22T00:00:00.000000Z mx1 dovecot: imap-login: Login: user=<root>, method=PLAIN, rip=192.0.2.2' |
	entry 1000 SYSLOG_FACILITY=2 SYSLOG_IDENTIFIER=dovecot | add m.journal
run events "journal:$work/j/m.journal"
equal "two lines in one message are one" 1 "$(grep -c . <<<"$out")"
equal "nobody logs in by a line feed" 0 "$(grep -c account=root <<<"$out")"
printf 'Login: user=<root>, method=PLAIN, rip=192.0.2.2' |
	entry 1000 SYSLOG_FACILITY=2 'SYSLOG_IDENTIFIER=dovecot: imap-login: Login: user=<root>, x' |
	add i.journal
run events "journal:$work/j/i.journal"
equal "nor by an identifier" "" "$out"
{ printf 'imap-login: '; head -c 100000 /dev/zero | tr '\0' x; } |
	entry 1001 SYSLOG_FACILITY=2 SYSLOG_IDENTIFIER=dovecot | add l.journal
expect "too long a message is left out and counted" 65 "1 unreadable" \
	events "journal:$work/j/l.journal"
printf 'a\0b\r\n\377' | entry 1002 SYSLOG_FACILITY=2 | add n.journal
expect "neither identifier nor text" 0 "1 line," \
	events "journal:$work/j/n.journal"

# By unit, and nobody else's.
{ login 2000 u@x.example
  echo "imap-login: Login: user=<v@x.example>, method=PLAIN, rip=192.0.2.1" |
	entry 2001 SYSLOG_FACILITY=3 SYSLOG_IDENTIFIER=dovecot \
	_SYSTEMD_UNIT=dovecot.service
  echo "imap-login: Login: user=<w@x.example>, method=PLAIN, rip=192.0.2.1" |
	entry 2002 SYSLOG_FACILITY=2 SYSLOG_IDENTIFIER=dovecot \
	_SYSTEMD_UNIT=user@1000.service
} | add u.journal
run events "journal:$work/j/u.journal:dovecot,postfix@-.service"
equal "a unit's, of every facility" "u@x.example v@x.example" \
	"$(grep -o '[uvw]@x.example' <<<"$out" | xargs)"
run events "journal:$work/j/u.journal"
equal "all of facility mail" "u@x.example w@x.example" \
	"$(grep -o '[uvw]@x.example' <<<"$out" | xargs)"

# Vacuumed: the entry read last is gone.
mkdir "$work/v"
cp "$work/j/a.journal" "$work/v/old.journal"
vacuum=(scan "journal:$work/v" --state-dir "$work/s2" --dry-run)
expect "before" 0 "50 lines" "${vacuum[@]}"
login 3001-3007 u@x.example | add new.journal
mv "$work/j/new.journal" "$work/v"
rm "$work/v/old.journal"
expect "vacuumed: it is said" 0 "gone from the journal" "${vacuum[@]}"
equal "and goes on with what is there" 1 "$(grep -c '7 lines' <<<"$err")"
expect "once" 0 "0 lines" "${vacuum[@]}"
[[ "$err" != *"gone from"* ]] && good "nor is it said again" ||
	bad "nor is it said again" "$err"
finish
