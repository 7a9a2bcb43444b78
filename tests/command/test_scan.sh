#!/bin/bash
# scan as cron runs it: locks, observe, dry run, the contract of its output.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
burst anna@firma.example >"$log"

# Two runs at once do not meet: the second sees the lock and ends.
mkdir -p "$work/state"
exec 9>"$work/state/lock"
flock -n 9
expect "a second run ends" 75 "another scan or watch is running" \
	scan "${state[@]}" "$log"
run scan -q "${state[@]}" "$log"
equal "and cron hears nothing of it" "75:" "$rc:$err$out"
flock -u 9
exec 9>&-

# Observe is the default: everything is computed, nothing is touched.
expect "observe" 0 "submissions 10" scan "${state[@]}" "${geo[@]}" "$log"
equal "no database was made" no \
	"$([ -e "$work/state/comporta.db" ] && echo yes || echo no)"
run status "${state[@]}"
equal "status says what would be" 1 "$(grep -c 'would block' <<<"$out" |
	head -n 1 | awk '{ print ($1 > 0) }')"

# The same verdicts from replay, scan --dry-run, and a pipe.
run replay --json "${geo[@]}" "$log"
replayed=$out
run scan --dry-run --json --state-dir "$work/dry" "${geo[@]}" "$log"
equal "scan --dry-run says what replay says" "$replayed" "$out"
equal "standard error has no verdict" 0 "$(grep -c verdict <<<"$err")"
equal "standard input" "$replayed" \
	"$("$comporta" replay --json "${geo[@]}" - <"$log" 2>/dev/null)"
gzip -k "$log"
run replay --json "${geo[@]}" "$log.gz"
equal "compressed" "$replayed" "$out"
for key in type time account action probability log_odds evidence signal nats \
	text window recipients messages ips countries unknown_recipients \
	first_seen; do
	[[ "$replayed" == *"\"$key\":"* ]] || bad "verdict has no $key"
done
good "the verdict has the contract's names"
equal "one suspension" 1 "$(grep -c '"action":"suspend"' <<<"$replayed")"

# events.
run events --json "$log"
equal "events: one object per line that means something" 20 \
	"$(wc -l <<<"$out")"
for key in type file line time host kind queue_id account client recipients \
	size recipient status dsn; do
	[[ "$out" == *"\"$key\":"* ]] || bad "event has no $key"
done
good "the event has the contract's names"
equal "lines count from 1" 1 "$(head -n 1 <<<"$out" |
	grep -c '"line":1,"time":"2026-11-15T08:01:00.000Z"')"

# What is appended is read, what was read is not read again.
line 30 4Xccc piotr@firma.example 83.0.0.1 >>"$log"
run scan "${state[@]}" "${geo[@]}" "$log"
equal "only what is new" 1 "$(grep -c '2 lines' <<<"$err")"

# Enforce: blocked once, also when the log goes on.
enforce=(--state-dir "$work/real" --set mode=enforce
	--set smtp.url="file://$work/mails")
mkdir "$work/mails"
expect "enforce" 0 "stopped sending for anna" scan "${enforce[@]}" \
	"${geo[@]}" "$log"
for i in 1 2 3; do
	line $((40 + i)) "4Xddd$i" anna@firma.example 14.160.0.1 >>"$log"
	run scan "${enforce[@]}" "${geo[@]}" "$log"
done
db() { sqlite3 "$work/real/comporta.db" "$1"; }
equal "blocked once" 1 "$(db 'SELECT COUNT(*) FROM comporta_block')"
equal "the block table names her" anna@firma.example \
	"$(db 'SELECT account FROM comporta_send_block')"

# With the block, who sent what in the last day: as the log has it, and no more.
# The hours before are of two runs; at four, recipients that only their ends
# tell of, and at five, a second id behind a filter.
begun=$work/day.log
at() { sed "s/^/2026-11-15T0$1:59:00.000000+00:00 mx1 /"; }
{ at 4 <<'END'
exim[10]: 1AAAAA-000AFJ-3B <= ola@firma.example H=(pc) [83.0.0.1]:50000 P=esmtpsa X=TLS1.3 CV=no A=dovecot_login:ola@firma.example S=1234 id=1@firma.example
exim[11]: 1AAAAA-000AFJ-3B => a@kunde.example R=dnslookup T=remote_smtp H=mx.kunde.example [192.0.2.1] C="250 2.0.0 Ok"
exim[11]: 1AAAAA-000AFJ-3B -> b@kunde.example R=dnslookup T=remote_smtp H=mx.kunde.example [192.0.2.1] C="250 2.0.0 Ok"
exim[11]: 1AAAAA-000AFJ-3B Completed
END
for i in 11 12 13; do line $i "4Xe$i" ola@firma.example 83.0.0.1 |
	sed 's/T08/T05/; s/nrcpt=1/nrcpt=3/'; done
at 5 <<'END'
postfix/submission/smtpd[10]: BA8F630001DA: client=unknown[83.0.0.1], sasl_method=PLAIN, sasl_username=ola@firma.example
postfix/qmgr[12]: BA8F630001DA: from=<ola@firma.example>, size=502, nrcpt=2 (queue active)
postfix/smtpd[14]: 1310930001DB: client=localhost[127.0.0.1]
postfix/qmgr[12]: 1310930001DB: from=<ola@firma.example>, size=1188, nrcpt=2 (queue active)
postfix/smtp[13]: BA8F630001DA: to=<r1@dst1.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=0.38, delays=0.23/0.02/0/0.13, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1310930001DB)
postfix/qmgr[12]: BA8F630001DA: removed
postfix/qmgr[12]: 1310930001DB: from=<ola@firma.example>, size=1188, nrcpt=2 (queue active)
END
line 20 4Xe20 other@firma.example 83.0.0.1 | sed 's/T08/T06/'
line 30 4Xe30 ola@firma.example 192.168.0.9 | sed 's/T08/T07/'; } >"$begun"
enforce[1]=$work/day
run scan "${enforce[@]}" "${geo[@]}" "$begun"
line 40 4Xe40 ola@firma.example 83.0.0.1 | sed 's/T08/T07/' >>"$begun"
run scan "${enforce[@]}" "${geo[@]}" "$begun"
burst ola@firma.example >>"$begun"
run scan --json "${enforce[@]}" "${geo[@]}" "$begun"
equal "the printed verdict has no day" 0 "$(grep -c '"day"' <<<"$out")"
day() { sqlite3 "$work/day/comporta.db" "SELECT substr(value ->> 'hour', 12, 2)
	|| ' ' || (value ->> 'country') || ' ' || (value ->> 'recipients') || '/'
	|| (value ->> 'messages')
	FROM comporta_block, json_each(verdict, '\$.day')
	WHERE account = 'ola@firma.example'" | tr '\n' ' '; }
equal "the day of the block" "04 PL 2/1 05 PL 11/4 07 ZZ 1/1 07 PL 1/1 \
08 BR 1/1 08 ID 1/1 08 IN 1/1 08 PL 1/1 08 VN 1/1 " "$(day)"
run suspend "${enforce[@]}" other@firma.example
equal "by hand there is none" 0 "$(sqlite3 "$work/day/comporta.db" \
	"SELECT COUNT(*) FROM comporta_block WHERE account LIKE 'other@%' AND
	json_type(verdict, '\$.day') IS NOT NULL")"
enforce[1]=$work/real

# The database is lost: said, and whoever must be stopped is stopped again.
cp -r "$work/real" "$work/before"
rm "$work"/real/comporta.db*
expect "a lost database is noticed" 0 "stopped sending for anna" \
	scan "${enforce[@]}" "${geo[@]}" "$log"
[[ "$err" == *"not the one it was"* ]] && good "and told" || bad "and told" "$err"
rm -rf "$work/real"
mv "$work/before" "$work/real"

# Observed first, enforced later: the thief is stopped at once.
rm -rf "$work/state"
run scan "${state[@]}" "${geo[@]}" "$log"
expect "the first enforcing run stops whom observing found" 0 \
	"stopped sending for anna" scan "${state[@]}" --set mode=enforce \
	--set smtp.url="file://$work/mails" "$log"
expect "and once" 0 "0 lines" scan "${state[@]}" --set mode=enforce "$log"
rm -f "$work"/mails/*

# By hand, and back.
expect "suspend" 0 "" suspend "${enforce[@]}" Piotr@Firma.example --reason test
equal "in lower case" 1 "$(db "SELECT COUNT(*) FROM comporta_send_block
	WHERE account = 'piotr@firma.example'")"
expect "lift by force" 0 "" lift "${enforce[@]}" --force --reason "wrong one" \
	piotr@firma.example
equal "open again" 0 "$(db "SELECT COUNT(*) FROM comporta_send_block
	WHERE account = 'piotr@firma.example'")"
equal "the audit trail knows who" 1 "$(db "SELECT COUNT(*) FROM comporta_audit
	WHERE action LIKE 'lift%' AND actor LIKE 'operator:%'")"

# After a lift, old evidence never counts again.
expect "lift her" 0 "" lift "${enforce[@]}" --force --reason "her trip" \
	anna@firma.example
line 50 4Xeee anna@firma.example 78.160.0.1 >>"$log"
run scan "${enforce[@]}" "${geo[@]}" "$log"
equal "no second block from old evidence" 1 \
	"$(db 'SELECT COUNT(*) FROM comporta_block
	WHERE account = "anna@firma.example"')"
run explain --state-dir "$work/real" anna@firma.example
equal "explain says calm" 1 "$(grep -c 'is calm' <<<"$out")"

# The brake.
for i in $(seq 1 14); do burst "user$i@other.example"; done >"$work/many.log"
expect "the brake" 75 "brake:" scan "${enforce[@]}" "${geo[@]}" \
	"$work/many.log"
equal "not more than ten within the hour, beside those by hand" 10 \
	"$(db "SELECT COUNT(*) FROM comporta_block
	WHERE decision LIKE 'suspend-%'")"
expect "observing lets waiting decisions wait" 0 "" scan -q "${enforce[@]}" \
	--set mode=observe "$work/many.log"
# All fourteen fall at the same time, so any four of them may have waited.
expect "raised: the others are stopped" 0 "stopped sending for user" \
	scan "${enforce[@]}" --set brake.per_hour=100 "$work/many.log"
equal "all of them" 16 "$(db 'SELECT COUNT(*) FROM comporta_block')"
finish
