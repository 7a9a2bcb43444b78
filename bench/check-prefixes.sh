#!/bin/sh
# check-prefixes.sh COUNTRY.mmdb ASN-IPV4.csv - is prefixes.def true?
#
# COUNTRY.mmdb: npm @ip-location-db/geo-whois-asn-country-mmdb
# ASN-IPV4.csv: npm @ip-location-db/asn, the file asn-ipv4-num.csv
# Looks up 9 addresses of every block for the country and the first and last
# one for the AS number. Says each block that is wrong; exits 1 if there is one.
set -eu

[ $# -eq 2 ] || { echo "usage: $0 COUNTRY.mmdb asn-ipv4-num.csv" >&2; exit 64; }
command -v mmdblookup >/dev/null ||
	{ echo "mmdblookup is missing: apt-get install mmdb-bin" >&2; exit 69; }
country_db=$1
asn_csv=$2
table=$(dirname "$0")/prefixes.def
blocks=$(mktemp)
trap 'rm -f "$blocks"' EXIT

# country asn first last, addresses as numbers
sed -n 's/^PREFIX("\(..\)", \([0-9]*\), [A-Z]*, \(.*\)).*/\1 \2 \3/p' \
	"$table" | tr -d , | awk '{
		first = (($3 * 256 + $4) * 256 + $5) * 256 + $6
		printf "%s %d %.0f %.0f\n", $1, $2, first,
			first + 2 ^ (32 - $7) - 1
	}' >"$blocks"

[ -s "$blocks" ] || { echo "no blocks in $table" >&2; exit 65; }
wrong=$(mktemp)
trap 'rm -f "$blocks" "$wrong"' EXIT
awk -F'[ ,]' 'FILENAME == ARGV[1] {
		block[++n] = $0; asn[n] = $2; first[n] = $3; last[n] = $4
		mine[$2] = 1
		next
	}
	$3 in mine {
		for (i = 1; i <= n; i++)
			if (asn[i] == $3 && $1 <= first[i] && $2 >= last[i])
				found[i] = 1
	}
	END {
		for (i = 1; i <= n; i++)
			if (!found[i])
				print "not in one range of its AS: " block[i]
	}' "$blocks" "$asn_csv" >"$wrong"

while read -r country asn first last; do
	step=$(((last - first) / 8))
	for k in 0 1 2 3 4 5 6 7 8; do
		n=$((first + k * step))
		ip=$((n >> 24)).$((n >> 16 & 255))
		ip=$ip.$((n >> 8 & 255)).$((n & 255))
		mmdblookup --file "$country_db" --ip "$ip" country_code 2>&1 |
			grep -q "\"$country\"" ||
			echo "AS$asn: $ip is not in $country" >>"$wrong"
	done
done <"$blocks"

cat "$wrong"
echo "$(wc -l <"$blocks") blocks looked up" >&2
[ ! -s "$wrong" ]
