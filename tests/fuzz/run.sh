#!/bin/bash
# run.sh [SECONDS [NAME...]] - every fuzzer, or these, for so long (20), from
# the .cases as seeds.
# Needs clang and its sanitizer runtime. Ends with "N passed, N failed".
set -u
seconds=${1:-20}
[ $# = 0 ] || shift
names=" $* "
build=build/fuzz
passed=0 failed=0

make -s -j"$(nproc)" BUILD=$build CC=clang OPTIMISE= \
	CFLAGS="-g -O1 -fsanitize=fuzzer-no-link,address,undefined" \
	objects || exit 70
libs=$(make -s BUILD=$build print-libs)

# Each input line of the cases becomes a file, for the formats with two bytes
# in front that pick whichever format it is, and no head; and each file of
# cases, one, for what reads many lines.
seeds=$build/seeds
rm -rf "$seeds"
mkdir -p "$seeds/lines" "$seeds/fuzz_formats" "$seeds/fuzz_correlator"
n=0
while IFS= read -r line; do
	n=$((n + 1))
	printf '%s' "$line" >"$seeds/lines/$n"
	printf '\0\0%s' "$line" >"$seeds/fuzz_formats/$n"
done < <(grep -hv '^\(#\|= \|$\)' detector/formats/*.cases)
for cases in detector/formats/*.cases detector/sessions.cases; do
	grep -v '^\(#\|= \|$\)' "$cases" | split -l 12 - \
		"$seeds/fuzz_correlator/$(basename "$cases")-"
done

# Small compressed files for the reader of those: whole, in two pieces, of
# nothing, cut.
packed=$seeds/fuzz_archive
mkdir -p "$packed"
for program in gzip xz zstd bzip2; do
	command -v $program >/dev/null || continue
	seq 1 200 | $program -qc >"$packed/$program"
	{ cat "$packed/$program"; echo x | $program -qc; } >"$packed/$program-two"
	: | $program -qc >"$packed/$program-none"
	head -c 60 "$packed/$program" >"$packed/$program-cut"
	head -c 100000 /dev/zero | $program -qc >"$packed/$program-bomb"
done

# What mail servers say of themselves; byte 1 separates the answers.
said=$seeds/fuzz_mailserver
mkdir -p "$said"
# shellcheck disable=SC2016
printf '%b' 'smtpd_sender_restrictions = gate check_sasl_access mysql:/x ${a?{$b}}\n' \
	'smtpd_restriction_classes = gate\ngate = warn_if_reject permit\n' \
	'\01submission inet n - y - - smtpd\n' \
	'\01submission/inet/smtpd_sasl_auth_enable = yes\n' \
	'\01hosts = localhost\nquery = SELECT\n comporta_send_block\n' \
	'\01REJECT 5.7.1' >"$said/postfix"
# shellcheck disable=SC2016
printf '%b' 'acl_smtp_mail = m\n\nbegin acl\n\n  m:\n    require acl = n\n' \
	'\n  n:\n    deny condition = $authenticated_id send_block lsearch{\n' \
	'    accept hosts = x\n\nbegin x\n' >"$said/exim"
printf '%b' 'auth_cache_size = 1 M\npassdb {\n  args = /x\n  driver = sql\n' \
	'  deny = yes\n}\npassdb sql {\n  query = smtp_active\n}\n\01\01\01' \
	'password_query = SELECT \\\n comporta_send_block\n' >"$said/dovecot"

# Requests: method, address, body, then the headers as http.h numbers them;
# $S is a token of support, $O the owner's link.
asked=$seeds/fuzz_http
mkdir -p "$asked"
n=0
while IFS= read -r request; do
	n=$((n + 1))
	printf '%b' "$request" >"$asked/$n"
done <<-'END'
	GET\01/b/$O\01\01\01\01pl-PL,pt;q=0.5\01192.0.2.1, 198.51.100.2
	POST\01/b/$O/lift\01x=1\01\01application/x-www-form-urlencoded
	POST\01/b/$O/mine?<zq>
	GET\01/api/v1/blocks?state=active&account=a%40b&limit=5\01\01Bearer $S
	GET\01/api/v1/blocks/1\01\01Bearer $S
	POST\01/api/v1/blocks/1/lift\01{"reason":"<zq>","force":true}\01Bearer $S\01application/json
	POST\01/api/v1/accounts/anna%40firma.example/suspend\01{"reason":"x"}\01Bearer $S\01application/json
	POST\01/api/v1/accounts/anna@firma.example/trust\01{"country":"VN","days":9,"reason":"x"}\01Bearer $S\01application/json
	POST\01/api/v1/accounts/anna@firma.example/password-changed\01{"password":"x"}\01Bearer $P\01application/json
	GET\01/style.css\01\01
	GET\01/support\01\01
	GET\01/support?q=<zq>%26&state=active&since=2026-11-01&cursor=7\01\01\01\01\01\01\01comporta-support=$C
	GET\01/support/blocks/1\01\01\01\01\01\01\01comporta-support=$C
	GET\01/support/accounts/anna%40firma.example\01\01\01\01\01\01\01comporta-support=$C
	GET\01/support/sign-in?to=/support%3Fq=<zq>&why=ended\01\01
	POST\01/support/sign-in\01token=$S&to=/support/blocks/1?<zq>\01\01application/x-www-form-urlencoded\01\01\01\01comporta-support=$C
	POST\01/support/blocks/1/lift\01form=$F&reason=<zq>&force=1&seen=unchanged\01\01application/x-www-form-urlencoded\01\01\01\01comporta-support=$C
	POST\01/support/blocks/1/trust\01form=$F&reason=<zq>&days=9&network=AS1&other_country=VN\01\01application/x-www-form-urlencoded\01\01\01\01comporta-support=$C
	POST\01/support/accounts/anna@firma.example/suspend\01form=$F&reason=<zq>&force=1\01\01application/x-www-form-urlencoded\01\01\01\01comporta-support=$C
	POST\01/support/sign-out\01form=$F\01\01application/x-www-form-urlencoded\01\01\01\01comporta-support=$C
	GET\01/openapi.json\01\01
	GET\01/metrics\01\01Bearer $S
	HEAD\01/readyz\01\01
END
mkdir -p "$seeds/fuzz_template" "$seeds/fuzz_json"
cp templates/*/*.txt templates/*/*.html "$seeds/fuzz_template/" 2>/dev/null
printf '0{{?name}}<b>{{name}}</b>{{/name}}{{!name}}-{{/name}}\n- {{links}}\n\1<zq>\1a\nb\1see https://x.example/ now' \
	>"$seeds/fuzz_template/small"
printf '%s' '{"a":[1,-2.5e3,"\u00e9\n",null,true,{}],"b":{"c":""}}' \
	>"$seeds/fuzz_json/one"

# Messages: a greeting, a decision, queue ids, news, an answer.
said=$seeds/fuzz_link
mkdir -p "$said"
printf '\1\0\1\0\11\0\0\0\5\0\0\0001.2.3' >"$said/hello"
printf '\1\0\5\0\54\0\0\0\1\0\0\0k\3\0\0\0a@b%24s\0\0\0\0' '' |
	tr ' ' '\0' >"$said/decision"
printf '\1\0\10\0\20\0\0\0\7\0\0\0\0\0\0\0\4\0\0\0004Xb\n' >"$said/found"
printf '\1\0\103\0\37\0\0\0%16s\1\0\0\0a\0\2\0\0\0VN' '' |
	tr ' ' '\0' >"$said/news"
printf '\1\0\100\0\26\0\0\0%16s\2\0\0\0no' '' | tr ' ' '\0' >"$said/done"

for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	case $names in "  " | *" $name "*) ;; *) continue ;; esac
	# shellcheck disable=SC2046,SC2086
	clang -std=gnu11 -D_GNU_SOURCE -I. -include base/banned.h -g -O1 \
		-fsanitize=fuzzer,address,undefined -o "$build/$name" \
		"$source" $(make -s BUILD=$build print-objects) $libs || {
		failed=$((failed + 1))
		continue
	}
	mkdir -p "$build/corpus-$name"
	from=$seeds/$name
	[ -d "$from" ] || from=$seeds/lines
	if "$build/$name" -max_total_time="$seconds" -max_len=4096 \
		-print_final_stats=1 -artifact_prefix="$build/$name-" \
		"$build/corpus-$name" "$from" >"$build/$name.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok    $name: $(sed -n 's/^stat::number_of_executed_units: *//p' \
			"$build/$name.log") inputs"
	else
		failed=$((failed + 1))
		echo "FAIL  $name"
		tail -n 40 "$build/$name.log"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
