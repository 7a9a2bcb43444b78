#!/bin/bash
# Where lines come from: compressed, torn, strange and hostile files, each with
# its exit status and words, and nothing of them lost.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
burst anna@firma.example >"$log"
want=$(wc -l <"$log")
of() { "$comporta" events "$@" 2>/dev/null | wc -l; }

# Compressed, by name and through standard input.
for program in gzip xz zstd bzip2; do
	$program -qc "$log" >"$work/l.$program"
	$program -qc "$log" >>"$work/two.$program"
	$program -qc "$log" >>"$work/two.$program"
	equal "$program: a file" "$want" "$(of "$work/l.$program")"
	equal "$program: two pieces" $((want * 2)) "$(of "$work/two.$program")"
	equal "$program: standard input" "$want" "$(of - <"$work/l.$program")"
	equal "$program: a pipe" "$want" "$(cat "$work/l.$program" | of -)"
	equal "$program: a named pipe" "$want" \
		"$(of <(cat "$work/l.$program"))"
	: | $program -qc >"$work/e.$program"
	expect "$program: of nothing" 0 "0 lines" events "$work/e.$program"
	head -c 5 "$work/l.$program" >"$work/t.$program"
	[ $program = xz ] ||
		expect "$program: cut at once" 65 "t.$program" \
			events "$work/t.$program"
	for _ in $(seq 300); do
		head -c 3000 /dev/urandom | base64 -w 300
	done | $program -qc | head -c 500000 >"$work/c.$program"
	expect "$program: cut" 65 "c.$program: cannot decompress" \
		events "$work/c.$program"
	expect "$program: says what to do" 65 "fetch the file again" \
		events "$work/c.$program"
	[[ "$err" != *"c.$program: 0 lines"* ]] && good "and uses what is there" ||
		bad "and uses what is there" "$err"
done
{ cat "$work/l.gzip"; echo "garbage behind the end"; } >"$work/g.gz"
equal "garbage behind the end" "$want" "$(of "$work/g.gz")"

# A decompression bomb: a gigabyte of one line, in 1 MB; a file of blank lines.
head -c 1000000000 /dev/zero | gzip -1 >"$work/bomb.gz"
# Sanitizers take terabytes of addresses.
peak=$( ([ -n "${SANITIZED:-}" ] || ulimit -v 400000
	"$comporta" events "$work/bomb.gz") 2>&1)
[[ "$peak" == *"1 unreadable"* ]] && good "a bomb takes no memory" ||
	bad "a bomb takes no memory" "$peak"

# Patterns: what matches now, each log once.
logins() { "$comporta" explain "$1" --state-dir "$work/g" --json 2>/dev/null |
	sed 's/.*"logins":\([0-9]*\).*/\1/'; }
at=0
login() { # account, log
	at=$((at + 1))
	printf '2026-11-22T00:%02d:%02d.000Z mx1 dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.25, TLS\n' \
		$((at / 60)) $((at % 60)) "$1" >>"$work/$2"
}
mkdir "$work/d"
scan=(scan --state-dir "$work/g" --dry-run)
both=("${scan[@]}" --set "sources=$work/d/mail*,$work/d/mail.log")
expect "nothing there yet" 65 "no log matches" "${scan[@]}" "$work/d/mail*"
login a d/mail.log; login b d/mail.log.1; login c d/mail-2.log
login d d/mail.1.log; login e d/mail.log-20261121; gzip "$work/d/mail.log-20261121"
mkdir "$work/d/mail.d"
expect "a pattern and a name" 0 "2 lines" "${both[@]}"
equal "a log, another log" "1 1" "$(logins a) $(logins c)"
equal "but not what they became" "  " "$(logins b) $(logins d) $(logins e)"
login a d/mail.log; login f d/mail-new.log
mv "$work/d/mail.log" "$work/d/mail.log.1"; login a d/mail.log
expect "a new log, a rotated one" 0 "3 lines" "${both[@]}"
equal "each line once" "3 1 1" "$(logins a) $(logins c) $(logins f)"
expect "nothing new" 0 "0 lines" "${both[@]}"

# Exim's mainlog-%D: a file a day, packed by cron.
daily=("${scan[@]}" --set "sources=$work/d/main*")
login x d/mainlog-20261120; login y d/mainlog-20261121
gzip "$work/d/mainlog-20261120"
expect "packed before we came" 0 "1 lines" "${daily[@]}"
login y d/mainlog-20261121; login y d/mainlog-20261122
gzip "$work/d/mainlog-20261121"
expect "packed meanwhile: the rest" 0 "2 lines" "${daily[@]}"
equal "each once" " 3" "$(logins x) $(logins y)"
expect "and no more" 0 "0 lines" "${daily[@]}"
rm "$work/d/mainlog-20261122"
expect "one that is gone" 65 "no log matches" "${daily[@]}"

# A pattern that matches, but no log that is written to: why.
expect "a packed one" 65 "mainlog-20261120.gz, which is packed" \
	"${scan[@]}" "$work/d/mainlog-20261120*"
expect "a rotated one" 65 "mail.log.1, which a log was rotated into" \
	"${scan[@]}" "$work/d/mail.log.[1]"
expect "no file" 65 "mail.d, which is no file" "${scan[@]}" "$work/d/mail.[d]"
run "${scan[@]}" -v "$work/d/mail.log" "$work/d/none*"
[[ "$rc" = 0 && "$err" == *"no log matches $work/d/none* yet"* ]] &&
	good "scan -v names a pattern without a log" ||
	bad "scan -v names a pattern without a log" "$rc $err"

# More than can be read: those that changed last.
for i in $(seq 100 170); do
	login "m$i" "d/host-$i.mail"
	touch -d "@$((1795300000 + i))" "$work/d/host-$i.mail"
done
expect "too many" 0 "7 that changed longest ago" "${scan[@]}" "$work/d/*.mail"
equal "the newest are read" " 1 1" \
	"$(logins m106) $(logins m107) $(logins m170)"

# For old logs a pattern is every file.
equal "events of a pattern" 6 "$(of "$work/d/mail*log" "$work/d/mail.log.1")"
expect "a pattern that matches nothing" 65 "no log matches" \
	replay "$work/d/none*"
expect "journal: and a unit's" 78 "name either" "${scan[@]}" journal: \
	journal:dovecot

# check: what a log is, by its newest lines.
check=(check "${state[@]}")
has() { # what, text
	if [[ "$out" == *"$2"* ]]; then good "$1"; else bad "$1" "$out"; fi
}
lacks() { if [[ "$out" == *"$2"* ]]; then bad "$1" "$out"; else good "$1"; fi; }
{ cat "$log"
  echo 'Nov 15 08:00:00 mx1 sshd[1]: a line of somebody else'
  echo 'no header (given password: hunter2)'
  echo 'AUTH PLAIN AGFubmEAaHVudGVyMg=='
  printf 'with \033[31mcolour and %500s\n' x
  echo 'a fourth one'
} >"$work/mixed.log"
run "${check[@]}" --set "sources=$work/mixed.log"
equal "check" 0 "$rc"
has "how many of each kind" "lines $((want + 5)), understood $want, submissions"
has "and not" "mean nothing 1, unreadable 4"
has "the forms" "form: RFC 3339 ($want lines), RFC 3164 (1 lines)"
has "who wrote it" "written by: postfix ($want lines, $want understood)"
has "who else" "other programs, not needed: sshd (1 lines)"
has "three of the strange ones" "no header (given passw"
lacks "no more than three" "a fourth one"
lacks "no password" "hunter2"
lacks "no base64" "AGFubmEA"
has "control characters are seen" 'with \x1b[00xxxxxxx'
equal "nothing of them is wider than the screen" 0 \
	"$(sed -n '/for instance/,/note/p' <<<"$out" | grep -v note |
	awk 'length > 80' | wc -l)"
yes "$(head -n 2 "$log")" | head -n 150000 >"$work/long.log"
run "${check[@]}" --set "sources=$work/long.log"
has "a long log: its end" "long.log, its last 8 MB: lines "
has "no line is torn by that" "mean nothing 0, unreadable 0"
run "${check[@]}" --set "sources=$work/d/mail*"
equal "check of a pattern: its logs" 3 "$(grep -c " ok    log " <<<"$out")"
gzip -c "$work/mixed.log" >"$work/mixed.gz"
cat >"$work/dead.conf" <<END
sources = ("$work/mixed.log", "$work/none*.log", "$work/nothing*.log");
END
printf 'Nov 22 10:00:00 h postfix/postfix-script[7]: starting\n' \
	>"$work/fresh.log"
run "${check[@]}" --set "sources=$work/fresh.log"
equal "check: a log that a mail server has just begun" 0 "$rc"
has "is its" "written by: postfix (1 lines, 0 understood)"
run "${check[@]}" -c "$work/dead.conf"
equal "check: patterns that match nothing are named, each" 2 \
	"$(grep -c 'MEND  log .*no log matches .*/no[a-z]*\*' <<<"$out")"
equal "and are to be mended" 65 "$rc"
printf 'Nov 22 10:00:00 h kernel: eth0 up\n%.0s' 1 2 3 >"$work/kernel.log"
expect "check: another program's log is none" 65 "" "${check[@]}" \
	--set "sources=$work/kernel.log"
: >"$work/empty.log"
run "${check[@]}" --set "sources=$work/empty.log"
[[ "$out" == *"empty yet"* ]] && good "check: an empty log is said to be" ||
	bad "check: an empty log is said to be" "$out"
mkfifo "$work/pipe"
run "${check[@]}" --set "sources=$work/pipe"
[[ "$rc" = 65 && "$out" == *"is a pipe"* ]] &&
	good "check: a pipe is not waited for" ||
	bad "check: a pipe is not waited for" "$rc $out"
run "${check[@]}" --set "sources=$work/mixed.gz"
has "a compressed one" "lines $((want + 5)), understood $want"
printf 'hello\nworld\n' >"$work/words.txt"
run "${check[@]}" --set "sources=$work/words.txt"
equal "what is no log is to be mended" 65 "$rc"
has "and says so" "no line was understood"

echo "Mar 14 00:08:33 mx postfix/qmgr[1]: 4PbC4x469Jz3tB: from=<a@example.pl>, size=5061, nrcpt=2 (queue active)" \
	>"$work/one.log"
run events "$work/one.log"
has "words say as much as JSON" "recipients=2 size=5061"

# -q: what must be mended, nothing else.
run "${check[@]}" -q --set "sources=$work/mixed.log"
equal "check -q: all is well, not a word" "0:" "$rc:$out$err"
run "${check[@]}" -q --set "sources=$work/mixed.log,$work/none*"
equal "check -q: what must be mended" "65: 1" \
	"$rc: $(grep -c '^  MEND  log .*none' <<<"$out")"
equal "and that only" 1 "$(wc -l <<<"$out")"

# A configuration cannot be read twice from a pipe.
out=$(echo 'mode = "enforce";' | "$comporta" check -c /dev/stdin 2>&1)
equal "a configuration from a pipe" 78 $?
has "and its words" "is a pipe; put it in a file"

# Emptied after it was read: said once, and not as a loss.
emptied=(scan --state-dir "$work/e" --dry-run "$work/emptied.log")
cp "$log" "$work/emptied.log"
expect "read to its end" 0 "$want lines" "${emptied[@]}"
: >"$work/emptied.log"
expect "emptied" 0 "0 lines" "${emptied[@]}"
equal "nothing to tell yet" 0 "$(grep -c "emptied.log" <<<"$err")"
head -n 2 "$log" >"$work/emptied.log"
expect "then written to" 0 "was emptied after its first $want lines" \
	"${emptied[@]}"
[[ "$err" == *" 2 lines"* && "$err" != *"rotated"* ]] &&
	good "it is read" || bad "it is read" "$err"
line 40 4Xddd piotr@firma.example 83.0.0.1 >>"$work/emptied.log"
expect "and on" 0 "2 lines" "${emptied[@]}"
equal "it is said once" 0 "$(grep -c "emptied.log" <<<"$err")"

# What is no log.
printf 'PK\003\004xxxx' >"$work/l.zip"
expect "zip" 65 "unpack it first" events "$work/l.zip"
printf '\004\042\115\030xxxx' >"$work/l.lz4"
expect "lz4" 65 "unpack it first" events "$work/l.lz4"
run "${check[@]}" --set "sources=$work/l.lz4"
has "check of one" "MEND  log        $work/l.lz4 is an archive; unpack it"
expect "one that is not there says what to look at" 65 \
	"No such file or directory; is this the name" events "$work/gone.log"
mkfifo "$work/fifo"
expect "a pipe as a source does not hang" 65 "is a pipe" \
	scan "${state[@]}" "$work/fifo"
python3 - "$work/socket" <<'END'
import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])
END
(sleep 3; cat "$log" >"$work/fifo") &
run events -v "$work/fifo"
equal "a pipe that somebody writes to later" "0:$want" \
	"$rc:$(wc -l <<<"$out")"
[[ "$err" == *"waiting for bytes from $work/fifo"* ]] &&
	good "and it is said" || bad "and it is said" "$err"
expect "a socket" 65 "is a socket, not a log" events "$work/socket"
expect "a socket as a source" 65 "is a socket, not a log" \
	scan "${state[@]}" "$work/socket"
expect "an endless device" 65 "is a device, not a log" \
	scan "${state[@]}" /dev/zero
ln -s loop "$work/loop"
expect "a link to itself" 65 "Too many levels" events "$work/loop"
ln -s "$log" "$work/link"
equal "a link to a log" "$want" "$(of "$work/link")"
expect "a folder as a source" 65 "name a file, or '$work/*.log' in quotes" \
	scan "${state[@]}" "$work"
if [ "$(id -u)" = 0 ]; then
	chmod 700 "$work"
	cp "$comporta" "$work/prog"
	chmod 711 "$work"; chmod 755 "$work/prog"; chmod 600 "$log"
	as_nobody() { out=$(setpriv --reuid 65534 --clear-groups \
		"$work/prog" "$@" 2>&1); }
	mkdir -m 700 "$work/closed" && cp "$log" "$work/closed/mail.log"
	mkdir -m 777 "$work/open"
	for command in "scan --dry-run --state-dir $work/open" events replay; do
		as_nobody $command "$work/closed/mail*"
		equal "$command: a closed folder" 77 $?
		has "and its words" "permission denied to look for logs"
	done
	as_nobody check --state-dir "$work/open" \
		--set "sources=$work/closed/mail*"
	equal "check: a closed folder" 77 $?
	as_nobody events "$log"
	equal "an unreadable log" 77 $?
	[[ "$out" == *"cannot read the log $log: Permission denied; run as"* ]] &&
		good "and its words" || bad "and its words" "$out"
else
	chmod 000 "$log"
	expect "an unreadable log" 77 "cannot read the log $log: Permission" \
		events "$log"
fi
chmod 644 "$log"

# A file that grows as fast as it is read: the run ends all the same.
cp "$log" "$work/grows"
(while :; do printf '%65000s\n' x; done >>"$work/grows") & writer=$!
disown $writer
expect "a file that grows for ever" 0 "" scan "${state[@]}" -q "$work/grows"
kill $writer
rm -f "$work/grows"
finish
