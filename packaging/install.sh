#!/bin/sh
# install.sh install|uninstall - what `make install` and `make uninstall` do,
# in the folders that the Makefile hands over. What was put where is written
# down, so that exactly that is taken away again, also by a later version. The
# configuration and the state stay.
set -eu
umask 022

bin=$PREFIX/bin
sbin=$PREFIX/sbin
man=$PREFIX/share/man
bash_completion=$PREFIX/share/bash-completion/completions
zsh_completion=$PREFIX/share/zsh/site-functions
sysusers=$PREFIX/lib/sysusers.d
tmpfiles=$PREFIX/lib/tmpfiles.d
list=$DESTDIR$DATADIR/installed

put() { # mode, file, where
	install -D -m "$1" "$2" "$DESTDIR$3"
	echo "$3" >>"$new"
}

put_into() { # mode, folder, files...
	mode=$1 folder=$2
	shift 2
	for file in "$@"; do
		[ ! -f "$file" ] || put "$mode" "$file" "$folder/${file##*/}"
	done
}

# The files below a folder of ours, but those that only tests need.
put_tree() { # folder, where
	find "$1" -type f ! -name fixture.sql | LC_ALL=C sort >"$new.tree"
	while read -r file; do
		put 644 "$file" "$2/$file"
	done <"$new.tree"
}

# Files that name our own program or folders: as they are here.
put_here() { # mode, file, where
	sed "s,/usr/local/bin/,$bin/,g; s,/usr/local/sbin/,$sbin/,g
		s,/usr/local/share/comporta,$DATADIR,g" "$2" \
		>"$new.here"
	put "$1" "$new.here" "$3"
}

put_all() {
	put 755 "$BUILD/comporta" "$bin/comporta"
	put_here 755 packaging/comporta-geoip "$sbin/comporta-geoip"
	put_tree sql "$DATADIR"
	put_tree templates "$DATADIR"
	put 644 detector/model.conf "$DATADIR/model.conf"
	put 755 packaging/asn-mmdb.pl "$DATADIR/asn-mmdb.pl"
	put_into 644 "$man/man1" "$BUILD"/manual/*.1
	put_into 644 "$man/man5" "$BUILD"/manual/*.5
	put_into 644 "$man/man8" packaging/*.8
	put 644 "$BUILD/manual/comporta.bash" "$bash_completion/comporta"
	put 644 "$BUILD/manual/_comporta" "$zsh_completion/_comporta"
	for unit in packaging/*.service packaging/*.socket packaging/*.timer \
		packaging/*.path; do
		[ ! -f "$unit" ] || put_here 644 "$unit" "$UNITDIR/${unit##*/}"
	done
	put 644 packaging/sysusers.conf "$sysusers/comporta.conf"
	put 644 packaging/tmpfiles.conf "$tmpfiles/comporta.conf"
	put_into 644 "$DOCDIR" README.md CHANGELOG.md SECURITY.md LICENSE
	put_into 644 "$DOCDIR/docs" docs/*.md docs/*.svg
	put 644 "$BUILD/manual/comporta.conf" "$DOCDIR/examples/comporta.conf"
	put_into 644 "$DOCDIR/examples" packaging/grafana-dashboard.json \
		packaging/prometheus-alerts.yml packaging/comporta-*.conf
	put_here 644 packaging/cron.example "$DOCDIR/examples/cron"
	put_into 644 "$DOCDIR/examples" packaging/logrotate.example
}

# Folders that are only ours go once they are empty, all others stay.
remove_folders() {
	for folder in "$DESTDIR$DATADIR" "$DESTDIR$DOCDIR"; do
		[ ! -d "$folder" ] || find "$folder" -depth -type d \
			-exec rmdir --ignore-fail-on-non-empty {} +
	done
}

# Does the list name it? It is made by us, but lies where others may write.
is_ours() { # path
	case $1 in
	*/../*) return 1 ;;
	"$bin"/* | "$sbin"/* | "$man"/* | "$bash_completion"/* | \
	"$zsh_completion"/* | "$sysusers"/* | "$tmpfiles"/* | \
	"$UNITDIR"/* | "$DATADIR"/* | "$DOCDIR"/*) return 0 ;;
	esac
	return 1
}

remove_files() { # list
	while read -r path; do
		! is_ours "$path" || rm -f "$DESTDIR$path"
	done <"$1"
}

do_install() {
	new=$(mktemp "${TMPDIR:-/tmp}/comporta-install.XXXXXX")
	trap 'rm -f "$new" "$new".*' EXIT
	put_all
	LC_ALL=C sort -o "$new" "$new"
	# What an earlier version had and this one has not.
	if [ -f "$list" ]; then
		LC_ALL=C sort "$list" | LC_ALL=C comm -23 - "$new" >"$new.old"
		remove_files "$new.old"
	fi
	install -D -m 644 "$new" "$list"
	conf=$DESTDIR$SYSCONFDIR/comporta/comporta.conf
	[ -e "$conf" ] ||
		install -D -m 644 "$BUILD/manual/comporta.conf" "$conf"
}

do_uninstall() {
	[ -f "$list" ] || {
		echo "install.sh: nothing is installed below" \
			"$DESTDIR$DATADIR" >&2
		return 0
	}
	remove_files "$list"
	rm -f "$list"
	remove_folders
}

case ${1-} in
install) do_install ;;
uninstall) do_uninstall ;;
*) echo "usage: install.sh install|uninstall" >&2; exit 64 ;;
esac
