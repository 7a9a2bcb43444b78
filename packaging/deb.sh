#!/bin/sh
# deb.sh - the Debian package, in build/deb: what `make deb` does. VERSION is
# the Makefile's, what is new comes out of CHANGELOG.md, and two builds of the
# same sources give the same bytes.
set -eu
export LC_ALL=C.UTF-8 TZ=UTC
umask 022

# Whoever builds for others stands for it: DEBFULLNAME and DEBEMAIL.
maintainer="${DEBFULLNAME:-comporta maintainers} \
<${DEBEMAIL:-maintainers@users.noreply.h-seed-f332944f.example}>"
out=build/deb
stage=$out/comporta-$VERSION

# The day of a version, "2026-11-28", as CHANGELOG.md has it.
released=$(sed -n "s/^## $VERSION - \([0-9-]*\)\$/\1/p" CHANGELOG.md)
[ -n "$released" ] || {
	echo "deb.sh: CHANGELOG.md has no \"## $VERSION - DAY\"" >&2
	exit 65
}

# What is tracked or new, and nothing that was built.
stage_sources() {
	rm -rf "$out"
	mkdir -p "$stage"
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z --cached --others --exclude-standard
	else
		find . -path ./build -prune -o -type f -print0
	fi >"$out/files"
	# What is gone but not committed as gone is not there to be packed.
	xargs -0 -r sh -c 'for f; do [ ! -f "$f" ] || printf "%s\0" "$f"; done' \
		sh <"$out/files" >"$out/files.there"
	tar -c --null --no-recursion -T "$out/files.there" | tar -x -C "$stage"
	rm "$out/files" "$out/files.there"
	mv "$stage/packaging/debian" "$stage/debian"
}

# debian/changelog: the entries of CHANGELOG.md, each "- " a "  * ", filled anew
# as its lines are indented more.
write_changelog() {
	awk -v maintainer="$maintainer" '
		function put(words,   n, word, i, line) {
			n = split(words, word, " ")
			line = "  *"
			for (i = 1; i <= n; i++) {
				if (length(line) + 1 + length(word[i]) > 78) {
					print line
					line = "   "
				}
				line = line " " word[i]
			}
			if (n)
				print line
		}
		function finish() {
			put(entry)
			entry = ""
			if (!version)
				return
			"date -R -u -d " day | getline stamp
			printf "\n -- %s  %s\n\n", maintainer, stamp
		}
		/^## / {
			finish()
			version = $2
			day = $4
			printf "comporta (%s) unstable; urgency=medium\n\n", \
				version
			next
		}
		!version { next }
		/^- / || !NF { put(entry); entry = ""; sub(/^- /, "") }
		{ entry = entry " " $0 }
		END { finish() }' CHANGELOG.md >"$stage/debian/changelog"
}

stage_sources
write_changelog
sed -i "s|@MAINTAINER@|$maintainer|" "$stage/debian/control" \
	"$stage/debian/copyright"
# Not of the machine's day: dpkg-deb puts it on every file.
SOURCE_DATE_EPOCH=$(date -u -d "$released" +%s)
export SOURCE_DATE_EPOCH
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$stage" && env -u MAKEFLAGS -u MAKELEVEL -u BUILD \
	DEB_BUILD_OPTIONS="noautodbgsym parallel=$(nproc) ${DEB_BUILD_OPTIONS-}" \
	dpkg-buildpackage -us -uc ${DEB_BUILD_ARGS-}) >"$out/build.log" 2>&1 || {
	tail -n 30 "$out/build.log" >&2
	echo "deb.sh: all of it is in $out/build.log" >&2
	exit 70
}
rm -rf "$stage"
lintian --allow-root --fail-on error "$out"/*.changes || {
	echo "deb.sh: lintian does not like it" >&2
	exit 70
}
ls "$out"/*.deb
