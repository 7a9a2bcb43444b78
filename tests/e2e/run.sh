#!/bin/sh
# Run every end-to-end test of this folder, or those that are named. Installs
# nothing. Needs root, as Postfix does, or sudo. The last line is
# "N passed, N failed". A test that ends with 77 could not run: its line begins
# with SKIPPED and says why.

# Files named by the caller are seen from his folder, not from this one.
absolute() {
	case $1 in
	/*) echo "$1" ;;
	*) echo "$PWD/$1" ;;
	esac
}
root=$(cd "$(dirname "$0")/../.." && pwd)
COMPORTA=$(absolute "${COMPORTA:-$root/build/comporta}")
COUNTRY_DB=$(absolute "${COUNTRY_DB:-$root/build/geoip/country.mmdb}")
ASN_DB=$(absolute "${ASN_DB:-$root/build/geoip/asn.mmdb}")
export COMPORTA COUNTRY_DB ASN_DB

if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null 2>&1; then
	exec sudo env COMPORTA="$COMPORTA" COUNTRY_DB="$COUNTRY_DB" \
		ASN_DB="$ASN_DB" KEEP_RIG="${KEEP_RIG:-}" sh "$0" "$@"
fi
cd "$(dirname "$0")" || exit 70
passed=0
failed=0
[ $# -gt 0 ] || set -- test_*.py story_*.py
for file in "$@"; do
	echo "== $file"
	PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$file"
	case $? in
	0) passed=$((passed + 1)) ;;
	77) ;;
	*)
		failed=$((failed + 1))
		echo "FAILED: $file"
		;;
	esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
