#!/bin/sh
# demo.sh - the main job on embedded defaults: SQLite, no server, no
# configuration. Works in a temporary folder that it removes; ends by itself.
set -eu
# A locale that the machine does not have makes perl complain.
export LC_ALL=C.UTF-8
# The demo asks its own server; a proxy could not reach that.
export no_proxy=127.0.0.1

build=${BUILD:-build}
work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-demo.XXXXXX")
server=
end() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	[ -z "$server" ] || wait "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

bold='' plain=''
if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi
step=0
say() {
	step=$((step + 1))
	printf '\n%s%d. %s%s\n\n' "$bold" "$step" "$1" "$plain"
}

# In the background the program itself must be what `kill` reaches, not a
# shell around it: then exec is set.
exec=''
comporta() {
	command=$1
	shift
	$exec "$build/comporta" "$command" --state-dir "$work/state" \
		--set mode=enforce --set sources="$work/mail.log" \
		--set smtp.url="file://$work/mail" \
		--set smtp.from=help@hosting.example \
		--set smtp.from_name='Hosting Example' \
		--set notice.to_mailbox=false \
		--set notice.provider_name='Hosting Example' \
		--set notice.support_contact='help@hosting.example' \
		--set serve.public_url="http://127.0.0.1:$port" "$@"
}
geo="--home PL,PT --country-db build/geoip/country.mmdb"
geo="$geo --asn-db build/geoip/asn.mmdb"
# A port that nobody uses: the demo's own, from the process number.
port=$((20000 + $$ % 20000))
database=$work/state/comporta.db
mkdir -p "$work/mail"

say "A sample log: 3000 mailboxes, sixteen days, two stolen passwords"
"$build/generate" --labels "$work/labels" >"$work/mail.log"
printf '   %s lines, %s\n' "$(wc -l <"$work/mail.log")" \
	"$(du -h "$work/mail.log" | cut -f1)"
thief1=$(sed -n 1p "$work/labels" | cut -f1)
thief2=$(sed -n 2p "$work/labels" | cut -f1)

# What the hosting panel knows about the two owners: password hash, language,
# another address to write to.
comporta check --create-tables >"$work/check.log" 2>&1 || {
	cat "$work/check.log" >&2
	exit 70
}
language() { case $1 in *empresa*) echo pt ;; *) echo pl ;; esac; }
for account in "$thief1" "$thief2"; do
	sqlite3 "$database" "INSERT INTO comporta_mailbox (account,
		password_hash, language, contact) VALUES ('$account',
		'\$6\$old\$hash', '$(language "$account")',
		'owner.of.$account')"
done

say "comporta scan, as cron would run it"
# shellcheck disable=SC2086
comporta scan $geo --progress
echo
echo "   and in the block table that the mail server looks up:"
sqlite3 "$database" 'SELECT "   " || account FROM comporta_send_block'

say "The notice, as the owner reads it (language from the panel)"
perl -MMIME::QuotedPrint -MEncode -0777 -ne '
	binmode STDOUT, ":utf8";
	my ($head, $body) = split /\r\n\r\n/, $_, 2;
	my ($edge) = $head =~ /boundary="?([^"\s;]+)/;
	my ($part) = grep { m{^\s*Content-Type: text/plain}m }
		split /\r\n--\Q$edge\E/, "\r\n$body";
	my ($text) = $part =~ /\r\n\r\n(.*)/s;
	$head =~ s/\r\n[ \t]/ /g;
	for (split /\r\n/, $head) {
		print "   | ", decode("MIME-Header", $_), "\n"
			if /^(From|To|Subject|Content-Language):/;
	}
	$text = decode("UTF-8", decode_qp($text));
	$text =~ s/\r//g;
	$text =~ s/^/   | /mg;
	print "   |\n$text\n";' "$work/mail/1.eml"

say "comporta serve, on loopback"
token=$(comporta token add demo --role support -q)
exec='exec'
comporta serve --listen "127.0.0.1:$port" >"$work/serve.log" 2>&1 &
server=$!
exec=''
url=http://127.0.0.1:$port
health=''
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	health=$(curl -sf "$url/healthz") && break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.2
done
[ -n "$health" ] || {
	echo "demo.sh: comporta serve does not answer at $url. It said:" >&2
	cat "$work/serve.log" >&2
	exit 70
}
echo "   $url/healthz says: $health"
link=$(perl -MMIME::QuotedPrint -0777 -ne '
	$_ = decode_qp($_); print $1 if m{(/b/[A-Za-z0-9_-]{43})}' \
	"$work/mail/1.eml")
echo "   the owner's page $url/b/...: $(curl -s -o "$work/page" \
	-w '%{http_code}' "$url$link"), $(wc -c <"$work/page") bytes"

id=$(sqlite3 "$database" 'SELECT id FROM comporta_block ORDER BY id LIMIT 1')
owner=$(sqlite3 "$database" "SELECT account FROM comporta_block WHERE id=$id")
lift() {
	curl -s -w '   (%{http_code})\n' -X POST \
		-H "Authorization: Bearer $token" \
		-H 'Content-Type: application/json' \
		-d '{"reason":"the owner called","force":false}' \
		"$url/api/v1/blocks/$id/lift"
}

say "Support tries to lift the block of $owner too early"
lift

say "The owner changes the password in the panel, and lifts by the link"
sqlite3 "$database" "UPDATE comporta_mailbox SET
	password_hash = '\$6\$new\$other' WHERE account = '$owner'"
printf '   POST /b/.../lift: %s\n' "$(curl -s -o "$work/page" \
	-w '%{http_code}' -X POST "$url$link/lift")"
echo "   still in the block table:"
sqlite3 "$database" 'SELECT "   " || account FROM comporta_send_block'

say "comporta status (the sample log ends in the past, so it wonders)"
comporta scan -q
comporta status

cat <<END

What you saw: a log of three thousand mailboxes was read; the two whose
passwords are stolen were found and stopped, and nobody else; an owner was
told in his own language; lifting was refused while the password was the old
one, and granted once it had changed.

Next: build/comporta replay /var/log/mail.log   (touches nothing)
END
