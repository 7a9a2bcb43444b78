#!/bin/bash
# Logs that are damaged, and files that are no logs: what can be read is read,
# what cannot is said, with what to do, and soon.
. "$(dirname "$0")/lib.sh"
line='May  4 10:00:00 mx postfix/smtpd[1]: 4XyZ1: client=a[203.0.113.9], sasl_method=LOGIN, sasl_username=anna@firma.example'
log=$work/mail.log
printf '%s\n' "$line" "$line" "$line" >"$log"

# name, what is expected of `events`, how the file is made of the log
lines() { expect "$1" 0 "$2 understood" events --json "$work/x.log"; }
sed 's/$/\r/' "$log" >"$work/x.log"
lines "CR LF" 3
equal "and no CR in a name" "" "$(grep -o 'example.r' <<<"$out" | head -n 1)"
{ printf '\357\273\277'; cat "$log"; } >"$work/x.log"
lines "a byte order mark" 3
{ head -c 5000 /dev/zero; cat "$log"; } >"$work/x.log"
lines "zeros at the beginning" 3
{ cat "$log"; head -c 5000 /dev/zero; cat "$log"; } >"$work/x.log"
lines "zeros in the middle" 6
{ printf '%s' "$line"; } >"$work/x.log"
lines "no line feed at the end" 1
{ printf '\n\n'; cat "$log"; printf '\n \n'; } >"$work/x.log"
lines "empty lines" 3
{ cat "$log"; head -c 100000 /dev/zero | tr '\0' x; echo; cat "$log"; } \
	>"$work/x.log"
lines "a line without an end" 6

# A log over New Year that somebody copied: in order, whatever it is packed
# with, and the last line not in the future.
year=$(($(date +%Y) - 3))
for day in $(seq 0 5 240); do
	LC_ALL=C date -u -d "$year-06-01 +$day days" "+%b %e %H:%M:%S ${line#*:??:?? }"
done >"$work/copy.log"
gzip -n <"$work/copy.log" >"$work/copy.log.gz"
xz -k "$work/copy.log"
for packed in "$work"/copy.log*; do
	run events --json "$packed"
	equal "in order: ${packed##*/}" "$(grep -o '"time":"[^"]*' <<<"$out" |
		sort)" "$(grep -o '"time":"[^"]*' <<<"$out")"
	equal "all of it: ${packed##*/}" 49 "$(wc -l <<<"$out")"
done
cat "$log" | gzip >"$work/fresh.gz"
run events --json "$work/fresh.gz"
equal "a fresh one, packed" 3 "$(grep -c "time\":\"$(date -d "@$(stat -c %Y \
	"$log")" +%Y)\|time\":\"$(($(date +%Y) - 1))" <<<"$out")"

no_log() {
	expect "$1" 65 "$2" events "$work/x.log"
	equal "$1: nothing on standard output" "" "$out"
	expect "$1, replayed" 65 "no line was understood" replay "$work/x.log"
}
{ printf '\377\376'; iconv -f UTF-8 -t UTF-16LE "$log"; } >"$work/x.log"
no_log "UTF-16, little end first" "iconv -f UTF-16"
{ printf '\376\377'; iconv -f UTF-8 -t UTF-16BE "$log"; } >"$work/x.log"
no_log "UTF-16, big end first" "iconv -f UTF-16"
iconv -f UTF-8 -t UTF-16LE "$log" >"$work/x.log"
no_log "UTF-16 without a mark" "iconv -f UTF-16"
cp "$comporta" "$work/x.log"
no_log "a program" "is no text"
head -c 20000000 /dev/zero >"$work/x.log"
no_log "zeros only" "is no log"
{ printf 'PK\003\004'; head -c 100000 /dev/urandom; } >"$work/x.log"
no_log "an archive" "unpack it"
{ printf 'LPKSHHRH'; head -c 100000 /dev/zero; } >"$work/x.log"
no_log "systemd's own file" "journal:/PATH/FILE"
tr '\n' '\r' <"$log" >"$work/x.log"
expect "no line feed at all" 0 "dos2unix" events "$work/x.log"

{ echo '"Date","Host","Message"'
  sed 's/^\(.*\) mx \(.*\)$/"\1","mx","\2"/' "$log"; } >"$work/x.log"
expect "a spreadsheet" 0 "is this a mail log" events "$work/x.log"
expect "a spreadsheet, replayed" 65 "is this a mail log" replay "$work/x.log"
finish
