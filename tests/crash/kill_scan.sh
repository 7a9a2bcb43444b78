#!/bin/sh
# kill_scan.sh - the whole program, killed with SIGKILL thirty times at random
# moments while its log grows and is rotated, against one that reads all of it
# undisturbed: accounts, what they sent in the last day, verdicts and what was
# counted for /metrics must be the same.
#
# Verdicts are written out before they are remembered, so a killed run may
# repeat one, never lose one.
set -u

comporta=${COMPORTA:-build/comporta}
country=${COUNTRY_DB:-build/geoip/country.mmdb}
asn=${ASN_DB:-build/geoip/asn.mmdb}
seed=${SEED:-1}
kills=30
work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-kill.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # what, status
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
	fi
}

# A log of three days; a few of the 60 accounts are stolen on the last.
awk -v seed="$seed" 'BEGIN {
	srand(seed)
	n = split("14.161.20.5 187.20.3.4 117.197.20.3 85.105.3.4 " \
		"110.138.2.3 190.24.5.6 197.210.3.4 88.198.5.5", foreign, " ")
	for (i = 0; i < 30000; i++) {
		at = i * 8
		stamp = sprintf("2026-11-%02dT%02d:%02d:%02d.000Z mx1",
			18 + int(at / 86400), int(at / 3600) % 24,
			int(at / 60) % 60, at % 60)
		who = int(rand() * 60)
		user = "u" who "@d" who % 9 ".example"
		stolen = who < 5 && i > 25000
		ip = stolen ? foreign[1 + int(rand() * n)] : "83.11.5." who
		id = sprintf("4AAAA%05d", i)
		# Lines of OpenSMTPD and Sendmail mean something only together.
		if (i % 4 == 1) {
			s = sprintf("smtpd[9]: 5df87c90%08x", i)
			m = sprintf("%08x", i)
			print stamp " " s " smtp connected address=" ip \
				" host=<unknown>"
			print stamp " " s " smtp authentication user=" \
				user " result=ok"
			print stamp " " s " smtp message msgid=" m \
				" size=900 nrcpt=1 proto=ESMTP"
			print stamp " smtpd[9]: 5df87c9100000000 mta " \
				"delivery evpid=" m "00000000 from=<" user \
				"> to=<a@b" i ".example> rcpt=<-> source=\"" \
				"192.0.2.25\" relay=\"192.0.2.1 (mx)\" " \
				"delay=0s result=\"" \
				(stolen ? "PermFail\" stat=\"550 5.1.1 no\"" \
					: "Ok\" stat=\"250 2.0.0 ok\"")
			continue
		}
		if (i % 4 == 2) {
			s = " sm-mta[" 1000 + i % 900 "]: "
			m = sprintf("06J1e4G%07d: ", i)
			print stamp s "AUTH=server, relay=[" ip "], authid=" \
				user ", mech=PLAIN, bits=0"
			print stamp s m "from=<" user ">, size=900, class=0, " \
				"nrcpts=2, proto=ESMTP, daemon=MTA, relay=[" \
				ip "]"
			print stamp s m "to=<a@b" i ".example>,<c@d" i \
				".example>, delay=00:00:01, mailer=esmtp, " \
				"pri=1, relay=mx. [192.0.2.1], dsn=" \
				(stolen ? "5.1.1, stat=User unknown" \
					: "2.0.0, stat=Sent (ok)")
			continue
		}
		if (rand() < 0.5)
			print stamp " dovecot: imap-login: Login: user=<" \
				user ">, method=PLAIN, rip=" ip \
				", lip=192.0.2.25, TLS"
		print stamp " postfix/submission/smtpd[1]: " id \
			": client=unknown[" ip \
			"], sasl_method=PLAIN, sasl_username=" user
		print stamp " postfix/qmgr[2]: " id ": from=<" user \
			">, size=900, nrcpt=1 (queue active)"
		print stamp " postfix/smtp[3]: " id ": to=<a@b" i \
			".example>, relay=mx[192.0.2.1]:25, delay=1, " \
			"delays=0/0/0/1, dsn=" \
			(stolen ? "5.1.1, status=bounced" \
				: "2.0.0, status=sent") " (text)"
		if (rand() < 0.9)
			print stamp " postfix/qmgr[2]: " id ": removed"
	}
}' >"$work/all.log"

scan() { # state folder, log
	"$comporta" scan "$2" --state-dir "$1" --dry-run --json -q \
		--home PL --country-db "$country" --asn-db "$asn"
}

began=$(date +%s%N)
scan "$work/calm" "$work/all.log" >"$work/calm.json" 2>"$work/calm.err"
check "the undisturbed run ends well" $?
took_ms=$((($(date +%s%N) - began) / 1000000))

lines=$(wc -l <"$work/all.log")
part=$((lines / kills + 1))
mkdir "$work/log"
killed=0
for i in $(seq 1 $kills); do
	sed -n "$(((i - 1) * part + 1)),$((i * part))p" "$work/all.log" \
		>>"$work/log/mail.log"
	after=$(awk -v seed="$seed$i" -v ms="$took_ms" \
		'BEGIN { srand(seed); printf "%.3f", 0.001 + rand() * ms / 3000 }')
	# The first comes to its end: a log never read has no past, so what was
	# rotated away before is nobody's.
	[ $i = 1 ] && after=60
	timeout -s KILL "$after" "$comporta" scan "$work/log/mail.log" \
		--state-dir "$work/killed" --dry-run --json -q --home PL \
		--country-db "$country" --asn-db "$asn" \
		>"$work/killed.$i.json" 2>>"$work/killed.err"
	[ $? = 137 ] && killed=$((killed + 1))
	# Rotated now and then, sometimes compressed, also twice in a row.
	case $((i % 7)) in
	2)	mv "$work/log/mail.log" "$work/log/mail.log-$i.1" ;;
	3)	gzip "$work/log/mail.log-$((i - 1)).1" ;;
	5)	cp -p "$work/log/mail.log" "$work/log/mail.log-$i.1"
		: >"$work/log/mail.log" ;;
	esac
	touch "$work/log/mail.log"
done
scan "$work/killed" "$work/log/mail.log" >"$work/killed.last.json" \
	2>>"$work/killed.err"
check "the last run ends well" $?
echo "killed $killed of $kills runs, an undisturbed one takes $took_ms ms"
[ "$killed" -ge 5 ]
check "at least five runs were killed at work" $?

# The end of a killed run's output may be torn.
sort -u "$work/calm.json" >"$work/want"
for one in "$work"/killed.*.json; do
	sed -e '$a\' "$one"
done | grep '^{.*"first_seen":"[^"]*"}$' | sort -u >"$work/got"
[ -s "$work/want" ]
check "there are verdicts" $?
diff "$work/want" "$work/got" >"$work/diff"
check "every verdict is there, and no other" $?
head -c 1000 "$work/diff"

good=0
for who in $(seq 0 59); do
	user="u$who@d$((who % 9)).example"
	"$comporta" explain "$user" --state-dir "$work/calm" >"$work/a" 2>&1
	"$comporta" explain "$user" --state-dir "$work/killed" >"$work/b" 2>&1
	if cmp -s "$work/a" "$work/b" && grep -q logins "$work/a" &&
		grep -q "its last 24 hours: messages" "$work/a"; then
		good=$((good + 1))
	elif [ "$good" -ge $((who - 2)) ]; then
		echo "$user:"
		diff "$work/a" "$work/b" | head -n 6
	fi
done
[ "$good" = 60 ]
check "all 60 accounts are the same ($good are)" $?

# What was counted, published by a run that reads nothing more.
counted() { # state folder
	: >"$work/empty.log"
	"$comporta" scan "$work/empty.log" --state-dir "$1" -q --home PL \
		--set database.file="$1/metrics.db" >"$1/publish.out" 2>&1
	sqlite3 "$1/metrics.db" "SELECT name, labels, value FROM
		comporta_metric WHERE name LIKE '%_total' ORDER BY 1, 2"
}
counted "$work/calm" >"$work/want"
counted "$work/killed" >"$work/got"
read_lines=$(grep '^comporta_log_lines_total' "$work/want" |
	awk -F'|' '{ n += $3 } END { print n }')
[ "$read_lines" = "$lines" ]
check "every line is counted ($read_lines of $lines)" $?
diff "$work/want" "$work/got" >"$work/diff"
check "killed or not, the same is counted" $?
head -c 1000 "$work/diff"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
