#!/bin/sh
# The architecture, checked: who may include whom, and that each third-party
# header is named in exactly one .c file, its adapter.
set -eu
bad=0
complain() { echo "$1" >&2; bad=1; }

# Folder -> what it may include from, besides itself. detector/ itself is the
# middle: it joins sources, formats and signals, and knows no command.
allowed() {
	case $1 in
	base) ;;
	notifier) echo "base detector/panel/db.h
		detector/panel/db_statement.h" ;;
	detector/sources) echo "base" ;;
	detector/formats) echo "base detector/event" ;;
	detector/signals) echo "base detector/account.h detector/event.h
		detector/geography.h detector/habits.h detector/origin.h
		detector/profile.h detector/volumes.h" ;;
	detector/panel) echo "base" ;;
	detector/mailserver) echo "base" ;;
	detector/link) echo "base detector/sight.h" ;;
	detector/metrics) echo "base detector/alarms.def detector/event.h detector/formats
		detector/panel/db.h detector/panel/db_statement.h
		detector/reader.h detector/signals detector/state.h
		detector/verdict.h" ;;
	detector/actions) echo "base detector/blocks.h detector/brake.h
		detector/judge.h detector/metrics detector/signals/signal.h
		detector/state.h detector/settings.h detector/verdict.h" ;;
	detector/http) echo "base notifier detector/panel detector/blocks.h
		detector/blocks_json.h detector/followup.h detector/metrics
		detector/describe.h detector/settings.h detector/account.h
		detector/verdict.h detector/webhooks.h" ;;
	detector/album) echo "base detector/account.h detector/accounts.h
		detector/detector.h detector/geo.h detector/judge.h
		detector/pipeline.h detector/profile.h detector/settings.h
		detector/signals detector/verdict.h" ;;
	detector/commands) echo "base notifier detector" ;;
	detector) echo "base notifier detector/event detector/sources
		detector/formats detector/signals detector/panel
		detector/commands/command.h" ;;
	packaging/manual) echo "base detector" ;;
	tests*) echo "base detector notifier tests" ;;
	esac
}

for file in $(find base detector notifier packaging -name '*.[ch]'); do
	dir=$(dirname "$file")
	# Files right in detector/ see each other, the folders do not.
	for include in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
		[ "$(dirname "$include")" = "$dir" ] && continue
		# Written by the Makefile into the build folder.
		case $include in paths.def | openapi.def) continue ;; esac
		ok=0
		for a in $(allowed "$dir"); do
			case $include in "$a" | "$a"/* | "$a".*) ok=1 ;; esac
		done
		[ $ok = 1 ] || complain "$file must not include $include"
	done
done

# header | its adapter
while read -r header adapter; do
	found=$(grep -rlE "#include <$header>" base detector notifier || true)
	[ "$found" = "$adapter" ] || complain \
		"<$header> belongs in $adapter alone, found in: $found"
done <<'END'
mysql.h detector/panel/db_mysql.c
sqlite3.h detector/panel/db_sqlite.c
curl/curl.h notifier/transfer.c
microhttpd.h detector/http/http_mhd.c
json-c/json.h base/json.c
libconfig.h base/conf_file.c
lmdb.h detector/store.c
maxminddb.h detector/geo.c
archive.h detector/sources/archive.c
systemd/sd-journal.h detector/sources/journal.c
xxhash.h base/hash.c
crypt.h base/password.c
argon2.h base/argon.c
seccomp.h base/fence_calls.c
linux/landlock.h base/fence_paths.c
END
found=$(grep -rlE '#include <gnutls/' base detector notifier || true)
[ "$found" = base/crypto.c ] ||
	complain "GnuTLS belongs in base/crypto.c alone, found in: $found"

# Only clock.c asks the machine for the time or for randomness.
found=$(grep -rlE '\b(clock_gettime|gettimeofday|getrandom)\(|\btime\(NULL\)' \
	base detector notifier | grep -v '^base/clock.c$' || true)
[ -z "$found" ] || complain "only base/clock.c may ask the clock: $found"

# No file over 500 lines, no line over 80 columns (a tab counts eight).
for file in $(find base detector notifier bench packaging \
		-name '*.[ch]'); do
	lines=$(wc -l <"$file")
	[ "$lines" -le 500 ] || complain "$file has $lines lines, 500 at most"
	long=$(expand "$file" | awk 'length > 80 { print NR; exit }')
	[ -z "$long" ] || complain "$file:$long is longer than 80 columns"
done
exit $bad
