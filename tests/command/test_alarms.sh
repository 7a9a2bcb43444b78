#!/bin/bash
# What the operator hears of by mail: alarms, and the day's digest.
. "$(dirname "$0")/lib.sh"
db=$work/state/comporta.db
log=$work/mail.log
mails=$work/mails
mkdir "$mails"
export TZ=UTC
with=("${state[@]}" "${geo[@]}" --set smtp.url="file://$mails"
	--set smtp.from=help@provider.example --set notice.digest=off
	--set notice.operator=boss@provider.example)

sql() { sqlite3 -cmd '.timeout 20000' "$db" "$1"; }
# How many mails have this subject.
subjects() { grep -l "^Subject: $1" "$mails"/*.eml 2>/dev/null | wc -l; }

line 1 4Xaaa piotr@firma.example 83.0.0.1 >"$log"
run scan "${with[@]}" --set notice.silent_after=1s "$log"
equal "in mode observe without a database there is none" "0 0" \
	"$rc $(ls "$mails" | wc -l)"

burst anna@firma.example >>"$log"
burst maria@loja.example | sed 's/4Xb/4Xc/' >>"$log"
expect "the brake" 75 "brake" scan "${with[@]}" --set mode=enforce \
	--set brake.per_hour=1 --set brake.share=0 "$log"
equal "it is told" 1 "$(subjects 'Alarm: the brake is on')"
equal "... one is blocked" 1 "$(sql "SELECT COUNT(*) FROM comporta_block")"
run scan "${with[@]}" --set mode=enforce --set brake.per_hour=1 \
	--set brake.share=0 "$log"
equal "... once" 1 "$(subjects 'Alarm: the brake is on')"
run status "${state[@]}"
[[ "$out" == *"ALARM since"*"the brake is on"* ]] &&
	good "... status shows it" || bad "... status shows it" "$out"
run check "${state[@]}" --set mailserver.kind=none
[[ "$out" == *"MEND  alarm"*"comporta brake status"* ]] &&
	good "... check says what to do" || bad "... check" "$out"
run scan "${with[@]}" --set mode=enforce "$log"
equal "let go, it lasts for ten minutes more" 0 "$(subjects 'Over: the brake')"
sql "UPDATE comporta_alarm SET seen_ms = seen_ms - 600000"
run scan "${with[@]}" --set mode=enforce "$log"
equal "... and is over, which is told" 1 "$(subjects 'Over: the brake is on')"

sleep 1.1
run scan "${with[@]}" --set mode=enforce --set notice.silent_after=1s "$log"
equal "no line for too long" 1 "$(subjects 'Alarm: no line has come')"
run scan "${with[@]}" --set mode=enforce --set notice.silent_after=1s \
	--set notice.operator_language=pl "$log"
equal "... once" 1 "$(sql "SELECT COUNT(*) FROM comporta_alarm
	WHERE name LIKE 'log_silent@%'")"

# A clock that was two years ahead for a while: it ends with lines of today.
for i in $(seq 40); do
	line 1 "4Xd$i" piotr@firma.example 83.0.0.1
done | sed 's/^2026/2028/' >>"$log"
run scan "${with[@]}" --set mode=enforce "$log"
equal "the log is ahead" 1 "$(sql "SELECT COUNT(*) FROM comporta_alarm
	WHERE active_name LIKE 'clock_off@%'")"
for i in $(seq 40); do
	line 2 "4Xe$i" piotr@firma.example 83.0.0.1
done >>"$log"
run scan "${with[@]}" --set mode=enforce "$log"
sql "UPDATE comporta_alarm SET seen_ms = seen_ms - 600000
	WHERE name LIKE 'clock_off@%'"
run scan "${with[@]}" --set mode=enforce "$log"
equal "... and is not any more" 1 "$(sql "SELECT COUNT(*) FROM comporta_alarm
	WHERE name LIKE 'clock_off@%' AND ended_ms IS NOT NULL")"
run status "${state[@]}"
[[ "$out" == *2028* ]] && bad "... nor does status say so" "$out" ||
	good "... nor does status say so"

# Rights or a table are missing: owners' notices go all the same.
sql "ALTER TABLE comporta_alarm RENAME TO hidden;
	INSERT INTO comporta_notice (block_id, kind, recipient, language, state,
	attempts, queued_ms, next_ms) VALUES (1, 'blocked',
	'owner@home.example', 'en', 'queued', 0, 1, 0)"
expect "alarms that cannot be kept are told" 78 comporta_alarm \
	scan "${with[@]}" --set mode=enforce "$log"
equal "... and hold up no notice" sent "$(sql "SELECT state FROM
	comporta_notice WHERE recipient = 'owner@home.example'")"
sql "ALTER TABLE hidden RENAME TO comporta_alarm"

# A block of yesterday.
midnight=$(($(date +%s) / 86400 * 86400))
sql "UPDATE comporta_block SET blocked_ms = ($midnight - 3600) * 1000"
for _ in 1 2 3; do
	run scan "${with[@]}" --set notice.digest=00:00 --set mode=enforce "$log"
done
equal "the digest, once" 1 "$(subjects 'comporta, the last 24 hours')"
expect "a time that is none" 78 'write it as 07:00' scan "${with[@]}" \
	--set notice.digest=25:00 "$log"
expect "a language without a domain" 78 'a domain, a blank and a language' \
	scan "${with[@]}" --set notice.domain_languages=pl "$log"
finish
