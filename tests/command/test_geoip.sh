#!/bin/bash
# comporta-geoip never replaces a good file by a bad one, whatever the other
# side sends and however it ends. No network: a server on loopback.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/command/lib.sh
comporta=$(realpath "$comporta")
country=${COUNTRY_DB:-build/geoip/country.mmdb}
asn=${ASN_DB:-build/geoip/asn.mmdb}
export COMPORTA=$comporta
geoip=packaging/comporta-geoip
to=$work/to

mkdir -p "$work/web/npm" "$work/bin" "$work/pipe"
mkfifo "$work/pipe/in"
python3 tests/command/geoip_server.py "$work/web" <"$work/pipe/in" \
	>"$work/port" &
server=$!
exec 8>"$work/pipe/in"
trap 'exec 8>&-; wait $server; rm -rf "$work"' EXIT
eventually test -s "$work/port"
site=http://127.0.0.1:$(cat "$work/port")

this=$(date -u +%Y-%m)
last=$(date -u -d "$(date -u +%Y-%m-15) -1 month" +%Y-%m)
gzip -1c "$country" >"$work/country.gz"
gzip -1c "$asn" >"$work/asn.gz"

# folder of the site, month, country's file, asn's file
offer() {
	mkdir -p "$work/web/$1"
	ln -f "$3" "$work/web/$1/dbip-country-lite-$2.mmdb.gz"
	ln -f "$4" "$work/web/$1/dbip-asn-lite-$2.mmdb.gz"
}

fetch() { # arguments...
	out=$(timeout 120 sh "$geoip" --to "$to" "$@" 2>"$work/stderr" \
		8>&- </dev/null)
	rc=$?
	err=$(cat "$work/stderr")
}

holds() { cmp -s "$1" "$to/country.mmdb" && cmp -s "$2" "$to/asn.mmdb"; }

begin_anew() { # with good files, of an unknown source
	rm -rf "$to"
	mkdir -p "$to"
	cp "$country" "$to/country.mmdb"
	cp "$asn" "$to/asn.mmdb"
}

# what, wanted exit status, its words, arguments... : the old files stay
keeps() {
	local what=$1 want=$2 words=$3
	shift 3
	begin_anew
	fetch "$@"
	if [ "$rc" != "$want" ]; then
		bad "$what" "exit $rc instead of $want: $out$err"
	elif [[ $err != *"$words"* ]]; then
		bad "$what" "no \"$words\" in: $err"
	elif ! holds "$country" "$asn"; then
		bad "$what" "the old files did not stay"
	elif ls -d "$to"/.new.* >/dev/null 2>&1; then
		bad "$what" "left something in $to"
	else
		good "$what"
	fi
}

offer good "$this" "$work/country.gz" "$work/asn.gz"
fetch --url "$site/good" dbip
equal "a first fetch" 0 "$rc"
holds "$country" "$asn" && good "... of both files" || bad "... of both files"
equal "... that others may read" 644 "$(stat -c %a "$to/country.mmdb")"
# Nothing is fetched twice: the site has gone, and nobody notices.
mv "$work/web/good" "$work/web/gone"
fetch --url "$site/good" dbip
equal "this month's again" "0 country.mmdb is of $this already" \
	"$rc $(head -n 1 <<<"$out")"
mv "$work/web/gone" "$work/web/good"

offer early "$last" "$work/country.gz" "$work/asn.gz"
rm -rf "$to"
fetch --url "$site/early" dbip
equal "in a month's first days, the last one's" "0 $site/early/dbip-country-lite-$last.mmdb.gz" \
	"$rc $(cat "$to/country.from")"

keeps "not there" 69 "has no dbip-country" --url "$site/nothing" dbip
keeps "nobody answers" 69 "the old files stay" --url http://127.0.0.1:1 dbip
keeps "cut on the way" 69 "the old files stay" --url "$site/cut/good" dbip

head -c 2000000 "$work/country.gz" >"$work/torn.gz"
offer torn "$this" "$work/torn.gz" "$work/asn.gz"
keeps "a torn gzip file" 65 "no whole gzip" --url "$site/torn" dbip

printf '<html><body>Too many requests</body></html>' >"$work/page.gz"
offer page "$this" "$work/page.gz" "$work/asn.gz"
keeps "a page of HTML" 65 "no whole gzip" --url "$site/page" dbip

seq 1 100000 | gzip -1c >"$work/words.gz"
offer words "$this" "$work/words.gz" "$work/asn.gz"
keeps "a gzip file of something else" 65 "no usable country file" \
	--url "$site/words" dbip

{ seq 1 100000; echo country_code; } | gzip -1c >"$work/words.gz"
offer words "$this" "$work/words.gz" "$work/asn.gz"
keeps "... with the right word in it" 65 "no usable country file" \
	--url "$site/words" dbip

head -c 5000000 "$country" | gzip -1c >"$work/half.gz"
offer half "$this" "$work/half.gz" "$work/asn.gz"
keeps "half of a file, well packed" 65 "no usable country file" \
	--url "$site/half" dbip

offer swapped "$this" "$work/asn.gz" "$work/country.gz"
keeps "the one for the other" 65 "something else" --url "$site/swapped" dbip

# The first is good, the second is not: the first is taken all the same.
offer second "$this" "$work/country.gz" "$work/torn.gz"
keeps "only the second is bad" 65 "no whole gzip" --url "$site/second" dbip

begin_anew
cat "$country" "$country" "$country" >"$to/country.mmdb"
fetch --url "$site/good" dbip
equal "less than half of the old one's size" "65 $((3 * $(stat -c %s "$country")))" \
	"$rc $(stat -c %s "$to/country.mmdb")"

begin_anew
{ cat "$country"; echo; } >"$to/country.mmdb"
fetch --url "$site/good" dbip
equal "the old one is kept beside the new" "0 $(($(stat -c %s "$country") + 1))" \
	"$rc $(stat -c %s "$to/country.mmdb.old")"

keeps "only https" 64 "only https" --url http://192.0.2.1 dbip
mkdir "$work/told"
cat >"$work/told/curl" <<END
#!/bin/sh
printf '%s ' "\$@" >"$work/told/words"
exit 6
END
chmod 755 "$work/told/curl"
begin_anew
PATH=$work/told:$PATH fetch --url https://192.0.2.1 dbip
equal "nor may a redirect leave https" "--proto-redir =https --max-redirs" \
	"$(grep -o -- '--proto-redir.*--max-redirs' "$work/told/words")"
keeps "no such source" 64 "usage" elsewhere
COMPORTA=$work/none
keeps "no program to try it" 69 "to try files" --url "$site/good" dbip
COMPORTA=$comporta

# Killed anywhere: the files are the old ones or the new ones, and the next run
# leaves nothing of it.
begin_anew
{ cat "$country"; echo; } >"$to/country.mmdb"
for delay in 0.05 0.2 0.4 0.6; do
	sh "$geoip" --to "$to" --url "$site/good" dbip >/dev/null 2>&1 8>&- &
	victim=$!
	sleep $delay
	kill -KILL $victim 2>/dev/null
	wait $victim 2>/dev/null
	cmp -s "$country" <(head -c "$(stat -c %s "$country")" \
		"$to/country.mmdb") || bad "killed: the file is whole"
done
fetched() { fetch --url "$site/good" dbip && [ "$rc" = 0 ]; }
# What the killed ones had started may still hold the lock.
eventually fetched
equal "killed four times, then run to its end" 0 "$rc"
equal "... and nothing is left" "" "$(ls -d "$to"/.new.* 2>/dev/null)"
holds "$country" "$asn" && good "... but the new files" ||
	bad "... but the new files"

# One at a time.
begin_anew
exec 7>"$to/.lock"
flock 7
fetch --url "$site/good" dbip 7>&-
equal "two at once" 75 "$rc"
exec 7>&-

# Root fetches as the folder's owner, so that its timer can go on.
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$work"
	rm -rf "$to"
	install -d -o nobody "$to"
	# A program that nobody may run, where the checkout is root's alone.
	install -m 755 "$comporta" "$work/comporta"
	COMPORTA=$work/comporta
	install -m 755 "$geoip" "$work/by-root"
	geoip=$work/by-root
	fetch --url "$site/good" dbip
	COMPORTA=$comporta
	geoip=packaging/comporta-geoip
	equal "by root" "0 " "$rc $err"
	equal "... all of it is the owner's" "" "$(find "$to" ! -user nobody)"
else
	echo "SKIPPED by root: it is not"
fi

# A disk that is full before the end, in a namespace of its own.
if unshare -m true 2>/dev/null; then
	mkdir -p "$work/small"
	for size in 1m 5m 12m; do
		unshare -m bash -c '
			mount -t tmpfs -o size="$1" none "$2/small" || exit 99
			printf "old" >"$2/small/asn.mmdb"
			sh "$3" --to "$2/small" --url "$4" dbip >/dev/null \
				2>"$2/words" 8>&-
			status=$?
			[ "$(cat "$2/small/asn.mmdb")" = old ] || exit 98
			exit $status
		' - $size "$work" "$geoip" "$site/good" </dev/null
		equal "a full disk ($size)" 74 $?
	done
else
	echo "SKIPPED a full disk: needs root"
fi

# MaxMind's own program, as far as we call it.
cat >"$work/bin/geoipupdate" <<'END'
#!/bin/sh
# -f FILE -d FOLDER
[ ! -e "$FAKE/fail" ] || { echo "error: 401 Unauthorized" >&2; exit 1; }
cp "$FAKE"/*.mmdb "$4/"
END
chmod +x "$work/bin/geoipupdate"
export FAKE=$work/fake
mkdir -p "$FAKE"
cp "$country" "$FAKE/GeoLite2-Country.mmdb"
cp "$asn" "$FAKE/GeoLite2-ASN.mmdb"
echo "AccountID 1" >"$work/GeoIP.conf"
old_path=$PATH
PATH=$work/bin:$PATH
rm -rf "$to"
fetch --conf "$work/GeoIP.conf" maxmind
equal "maxmind" 0 "$rc"
holds "$country" "$asn" && good "... both files" || bad "... both files" "$err"
keeps "maxmind: no licence file" 77 "EditionIDs" --conf "$work/none" maxmind
touch "$FAKE/fail"
keeps "maxmind: refused" 69 "401 Unauthorized" --conf "$work/GeoIP.conf" \
	maxmind
rm "$FAKE/fail" "$FAKE"/*ASN*
keeps "maxmind: an edition is missing" 65 "no edition with asn" \
	--conf "$work/GeoIP.conf" maxmind
PATH=$old_path

# npm, with a registry of our own.
pack_npm() { # name, files...
	local name=$1
	shift
	mkdir -p "$work/pack/package"
	cp "$@" "$work/pack/package/"
	echo '{"name":"x","version":"1.0.0"}' >"$work/pack/package/package.json"
	tar -czf "$work/web/npm/$name.tgz" -C "$work/pack" package
	rm -rf "$work/pack"
}
printf '%s\n' 'AS numbers' >"$work/none.csv"
cp "$country" "$work/geo-whois-asn-country.mmdb"
pack_npm geo-whois-asn-country-mmdb "$work/geo-whois-asn-country.mmdb"
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "%d.%d.%d.0,%d.%d.%d.255,%d,\"network number %d\"\n",
	20 + i / 65536, i / 256 % 256, i % 256, 20 + i / 65536, i / 256 % 256, i % 256, 1000 + i, i }' \
	>"$work/asn-ipv4.csv"
printf '2001:db8::,2001:db8::ffff,64500,"x"\n' >"$work/asn-ipv6.csv"
pack_npm asn "$work/asn-ipv4.csv" "$work/asn-ipv6.csv"
sed "s,/usr/local/share/comporta,$PWD/packaging," "$geoip" >"$work/geoip"
geoip=$work/geoip
rm -rf "$to"
fetch --url "$site/registry" npm
equal "npm" "0 " "$rc $err"
cmp -s "$country" "$to/country.mmdb" && good "... countries" ||
	bad "... countries"
equal "... and AS numbers from lists" 1234 "$(mmdblookup --file \
	"$to/asn.mmdb" --ip 20.0.234.7 autonomous_system_number 2>/dev/null |
	grep -o '[0-9]*' | head -n 1)"
rm "$work/web/npm/asn.tgz"
begin_anew
fetch --url "$site/registry" npm
equal "npm: a package has gone" 69 "$rc"
holds "$country" "$asn" && good "... and the old files stay" ||
	bad "... and the old files stay"

# What the page says of it is what it says itself.
missing=
for option in $(sh "$geoip" --help | sed -n 's/^  \(-[^ ]*\).*/\1/p'); do
	sed 's/\\f[BIR]//g; s/\\-/-/g' packaging/comporta-geoip.8 |
		grep -q -- "^$option\( \|$\)" || missing="$missing $option"
done
equal "comporta-geoip(8) has every option" "" "$missing"
finish
