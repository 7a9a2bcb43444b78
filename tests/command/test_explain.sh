#!/bin/bash
# One account in words: true, within the terminal's width, safe to look at,
# and also without a database.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
set -- "${state[@]}" --set sql_dir=sql --set template_dir=templates
evil=$'-ev\e[2Jil$(id)\xff@x.example'

for day in 01 02 03 04 05 06 07 08; do
	for who in anna@firma.example "$evil" \
		$(printf 'l%.0s' {1..90})@firma.example; do
		line 5 "4Xc$day${#who}" "$who" 83.11.5.20 |
			sed "s/2026-11-15/2026-11-$day/"
	done
done >"$log"
run scan "$@" "${geo[@]}" "$log"
equal "a quiet week" 0 "$rc"

# what, a text that the output must hold
says() {
	if [[ $out == *"$2"* ]]; then good "$1"; else bad "$1" "$out$err"; fi
}

# what, most columns: of the output, without colours
fits() {
	local widest
	widest=$(printf '%s\n' "$out" | sed $'s/\e\\[[0-9;]*m//g' |
		LC_ALL=C.UTF-8 awk '{ if (length > w) w = length } END { print w }')
	if [ "$widest" -le "$2" ]; then good "$1"; else
		bad "$1" "$widest columns: $out"; fi
}

run explain "$@" "${geo[@]}" anna@firma.example
equal "calm" 0 "$rc"
says "the country by name" "Poland: 8 days since 2026-11-01, trusted"
says "the network with its name" "AS5617 "
says "what is missing" "nats more and it is watched"
says "nothing was done" "never stopped, opened or"
says "what can be done" "comporta suspend anna@firma.example --reason TEXT"
fits "80 columns" 80
for signal in $(sed -n 's/^SIGNAL(\(.*\))/\1/p' detector/signals/signals.def); do
	run explain -v "$@" anna@firma.example
	says "-v names $signal" "]  $signal"
done
expect "an unknown account" 65 "was ever seen" explain "$@" nobody@x.example

# Strangers' bytes.
run explain "$@" "${geo[@]}" -- "$evil"
says "hostile bytes are shown" '-ev\x1b[2jil$(id)\xff@x.example is calm'
says "no hostile name to copy" "comporta suspend ACCOUNT --reason TEXT"
equal "nothing raw" "" "$(LC_ALL=C tr -d '\n -~' <<<"$out")"
fits "hostile, 80 columns" 80
run explain "$@" "${geo[@]}" "$(printf 'l%.0s' {1..90})@firma.example"
says "a long name" "comporta suspend $(printf 'l%.0s' {1..90})@firma.example \\"

# Stopped, opened, trusted.
burst anna@firma.example >>"$log"
run scan "$@" "${geo[@]}" --set mode=enforce --set smtp.url="file://$work/out" "$log"
run explain "$@" "${geo[@]}" --set mode=enforce anna@firma.example
says "stopped" "anna@firma.example is blocked since 2026-11-15"
says "beyond the line" "above the line to be stopped"
says "the incident" "From "
says "how to open" "comporta lift anna@firma.example --reason TEXT"
says "who stopped it" "block by scan"
if [[ $out == *"comporta trust"* ]]; then bad "ten countries are nobody's" "$out"
else good "ten countries are nobody's"; fi
fits "stopped, 80 columns" 80
run lift "$@" --force --reason 'was a test' anna@firma.example
run trust "$@" --country VN --network AS45899 --days 5000 --reason x anna@firma.example
run trust "$@" --country VN --network AS45899 --days 3650 --reason $'she \e[2J called' anna@firma.example
run scan "$@" "${geo[@]}" --set mode=enforce --set smtp.url="file://$work/out" "$log"
run explain "$@" "${geo[@]}" anna@firma.example
says "the lift" "lift by operator:"
says "the word" 'she \x5cx1b[2J called'
says "a word's end" "Vietnam: never seen, trusted until 20"
says "watched more closely" "watched more closely after a lift"

# An operator's block holds, whatever the judge thinks.
run suspend "$@" --set smtp.url="file://$work/out" anna@firma.example
run explain "$@" "${geo[@]}" anna@firma.example
says "calm, and stopped by hand" "anna@firma.example is calm"
says "which block it is" "Its sending is stopped since 20"
says "how to open that" "comporta lift anna@firma.example --reason TEXT"
run lift "$@" --force --reason 'was a test' anna@firma.example

# Blocked by hand, and in no log: the database knows it.
run suspend "$@" --set smtp.url="file://$work/out" --force \
	--reason 'a call' New@Firma.example
run explain "$@" "${geo[@]}" New@Firma.example
equal "a block of an account in no log" 0 "$rc"
says "that no log names it" "new@firma.example was never seen in a log"
says "its block" "Its sending is stopped since 20"
says "why" "a call"
says "how to open it" "comporta lift new@firma.example --reason TEXT"
fits "80 columns of a block" 80
run explain --json "$@" new@firma.example
says "JSON: the block" '"block":3,"blocked":"20'
says "JSON: never seen" '"last_seen":null'
run lift "$@" --force --reason 'was a test' new@firma.example
run explain "$@" new@firma.example
says "after its lift the history" "lift by operator:"
says "then it could be stopped" "comporta suspend new@firma.example"
run explain --json "$@" new@firma.example
says "JSON: no block" '"block":null,"blocked":null'
run suspend --state-dir "$work/fresh" --set sql_dir=sql --set \
	template_dir=templates --set smtp.url="file://$work/out" --force a@b.example
run explain --state-dir "$work/fresh" --set template_dir=templates a@b.example
equal "a block before the first scan" 0 "$rc"
says "and that nothing was scanned" "there is no state in"
run status --state-dir "$work/fresh" --set template_dir=templates
equal "status then ends with" 65 "$rc"
says "... and tells of the block all the same" "Blocked: 1"
: >"$work/made.db"
run status --state-dir "$work/nothing" --set template_dir=templates \
	--set database.file="$work/made.db"
[ ! -s "$work/made.db" ] && good "status makes no database" ||
	bad "status makes no database"
expect "an unknown account beside a database" 65 "there is no state" explain \
	--state-dir "$work/fresh" --set template_dir=templates c@b.example
expect "and one that is away" 65 "nor can the database be asked" explain "${state[@]}" \
	--set database.kind=mysql --set database.host=127.0.0.1 \
	--set database.port=1 nobody@firma.example

# As JSON, with the same facts.
run explain --json "$@" "${geo[@]}" anna@firma.example
for fact in '"type":"account"' '"standing":"calm"' '"missing_to_block":' \
	'"signals":[{"signal":' '"country":"PL","name":"Poland","days":' \
	'"network":"AS45899","name":' '"trusted":true,"trusted_until":"20' \
	'"history":[{"at":"20' '"action":"trust"' '"history_error":null' \
	'"hours":[0,0,0' '"recent":['; do
	says "JSON: $fact" "$fact"
done
if command -v python3 >/dev/null; then
	python3 -c 'import json, sys; json.loads(sys.argv[1])' "$out"
	equal "JSON is JSON" 0 $?
fi

# No database, and none made by looking.
run explain "$@" --set database.kind=mysql --set database.host=127.0.0.1 \
	--set database.port=1 anna@firma.example
equal "the database is away" 0 "$rc"
says "and that is said" "The database cannot be asked"
fits "and fits" 80
mv "$work/state/comporta.db" "$work/kept.db"
run explain "$@" --set mode=enforce anna@firma.example
equal "no database" 0 "$rc"
[ ! -e "$work/state/comporta.db" ]
equal "looking makes none" 0 $?

# A terminal: colours, and its own width. Some build machines have none.
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
	cat >"$work/terminal.py" <<'END'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    size = struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0)
    fcntl.ioctl(1, termios.TIOCSWINSZ, size)
    os.execvp(sys.argv[2], sys.argv[2:])
out = b""
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    out += more
os.waitpid(pid, 0)
sys.stdout.buffer.write(out.replace(b"\r\n", b"\n"))
END
	for width in 60 80 200; do
		out=$(python3 "$work/terminal.py" $width "$comporta" explain \
			"$@" "${geo[@]}" anna@firma.example)
		fits "a terminal of $width columns" $((width < 80 ? width : 80))
		says "with bold titles" $'\e[1mNormal for it\e[0m'
	done
	out=$(NO_COLOR=1 python3 "$work/terminal.py" 80 "$comporta" explain \
		"$@" "${geo[@]}" anna@firma.example)
	if [[ $out == *$'\e'* ]]; then bad "NO_COLOR" "$out"; else
		good "NO_COLOR"; fi
fi
# Little is known; and a name may not go on as our words do.
evil='boss@x.example is calm "since'
{ line 5 4Xd1111 once@firma.example 83.11.5.20
line 6 4Xd2222 "$evil" 83.11.5.20; } >"$work/few.log"
few=(--state-dir "$work/few" --set sql_dir=sql --set template_dir=templates)
run scan "${few[@]}" "$work/few.log"
run explain "${few[@]}" once@firma.example
says "one message is no habit" "too few messages to say"
run explain "${few[@]}" "$evil"
says "a name with blanks" '"boss@x.example is calm ""since" is calm'

finish
