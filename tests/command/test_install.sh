#!/bin/bash
# `make install` puts everything where PREFIX and DESTDIR say, and `make
# uninstall` takes away exactly that: not the configuration, not the state, not
# what others have in the same folders.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/command/lib.sh
build=$(dirname "$comporta")
root=$work/root

# As the Makefile does, with what is built already.
install_sh() { # root, prefix, install|uninstall
	DESTDIR=$1 PREFIX=$2 DATADIR=$2/share/comporta \
		DOCDIR=$2/share/doc/comporta UNITDIR=$2/lib/systemd/system \
		SYSCONFDIR=/etc BUILD=$build sh packaging/install.sh "$3" \
		>"$work/words" 2>&1 || bad "$3" "$(cat "$work/words")"
}
files() { (cd "$1" && find . -type f | LC_ALL=C sort); }

# The Makefile hands over what the script wants.
said=$(make -s -n install DESTDIR=/d PREFIX=/p BUILD="$build" 2>&1)
for word in "PREFIX='/p'" "DESTDIR='/d'" "DATADIR='/p/share/comporta'" \
	"DOCDIR='/p/share/doc/comporta'" "UNITDIR='/p/lib/systemd/system'" \
	"SYSCONFDIR='/etc'"
do
	[[ $said == *"$word"* ]] && good "make install: $word" ||
		bad "make install: $word" "$said"
done

# Others were here before.
mkdir -p "$root/usr/share/man/man1" "$root/usr/bin" "$root/etc"
echo theirs >"$root/usr/share/man/man1/other.1"
echo theirs >"$root/usr/bin/other"
(cd "$root" && find . | LC_ALL=C sort) >"$work/before"

umask 077
install_sh "$root" /usr install
umask 022
equal "others may read all of it" "" "$(find "$root/usr" "$root/etc" -newer \
	"$work/before" ! -perm -o=r | head -n 3)"
for file in bin/comporta sbin/comporta-geoip share/man/man1/comporta.1 \
	share/man/man1/comporta-scan.1 share/man/man5/comporta.conf.5 \
	share/man/man8/comporta-geoip.8 share/comporta/model.conf \
	share/comporta/sql/own/sqlite/001_tables.sql \
	share/comporta/templates/pl/language.conf \
	share/bash-completion/completions/comporta \
	share/zsh/site-functions/_comporta share/doc/comporta/LICENSE \
	share/doc/comporta/README.md share/doc/comporta/docs/ENFORCE.md \
	share/doc/comporta/examples/cron lib/sysusers.d/comporta.conf \
	lib/tmpfiles.d/comporta.conf lib/systemd/system/comporta-watch.service
do
	[ -s "$root/usr/$file" ] && good "$file" || bad "$file is missing"
done
equal "no test's tables" "" "$(find "$root" -name fixture.sql)"
equal "nothing names another prefix" "" "$(grep -rl '/usr/local/.*comporta' \
	"$root/usr/lib" "$root/usr/sbin" "$root/usr/share/doc/comporta/examples" |
	head -n 3)"
equal "every document" "$(ls docs/*.md | wc -l)" \
	"$(ls "$root"/usr/share/doc/comporta/docs/*.md | wc -l)"
equal "every unit" "$(ls packaging/*.service packaging/*.timer \
	packaging/*.socket packaging/*.path 2>/dev/null | wc -l)" \
	"$(ls "$root/usr/lib/systemd/system" | wc -l)"
expect "the configuration loads" 0 "" check --options \
	-c "$root/etc/comporta/comporta.conf"

# Again: the configuration is the administrator's now, and what an earlier
# version had goes.
echo 'mode = "enforce";' >"$root/etc/comporta/comporta.conf"
echo old >"$root/usr/share/man/man1/comporta-old.1"
echo /usr/share/man/man1/comporta-old.1 >>"$root/usr/share/comporta/installed"
echo /etc/passwd >>"$root/usr/share/comporta/installed"
echo theirs >"$root/etc/passwd"
install_sh "$root" /usr install
equal "an upgrade keeps the configuration" 'mode = "enforce";' \
	"$(cat "$root/etc/comporta/comporta.conf")"
[ ! -e "$root/usr/share/man/man1/comporta-old.1" ] &&
	good "... and takes what is no more" || bad "... and takes what is no more"
[ -s "$root/etc/passwd" ] && good "... but nothing outside of ours" ||
	bad "... but nothing outside of ours"
rm "$root/etc/passwd"

mkdir -p "$root/var/lib/comporta"
echo state >"$root/var/lib/comporta/data"
install_sh "$root" /usr uninstall
(cd "$root" && find . -type f | LC_ALL=C sort) >"$work/after"
equal "uninstall leaves the configuration, the state, and others'" \
	"./etc/comporta/comporta.conf ./usr/bin/other ./usr/share/man/man1/other.1 ./var/lib/comporta/data" \
	"$(paste -sd' ' "$work/after")"
equal "... and no folder of ours" "" "$(find "$root/usr" -name 'comporta*')"
install_sh "$root" /usr uninstall
grep -q "nothing is installed" "$work/words" && good "twice does no harm" ||
	bad "twice does no harm" "$(cat "$work/words")"

# systemd takes the users and their folders as they are written.
if [ "$(id -u)" = 0 ] && command -v systemd-sysusers >/dev/null; then
	mkdir -p "$work/sys/etc"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$work/sys/etc/passwd"
	printf 'root:x:0:\nadm:x:4:\n' >"$work/sys/etc/group"
	words=$(systemd-sysusers --root="$work/sys" \
		"$PWD/packaging/sysusers.conf" 2>&1) && good "users are made" ||
		bad "users are made" "$words"
	equal "... all of them" 4 "$(grep -c ^comporta "$work/sys/etc/passwd")"
	words=$(systemd-tmpfiles --root="$work/sys" --create \
		"$PWD/packaging/tmpfiles.conf" 2>&1) &&
		good "folders are made" || bad "folders are made" "$words"
	equal "... the state's is not the world's" 2750 \
		"$(stat -c %a "$work/sys/var/lib/comporta")"
else
	echo "SKIPPED users: needs root and systemd-sysusers"
fi

# Blanks in the way, as on a test machine.
install_sh "$work/a root" "/opt/com porta" install
[ -x "$work/a root/opt/com porta/bin/comporta" ] && good "blanks in folders" ||
	bad "blanks in folders"
install_sh "$work/a root" "/opt/com porta" uninstall
equal "... and away again" "./etc/comporta/comporta.conf" \
	"$(files "$work/a root")"
finish
