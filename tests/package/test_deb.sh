#!/bin/bash
# test_deb.sh - the package on a clean Debian 12: built twice, installed below a
# folder by debootstrap, tried, upgraded with its state, removed, purged. Part of
# `make check-all`, or alone `make check-deb`. Needs root and a Debian mirror.
#
# Everything is mounted in a namespace of its own, so nothing stays mounted
# however this ends.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/command/lib.sh
export LC_ALL=C.UTF-8
[ "$(id -u)" = 0 ] || { echo "SKIPPED the package: needs root"; finish; exit; }

version=$(make -s print-version)
deb=build/deb/comporta_${version}_$(dpkg --print-architecture).deb
cache=$PWD/build/deb-cache
root=$(mktemp -d "${TMPDIR:-/var/tmp}/comporta-deb.XXXXXX")
chmod 755 "$root"
trap 'rm -rf --one-file-system "$root" "$work"' EXIT

# The folder's own first: what the test puts there stands in for a program.
path=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin

# The first of the machine's own Debian mirrors.
mirror=$(sed -n 's/^URIs: *\([^ ]*\/debian\)\/*$/\1/p
	s/^deb \(\[.*\] \)*\([^ ]*\/debian\)\/* .*/\2/p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}

# Below the folder, with /proc and /dev of its own, until the command ends.
inside() { # command...
	unshare --mount --pid --fork --propagation private bash -c '
		root=$1 path=$2
		shift 2
		mount -t proc proc "$root/proc" &&
			mount -t tmpfs -o mode=755 none "$root/dev" &&
			for node in null zero random urandom full; do
				touch "$root/dev/$node" &&
					mount --bind "/dev/$node" \
						"$root/dev/$node" || exit 99
			done
		ln -s /proc/self/fd "$root/dev/fd"
		exec env -i PATH="$path" \
			HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
			${http_proxy:+http_proxy="$http_proxy"} \
			chroot "$root" "$@"
	' - "$root" "$path" "$@" </dev/null
}

# what, command... : succeeds, its words in $words
succeeds() {
	local what=$1
	shift
	if words=$(inside "$@" 2>&1); then
		good "$what"
	else
		bad "$what" "$(tail -n 15 <<<"$words")"
		return 1
	fi
}

apt() { # what, arguments...
	local what=$1
	shift
	succeeds "$what" apt-get -o Acquire::Retries=3 \
		-o Dpkg::Use-Pty=0 -o DPkg::Path="$path" -y --no-install-recommends "$@"
}

# Built twice, the second time elsewhere: the same bytes.
build() {
	make -s deb >"$work/make" 2>&1 && [ -s "$deb" ] && return 0
	bad "make deb" "$(tail -n 20 "$work/make")"
	return 1
}
mkdir "$work/elsewhere"
git ls-files -z --cached --others --exclude-standard |
	xargs -0 -r sh -c 'for f; do [ ! -f "$f" ] || printf "%s\0" "$f"; done' sh |
	tar -c --null -T - | tar -x -C "$work/elsewhere"
build && good "make deb, lintian without errors" || { finish; exit; }
equal "no warning of lintian" "" "$(grep '^W: ' "$work/make")"
cp "$deb" "$work/first.deb"
(cd "$work/elsewhere" && git init -q . && make -s deb) >"$work/make" 2>&1 &&
	cmp "$work/first.deb" "$work/elsewhere/$deb" &&
	good "built elsewhere, it is the same" ||
	bad "built elsewhere, it is the same" "$(tail -n 20 "$work/make")"
rm -rf "$work/elsewhere"

# The version before: the same with a lower number and another default.
mkdir "$work/old"
dpkg-deb -R "$work/first.deb" "$work/old/tree"
sed -i 's/^Version: .*/Version: 0.0.9/' "$work/old/tree/DEBIAN/control"
echo '// the older version' >>"$work/old/tree/etc/comporta/comporta.conf"
(cd "$work/old/tree" && find usr lib etc -type f -print0 |
	xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb --root-owner-group -b "$work/old/tree" "$work/old.deb" >/dev/null

mkdir -p "$cache"
debootstrap --variant=minbase --cache-dir="$cache" bookworm "$root" "$mirror" \
	>"$work/debootstrap" 2>&1 && good "a clean Debian 12" || {
	bad "a clean Debian 12" "$(tail -n 15 "$work/debootstrap")"
	finish
	exit
}
cat >"$root/etc/apt/sources.list" <<END
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb ${mirror}-security bookworm-security main
END
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null
cp "$work/first.deb" "$root/comporta.deb"
cp "$work/old.deb" "$root/older.deb"
apt "apt-get update" update

# What is there, but for what changes with every run of dpkg and apt.
listing() {
	inside find / -xdev \( -path /proc -o -path /dev -o -path /run -o \
		-path /tmp -o -path /var/cache -o -path /var/lib/apt -o \
		-path /var/lib/dpkg -o -path /var/log/apt \) -prune -o -print |
		LC_ALL=C sort
}

apt "installed, with what it depends on and nothing else" \
	install /comporta.deb
grep -q 'nothing is started' <<<"$words" && good "... and says what is next" ||
	bad "... and says what is next" "$(tail -n 5 <<<"$words")"
apt "purged at once" purge comporta
listing >"$work/bare"
equal "... it leaves nothing" "" "$(grep -i comporta "$work/bare" |
	grep -vE '^/(comporta|older)\.deb$')"

# The version before, configured, with somebody blocked.
apt "the version before" install /older.deb
equal "its version" "0.0.9" \
	"$(inside dpkg-query -W -f '${Version}' comporta)"
succeeds "comporta --version" comporta --version
for user in comporta comporta-reader comporta-serve comporta-geoip; do
	equal "user $user cannot log in" /usr/sbin/nologin \
		"$(inside getent passwd $user | cut -d: -f7)"
done
equal "comporta-reader reads logs" "adm comporta-reader systemd-journal" \
	"$(inside id -nG comporta-reader | tr ' ' '\n' | sort | paste -sd' ')"
equal "comporta-serve is of comporta" "comporta comporta-serve" \
	"$(inside id -nG comporta-serve | tr ' ' '\n' | sort | paste -sd' ')"
for folder in "2750 comporta-reader:comporta /var/lib/comporta" \
	"2770 comporta:comporta /var/lib/comporta-desk" \
	"660 comporta:comporta /var/lib/comporta-desk/comporta.db" \
	"640 comporta:comporta /var/lib/comporta-desk/secret" \
	"755 comporta-geoip:comporta-geoip /var/lib/comporta-geoip" \
	"755 root:root /etc/comporta" "644 root:root /etc/comporta/comporta.conf"
do
	equal "${folder##* }" "$folder" \
		"$(inside stat -c '%a %U:%G %n' "${folder##* }")"
done
equal "no unit is enabled" "" \
	"$(find "$root/etc/systemd" -name 'comporta*' 2>/dev/null)"
[ -s "$root/lib/systemd/system/comporta-watch.service" ] &&
	good "... but there" || bad "... but there"
equal "units name what is installed" "" "$(grep -h '^Exec' \
	"$root"/lib/systemd/system/comporta-* | grep -o '/usr/[^ ]*comporta[^ ]*' |
	sort -u | while read -r file; do
		[ -x "$root$file" ] || echo "$file"; done)"
equal "nobody's mail is blocked: mode observe" 1 \
	"$(grep -c '^#mode = "observe";' "$root/etc/comporta/comporta.conf")"
equal "no cron line without asking" "" \
	"$(find "$root"/etc/cron* -name '*comporta*' 2>/dev/null)"

# The manual.
missing=
for command in $(inside comporta --help | sed -n 's/^  \([a-z]*\)  *.*/\1/p'); do
	page=$root/usr/share/man/man1/comporta-$command.1.gz
	[ -s "$page" ] || { missing="$missing $command"; continue; }
	found=$(zcat "$page" | mandoc -Tlint -W warning 2>&1
		zcat "$page" | groff -man -Tutf8 -ww -z 2>&1)
	[ -z "$found" ] || missing="$missing $command:$found"
done
equal "a page for every command, without warnings" "" "$missing"
grep -q /usr/share/comporta/sql <(zcat \
	"$root/usr/share/man/man1/comporta.1.gz" | sed 's/\\-/-/g') &&
	good "the pages name the folders of the package" ||
	bad "the pages name the folders of the package"
equal "completion loads" "complete -F _comporta comporta" "$(inside bash -c '
	. /usr/share/bash-completion/completions/comporta &&
	complete -p comporta')"

# The main job, as cron would have root run it; it becomes comporta-reader to
# read.

build/generate --labels "$work/labels" >"$work/mail.log"
install -m 640 "$work/mail.log" "$root/var/log/mail.log"
inside chgrp adm /var/log/mail.log
thief=$(head -n 1 "$work/labels" | cut -f1)
install -m 644 build/geoip/country.mmdb build/geoip/asn.mmdb \
	"$root/var/lib/comporta-geoip/"
set_option() { # name, value: as one does with an editor
	sed -i "s|^\(\t*\)#$1 = .*|\1$1 = $2;|" \
		"$root/etc/comporta/comporta.conf"
}
set_option mode '"enforce"'
set_option home '( "PL", "PT" )'
set_option country_db '"/var/lib/comporta-geoip/country.mmdb"'
set_option asn_db '"/var/lib/comporta-geoip/asn.mmdb"'
set_option from '"help@hosting.example"'
sed -i 's|^\t#url = "smtp:.*|\turl = "file:///var/lib/comporta-desk/mail";|' \
	"$root/etc/comporta/comporta.conf"
inside install -d -o comporta /var/lib/comporta-desk/mail
inside comporta check --create-tables >"$work/check" 2>&1
status=$?
case $status in
0 | 69 | 78) good "comporta check has its say" ;;
*) bad "comporta check has its say" "ended with $status: $(cat "$work/check")" ;;
esac
grep -q "MEND  config" "$work/check" && bad "... and takes the configuration" \
	"$(cat "$work/check")" || good "... and takes the configuration"
inside comporta scan -q >"$work/scan" 2>&1
equal "scan ends well" 0 $?
blocked() {
	inside comporta status 2>/dev/null | sed -n 's/^Blocked: \([0-9]*\)\..*/\1/p'
}
equal "the two stolen accounts are blocked" 2 "$(blocked)"
inside comporta status 2>/dev/null | grep -qF "$thief" && good "... $thief" ||
	bad "... $thief" "$(cat "$work/scan")"
equal "what is remembered belongs to the one who reads" "" "$(
	inside find /var/lib/comporta -mindepth 1 ! -user comporta-reader)"
[ -n "$(ls "$root/var/lib/comporta-desk/mail")" ] && good "owners are written to" ||
	bad "owners are written to" "$(cat "$work/scan")"

# The same in the parts that the units run, each as its own user.
by_units() {
	inside bash -c '
		install -d -o comporta -g comporta /run/comporta
		at="--set act.socket=/run/comporta/act"
		at="$at --set reader_user=comporta-reader"
		runuser -u comporta -g comporta -G comporta-reader -- \
			comporta act $at 2>/tmp/act &
		for _ in $(seq 300); do
			[ ! -S /run/comporta/act ] || break
			sleep 0.1
		done
		runuser -u comporta-reader -- comporta scan -q $at 2>/tmp/scan ||
			{ echo "scan ended with $?"; cat /tmp/act /tmp/scan; }'
}
equal "scan and act by their units' users" "" "$(by_units 2>&1)"
port=$((20000 + $$ % 20000))
answer=$(inside bash -c '
	comporta serve --listen 127.0.0.1:$1 2>/tmp/serve &
	for _ in $(seq 300); do
		(exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null && break
		sleep 0.1
	done
	exec 3<>/dev/tcp/127.0.0.1/$1
	printf "GET /healthz HTTP/1.0\r\n\r\n" >&3
	head -n 1 <&3
	stat -c %U /proc/$!' - $port 2>&1 | tr -d '\r' | paste -sd' ')
equal "serve answers, as a user of its own" \
	"HTTP/1.1 200 OK comporta-serve" "$answer"

# The upgrade. systemctl only writes down what it is asked.
cat >"$root/usr/local/sbin/systemctl" <<'END'
#!/bin/sh
echo "$*" >>/asked
END
chmod 755 "$root/usr/local/sbin/systemctl"
mkdir -p "$root/run/systemd/system"
inside comporta explain "$thief" >"$work/explained" 2>&1
cp "$root/etc/comporta/comporta.conf" "$work/conf"
apt "upgraded" -o Dpkg::Options::=--force-confdef \
	-o Dpkg::Options::=--force-confold install /comporta.deb
equal "its version" "$version" \
	"$(inside dpkg-query -W -f '${Version}' comporta)"
cmp -s "$work/conf" "$root/etc/comporta/comporta.conf" &&
	good "the configuration is kept" || bad "the configuration is kept"
equal "the blocks are kept" 2 "$(blocked)"
equal "what is remembered is kept" "$(cat "$work/explained")" \
	"$(inside comporta explain "$thief" 2>&1)"
inside comporta scan -q >/dev/null 2>&1
equal "a scan goes on: nothing twice" 2 "$(blocked)"
for unit in comporta-watch comporta-serve; do
	grep -q "try-restart.*$unit.service" "$root/asked" &&
		good "$unit is started anew if it runs" ||
		bad "$unit is started anew if it runs" "$(cat "$root/asked")"
done
grep -qE '(^| )(start|restart|enable) .*comporta' "$root/asked" &&
	bad "nothing is started that was not" "$(cat "$root/asked")" ||
	good "nothing is started that was not"

# Away again.
: >"$root/asked"
apt "removed" remove comporta
grep -q '2 blocked' <<<"$words" && good "... saying who stays blocked" ||
	bad "... saying who stays blocked" "$words"
grep -q "stop .*comporta-watch.service" "$root/asked" &&
	good "... and stopping what runs" ||
	bad "... and stopping what runs" "$(cat "$root/asked")"
[ -s "$root/etc/comporta/comporta.conf" ] && good "... the configuration stays" ||
	bad "... the configuration stays"
[ -s "$root/var/lib/comporta-desk/comporta.db" ] && good "... and the state" ||
	bad "... and the state"
apt "purged" purge comporta
grep -q "keeping comporta.db" <<<"$words" &&
	good "... saying that it keeps what a mail server may ask" ||
	bad "... saying that it keeps what a mail server may ask" "$words"
rm -rf "$root/asked" "$root/usr/local/sbin/systemctl" "$root/run/systemd"
listing >"$work/after"
equal "... and leaving only that" "/var/lib/comporta-desk
/var/lib/comporta-desk/comporta.db
/var/log/mail.log" "$(comm -13 "$work/bare" "$work/after" |
	grep -vE 'comporta\.db-(wal|shm|journal)$')"
equal "... and taking nothing of others" "" \
	"$(comm -23 "$work/bare" "$work/after")"
finish
