#!/bin/bash
# rotate_scan.sh - the real logrotate, in every way it knows, at random moments
# and while lines are written, with scans in between of which half are killed
# with SIGKILL: every line must be counted exactly once.
#
# The lines of each step are logins of an account of its own, so a line read
# twice cannot hide one that was skipped.
set -u

comporta=${COMPORTA:-build/comporta}
RANDOM=${SEED:-1}
steps=${STEPS:-16}
work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-rotate.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
command -v logrotate >/dev/null 2>&1 || {
	echo "logrotate is not installed"
	exit 69
}

# As logrotate calls them: from standard input to standard output. This one
# leaves half of the file there for a while.
cat >"$work/slowly" <<'END'
#!/bin/sh
gzip -c | { head -c 150; sleep 0.15; cat; }
END
chmod +x "$work/slowly"

good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; }

# Lines of one step: the account, how many, appended one by one as a daemon
# that opens its log for each.
write_lines() {
	local i
	for ((i = 0; i < $2; i++)); do
		printf '2026-11-22T%02d:%02d:%02d.000Z mx1 dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.25, TLS, session=<%s>\n' \
			$((at / 3600 % 24)) $((at / 60 % 60)) $((at % 60)) "$1" \
			"$RANDOM$RANDOM" >>"$log"
		at=$((at + 1))
	done
}

# Killed and started again, until told to stop.
watch() {
	while [ ! -e "$folder/stop" ]; do
		timeout -s KILL "0.$((RANDOM % 900 + 100))" "$comporta" watch \
			"$log" --state-dir "$folder/state" --dry-run -q \
			--set watch_interval=100ms >>"$folder/out" 2>&1
		[ $? != 137 ] || echo killed >>"$folder/killed"
	done
}

scan() {
	"$comporta" scan "$log" --state-dir "$folder/state" --dry-run -q
}

# timeout(1) kills itself together with the scan, so one that dies while it
# writes to the disk may hold the lock a little longer than anybody waits.
scan_to_end() {
	local code tries
	for ((tries = 0; tries < 50; tries++)); do
		scan && return
		code=$?
		[ $code = 75 ] || return $code
		sleep 0.1
	done
	return $code
}

scan_and_kill() {
	[ "$watched" = no ] || return 0
	timeout -s KILL "$(printf '0.%03d' $((RANDOM % 30 + 1)))" "$comporta" \
		scan "$log" --state-dir "$folder/state" --dry-run -q \
		>>"$folder/out" 2>&1
	[ $? != 137 ] || echo killed >>"$folder/killed"
}

rotate() {
	# A date names each second once.
	if [ "$dated" = yes ]; then
		while [ "$(date +%s)" = "$second" ]; do sleep 0.1; done
		second=$(date +%s)
	fi
	logrotate -f -s "$folder/rotated" "$folder/conf" >>"$folder/out" 2>&1
}

# The wanted number of logins of each account, against what is known.
count() {
	local account want got
	while read -r account want; do
		got=$("$comporta" explain "$account" --json \
			--state-dir "$folder/state" 2>/dev/null |
			sed 's/.*"logins":\([0-9]*\).*/\1/')
		[ "$got" = "$want" ] ||
			echo "$account: $want lines, counted ${got:-none}"
	done <"$folder/want"
}

one_step() {
	local n=$((RANDOM % 30 + 1)) account=s$1@firma.example
	echo "$account $n" >>"$folder/want"
	case $((RANDOM % 4)) in
	0)	write_lines "$account" $n ;;
	1)	write_lines "$account" $n; rotate ;;
	2)	# Twice, and nobody looked.
		write_lines "$account" $((n / 2))
		rotate
		write_lines "$account" $((n - n / 2))
		rotate ;;
	3)	# While it is written: what copytruncate loses then is lost to
		# everybody.
		[ "$quiet" = no ] || write_lines "$account" $n
		rotate & local pid=$!
		[ "$quiet" = yes ] || write_lines "$account" $n
		[ $((RANDOM % 2)) = 0 ] || scan_and_kill
		wait $pid ;;
	esac
	[ "$watched" = no ] || sleep "0.$((RANDOM % 3))"
	case $((RANDOM % 4)) in
	0)	;;
	1)	[ "$watched" = yes ] || scan >>"$folder/out" 2>&1 ;;
	*)	scan_and_kill ;;
	esac
}

# name, "yes" when nobody may write meanwhile, directives...
way() {
	local wrong=
	quiet=$2 dated=no second= watched=no
	case $1 in watch-*) watched=yes ;; esac
	folder=$work/$1
	log=$folder/mail.log
	at=0
	shift 2
	case "$*" in *dateext*) dated=yes ;; esac
	mkdir -p "$folder/archive"
	{ echo "$log {"; echo "rotate 200"; echo "size 1"; echo "missingok"
	  printf '%s\n' "$@"; echo "}"; } >"$folder/conf"
	echo "s0@firma.example 3" >"$folder/want"
	# A log never read has no past: the first scan comes to its end.
	write_lines s0@firma.example 3
	scan >>"$folder/out" 2>&1
	[ $watched = no ] || { watch & watcher=$!; }
	for ((s = 1; s <= steps; s++)); do one_step $s; done
	: >"$folder/stop"
	[ $watched = no ] || wait $watcher
	for _ in 1 2; do
		scan_to_end >"$folder/last" 2>&1 ||
			wrong="$wrong scan ended with $?: $(cat "$folder/last")"
	done
	wrong="$wrong$(count)"
	[ -z "$wrong" ] || echo "$wrong" >"$folder/wrong"
}

# Side by side, since a date makes them wait for the next second.
ways=()
begin() {
	RANDOM=$((${SEED:-1} + ${#ways[@]}))
	ways+=("$1")
	way "$@" 2>"$work/$1.err" &
}

begin create no create
begin nocreate no nocreate
begin copytruncate yes copytruncate
begin dateext no create dateext 'dateformat -%Y%m%d-%s'
begin hours no create dateext 'dateformat .%Y-%m-%dT%H_%s' compress
begin epoch no create dateext 'dateformat -%s'
begin underscore no create dateext 'dateformat _%Y-%m-%d-%s'
begin compress no create compress
begin delaycompress no create compress delaycompress
begin copy-compress yes copytruncate compress
begin xz no create compress 'compresscmd /usr/bin/xz' 'compressext .xz'
begin zstd no create compress 'compresscmd /usr/bin/zstd' 'compressext .zst'
begin bzip2 no create compress 'compresscmd /usr/bin/bzip2' 'compressext .bz2'
begin slow-gzip no create compress "compresscmd $work/slowly"
begin slow-copy yes copytruncate compress "compresscmd $work/slowly"
begin olddir no create 'olddir archive' compress
begin extension no create 'extension .log' compress
begin dated-extension no create 'extension .log' dateext \
	'dateformat -%Y%m%d-%s'
begin start-at-nine no create 'start 9' compress
begin watch-create no create
begin watch-compress no create compress delaycompress
begin watch-copy yes copytruncate
begin watch-slow no create compress "compresscmd $work/slowly"
wait
for name in "${ways[@]}"; do
	folder=$work/$name
	if [ -s "$folder/wrong" ] || [ ! -e "$folder/last" ]; then
		bad "$name:" "$(cat "$folder/wrong" "$work/$name.err")"
		[ -z "${KEEP:-}" ] || cp -R "$folder" "$KEEP"
		continue
	fi
	good
	echo "ok    $name: $(awk '{ n += $2 } END { print n }' \
		"$folder/want") lines, $(find "$folder" -name 'mail*' |
		wc -l) files"
done
killed=$(cat "$work"/*/killed | wc -l)
echo "$killed scans were killed"
if [ "$killed" -ge 20 ]; then good; else bad "at least 20 must be"; fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
