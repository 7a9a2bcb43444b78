#!/bin/bash
# scene.sh NAME - runs the blocks of documents that are marked
# <!-- run: NAME -->, in their order, on a scratch machine (machine.sh), each
# as it is printed, by `bash -e`. scenes/NAME.sh says of which documents, what
# must be there first and what must have come of it: before_NAME, after_NAME,
# and run_NAME where a block is a file, or waits for ever. They find the
# block's file in $block, and what it printed in $said.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=${BUILD:-build}
COUNTRY_DB=${COUNTRY_DB:-build/geoip/country.mmdb}
ASN_DB=${ASN_DB:-build/geoip/asn.mmdb}
cd "$root" || exit 70
. tests/command/lib.sh
. "$here/machine.sh"

# What `make install` puts below /usr/local and /etc; made once for all scenes.
install_here() {
	if [ -n "${STAGE-}" ]; then
		cp -R "$STAGE/." /
	else
		make -s install >"$work/install" 2>&1 || cat "$work/install"
	fi
}

# The users of the units, and the package's settings without its comments and
# without empty groups, so that a piece of configuration can stand behind them.
users_here() {
	systemd-sysusers comporta.conf >/dev/null 2>&1
	systemd-tmpfiles --create comporta.conf
}
packaged_settings() {
	sed '/^[[:space:]]*\(#\|\/\/\|$\)/d' "$root/$BUILD/manual/packaged.conf" |
		perl -0777 -pe '1 while s/^\s*[\w.]+: \{\s*\};\n//mg'
}
. "$here/scenes/$1.sh"

/usr/bin/python3 "$here/blocks.py" "$work/blocks" "${documents[@]}" || exit 70

is_there() { declare -F "$1" >/dev/null; }

run_block() { # name, wanted status
	local function=${1//-/_} status
	block=$work/blocks/$1 said=$work/blocks/$1.said
	! is_there "before_$function" || "before_$function"
	if is_there "run_$function"; then
		"run_$function" >"$said" 2>&1
	else
		timeout 120 bash -e "$block" </dev/null >"$said" 2>&1
	fi
	status=$?
	if [ $status = "$2" ]; then
		good "$1"
	else
		bad "$1" "ended with $status instead of $2:
$(sed 's/^/    /' "$block"; tail -n 25 "$said")"
	fi
	! is_there "after_$function" || "after_$function"
}

while read -r name status; do
	run_block "$name" "$status"
done <"$work/blocks/list"
# What is said about a block that is no longer there is never looked at.
for name in $(declare -F | sed -n 's/.* \(before\|after\|run\)_//p'); do
	[ "$name" = block ] ||
		tr - _ <"$work/blocks/list" | grep -q "^$name " ||
		bad "scenes/$1.sh: there is no block $name"
done
finish
