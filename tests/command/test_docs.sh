#!/bin/bash
# Is what the documents say true? tests/docs/check.py reads all of them, and the
# blocks that can be run are run as they are printed (tests/docs/scene.sh), each
# document on a scratch machine of its own. Needs root and namespaces for that.
cd "$(dirname "$0")/../.." || exit 70
export COMPORTA=${COMPORTA:-build/comporta} BUILD=${BUILD:-build}
export COUNTRY_DB=${COUNTRY_DB:-build/geoip/country.mmdb}
export ASN_DB=${ASN_DB:-build/geoip/asn.mmdb}
passed=0 failed=0

add() { # a part's last line
	local last
	last=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1)
	if [ -z "$last" ]; then
		failed=$((failed + 1))
	else
		passed=$((passed + ${last%% *}))
		last=${last#*, }
		failed=$((failed + ${last%% *}))
	fi
	grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$1"
}

folder=$(mktemp -d "${TMPDIR:-/tmp}/comporta-docs.XXXXXX")
trap 'rm -rf "$folder"' EXIT
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE STAGE=$folder/stage
/usr/bin/python3 tests/docs/check.py >"$folder/check" 2>&1
add "$folder/check"

machine=(unshare --mount --net --pid --fork --mount-proc --kill-child)
if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null 2>&1; then
	machine=(sudo env "COMPORTA=$COMPORTA" "BUILD=$BUILD" "STAGE=$STAGE"
		"COUNTRY_DB=$COUNTRY_DB" "ASN_DB=$ASN_DB"
		PYTHONDONTWRITEBYTECODE=1 "${machine[@]}")
fi
overlay='mount -t tmpfs none /mnt && mkdir /mnt/up /mnt/work &&
	mount -t overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work none /etc'
if "${machine[@]}" sh -c "$overlay" 2>/dev/null; then
	# Once for all: two makes in one folder would meet.
	make -s install DESTDIR="$STAGE" >"$folder/make" 2>&1 ||
		cat "$folder/make"
	for scene in tests/docs/scenes/*.sh; do
		name=$(basename "$scene" .sh)
		timeout 300 "${machine[@]}" bash tests/docs/scene.sh "$name" \
			>"$folder/$name" 2>&1 &
	done
	wait
	for scene in tests/docs/scenes/*.sh; do
		echo "== ${scene##*/}"
		add "$folder/$(basename "$scene" .sh)"
	done
else
	echo "SKIPPED the documents' commands: not root here, or no namespaces and overlays"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
