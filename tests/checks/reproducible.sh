#!/bin/bash
# reproducible.sh - two clean clones in different folders, one of them a year
# later, in another language, time zone and umask and by one job at a time,
# build the same program and install the same files. Clones what is committed,
# and says so where the folder holds more.
set -u
passed=0 failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-reproducible.XXXXXX")
trap 'rm -rf "$work"' EXIT
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
	echo "SKIPPED what is not committed"

build() { # folder, jobs
	git clone -q "$PWD" "$1" && make -s -C "$1" -j"$2" PREFIX=/usr all &&
		make -s -C "$1" install DESTDIR="$1/installed" PREFIX=/usr
}
# Names and modes, then the bytes.
tree() { # folder
	(cd "$1/installed" && find . -printf '%M %P %l\n' | LC_ALL=C sort &&
		find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}
tell() { # what, how it ended
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
		echo "ok    $1"
	else
		failed=$((failed + 1))
		echo "FAIL  $1"
	fi
}

one=$work/a other=$work/somewhere/else/with-a-longer-name
mkdir -p "${other%/*}"
export -f build
(umask 022 && TZ=UTC LC_ALL=C USER=one build "$one" 2) >"$work/said" 2>&1 &&
	(umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 LANG=pl_PL USER=two \
		HOME=$work faketime '+400 days' \
		bash -c 'build "$0" 1' "$other") >>"$work/said" 2>&1 || {
	tail -n 40 "$work/said"
	exit 70
}
cmp "$one/build/comporta" "$other/build/comporta"
tell "the same program" $?
tree "$one" >"$work/one" && tree "$other" >"$work/other" &&
	diff "$work/one" "$work/other"
tell "the same files installed" $?
# Were the clock in it, this would see it.
echo 'const char when[] = __DATE__ __TIME__; int main(void) { return when[0]; }' \
	>"$work/when.c"
gcc -o "$work/when" "$work/when.c" &&
	faketime '+400 days' gcc -o "$work/when-later" "$work/when.c"
if cmp -s "$work/when" "$work/when-later"; then false; fi
tell "a clock would be seen" $?
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
