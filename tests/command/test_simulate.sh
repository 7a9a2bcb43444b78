#!/bin/bash
# The labelled traffic simulator: what it promises to those who measure with it.
. "$(dirname "$0")/lib.sh"
simulate=${SIMULATE:-build/simulate}
prefixes=${PREFIXES:-build/geoip/prefixes.tsv}
small=(--accounts 120 --days 6 --victims 1 --prefixes "$prefixes")

# name, options...: files name.log, name.people, name.events
world() {
	local name=$work/$1
	shift
	"$simulate" "${small[@]}" "$@" --log "$name.log" \
		--people "$name.people" --events "$name.events"
}

sums() {
	cat "$work/$1.log" "$work/$1.people" "$work/$1.events" | sha256sum
}

world one --seed 7
world same --seed 7
world other --seed 8
equal "the same seed gives the same bytes" "$(sums one)" "$(sums same)"
if [ "$(sums one)" != "$(sums other)" ]; then
	good "another seed gives others"
else
	bad "another seed gives others"
fi

# Truth about people.
names() {
	"$simulate" --list | awk -v kind="$1" '$1 == kind { print $2 }' | sort
}
column() {
	tail -n +2 "$work/one.people" | cut -f"$1" | grep -v '^-$' | sort -u
}
equal "every honest class occurs" "$(names benign)" "$(column 2)"
equal "every attack class occurs" "$(names attack)" "$(column 3)"
equal "one row for each account" 121 "$(wc -l <"$work/one.people")"
equal "no account twice" 120 \
	"$(tail -n +2 "$work/one.people" | cut -f1 | sort -u | wc -l)"
equal "thefts have a beginning and an end, others have none" 0 \
	"$(tail -n +2 "$work/one.people" | awk -F'\t' '
	($3 == "-") != ($4 == 0) || $4 > $5' | wc -l)"
equal "no list is a victim" 0 "$(awk -F'\t' '$3 != "-" &&
	($2 == "newsletter" || $2 == "monthly_list")' "$work/one.people" |
	wc -l)"

# Truth about events.
equal "the header of events" "at_ms account kind client country as recipients \
spam" "$(head -n 1 "$work/one.events" | tr '\t' ' ')"
equal "events are in order of time" 0 "$(tail -n +2 "$work/one.events" |
	awk -F'\t' '$1 < last { n++ } { last = $1 } END { print n + 0 }')"
equal "bad events belong to victims, within their time" 0 \
	"$(awk -F'\t' 'FNR == NR { from[$1] = $4; to[$1] = $5; next }
	FNR > 1 && $8 == 1 && $3 != "unknown" &&
	($1 < from[$2] || $1 > to[$2] || !from[$2])' \
	"$work/one.people" "$work/one.events" | wc -l)"

# The log says the same, as comporta reads it.
run events --json "$work/one.log"
[[ "$err" == *" 0 unreadable"* ]] && good "every line can be read" ||
	bad "every line can be read" "$err"
seen() {
	sed -n "/\"kind\":\"$1\"/{
		s/.*\"time\":\"\([^\"]*\)\"/\1/
		s/,.*\"account\":\"\([^\"]*\)\"/ \1/
		s/,.*\"client\":\"\([^\"]*\)\".*/ \1/p
	}" <<<"$out" | sort
}
told() {
	tail -n +2 "$work/one.events" | awk -F'\t' -v kind="$1" '$3 == kind {
		printf "%s.%03dZ %s %s\n", strftime("%Y-%m-%dT%H:%M:%S",
			int($1 / 1000), 1), $1 % 1000, $2, $4 }' | sort
}
told send >"$work/told"
seen submission | cmp -s - "$work/told" && [ -s "$work/told" ] &&
	good "every submission is understood, and no other" ||
	bad "every submission is understood, and no other" \
		"$(seen submission | diff - "$work/told" | head -n 4)"
told login >"$work/told"
seen login | cmp -s - "$work/told" && [ -s "$work/told" ] &&
	good "every login is understood, and no other" ||
	bad "every login is understood, and no other" \
		"$(seen login | diff - "$work/told" | head -n 4)"

# Options.
world smtp --imap 0
equal "--imap 0: no logins" "0 0" "$(grep -c 'Login: user' "$work/smtp.log") \
$(awk '$3 == "login"' "$work/smtp.events" | wc -l)"
world few --classes slow_low,dirty_list --victims 2
equal "--classes" "dirty_list 2 slow_low 2" "$(cut -f3 "$work/few.people" |
	grep _ | sort | uniq -c | awk '{ print $2, $1 }' | xargs)"
world exim --server exim --exim-for --login-log "$work/exim.login"
equal "Exim writes each submission" \
	"$(awk '$3 == "send"' "$work/exim.events" | wc -l)" \
	"$(grep -c '^[-0-9]* [:0-9]* [^ ]* <= .* A=dovecot_' "$work/exim.log")"
equal "logins go to a file of their own" \
	"$(awk '$3 == "login"' "$work/exim.events" | wc -l)" \
	"$(grep -c 'Login: user' "$work/exim.login")"
equal "and only there" 0 "$(grep -c dovecot: "$work/exim.log")"
world brazil --home BR,AR --mix abroad
equal "--home" BR "$(awk -F'\t' 'NR > 1 { n[$5]++ } END { for (c in n)
	print n[c], c }' "$work/brazil.events" | sort -rn | awk 'NR == 1 {
	print $2 }')"
finish
