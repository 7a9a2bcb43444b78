#!/bin/sh
# deps.sh build|demo|check|deb|all - install what is missing from the
# distribution.
#
# Asks dpkg first and calls apt-get only for what is not there, so it costs
# nothing on a machine that has everything and needs no network then. Needs
# root or sudo. Removes no package and starts no server, now or at boot.
set -eu
# A locale that the machine does not have makes perl and apt complain.
export LC_ALL=C.UTF-8

# One name per package; a|b means that b will do as well (they exclude each
# other), and a is what is installed if neither is there.
build='pkg-config libmariadb-dev|libmysqlclient-dev
	libcurl4-gnutls-dev|libcurl4-openssl-dev|libcurl4-nss-dev
	libmicrohttpd-dev libjson-c-dev libmaxminddb-dev liblmdb-dev
	libconfig-dev libsqlite3-dev libarchive-dev libgnutls28-dev
	libxxhash-dev libcrypt-dev libargon2-dev libseccomp-dev'
demo='curl sqlite3 libmaxmind-db-writer-perl'
# Exim is not here: it and Postfix exclude each other. Its test unpacks it below
# build/ (tests/e2e/exim.py).
check='libcmocka-dev mariadb-server mariadb-client postfix postfix-mysql
	postfix-sqlite dovecot-core dovecot-imapd dovecot-mysql dovecot-sqlite
	python3 python3-numpy python3-jsonschema php-cli jq openssl procps gzip
	xz-utils bzip2 zstd logrotate systemd mandoc groff-base mmdb-bin
	faketime acl strace'

# `make deb`, and what tries the package on a clean system.
deb='debhelper dpkg-dev fakeroot libsystemd-dev lintian debootstrap mandoc
	groff-base'

# Tried, but nothing fails without: reading journald's journal, and the tests
# of that. They exclude what a system without systemd has in its place.
build_maybe='libsystemd-dev'
check_maybe='systemd-journal-remote'

for_what=${1:-build}
everything='systemd-container clang libclang-rt-14-dev clang-tidy cppcheck
	shellcheck valgrind gcovr
	binutils faketime ripgrep pflogsumm time chromium prometheus wrk'

case $for_what in
build) want=$build maybe=$build_maybe ;;
deb) want="$build $deb" maybe= ;;
demo) want="$build $demo" maybe=$build_maybe ;;
check) want="$build $demo $check" maybe="$build_maybe $check_maybe" ;;
all) want="$build $demo $check $deb $everything"
	maybe="$build_maybe $check_maybe" ;;
*) echo "usage: deps.sh build|demo|check|deb|all" >&2; exit 64 ;;
esac
# Any npm will do, also one that did not come from the distribution.
case $for_what in
build | deb) ;;
*) command -v npm >/dev/null 2>&1 || want="$want npm" ;;
esac

is_installed() { # package
	case $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) in
	*' installed') return 0 ;;
	esac
	return 1
}

one_is_installed() { # package|package|...
	for package in $(echo "$1" | tr '|' ' '); do
		! is_installed "$package" || return 0
	done
	return 1
}

command -v apt-get >/dev/null 2>&1 || {
	echo "deps.sh: this is not Debian; install what these packages hold:" >&2
	echo "$want" | tr -s '\n\t ' ' ' | fold -sw 76 >&2
	exit 69
}
missing= maybe_missing=
for names in $want; do
	one_is_installed "$names" || missing="$missing ${names%%|*}"
done
for name in $maybe; do
	is_installed "$name" || maybe_missing="$maybe_missing $name"
done
# What could not be had once is not asked for at every build.
tried=build/deps-tried
[ "$(cat $tried 2>/dev/null)" != "$maybe_missing" ] || maybe_missing=
# Nor is a password.
[ -n "$missing" ] || [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null ||
	maybe_missing=
[ -n "$missing$maybe_missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || {
		echo "deps.sh: packages are missing, and there is no sudo." \
			"Install them as root, then try again:" >&2
		echo "  apt-get install --no-install-recommends$missing" >&2
		exit 77
	}
	sudo=sudo
fi

# The servers are for the tests' private instances. The machine's own must not
# start because of that: not while they are installed, not at the next boot.
policy=/usr/sbin/policy-rc.d
is_our_policy=
log=$(mktemp "${TMPDIR:-/tmp}/comporta-deps.XXXXXX")
clean_up() {
	rm -f "$log"
	[ -z "$is_our_policy" ] || $sudo rm -f "$policy"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

keep_servers_off_now() {
	[ ! -e "$policy" ] || return 0
	is_our_policy=yes
	printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
	$sudo chmod 755 "$policy"
}

keep_servers_off_at_boot() {
	for pair in mariadb-server:mariadb postfix:postfix dovecot-core:dovecot \
		prometheus:prometheus
	do
		case "$missing " in
		*" ${pair%:*} "*) ;;
		*) continue ;;
		esac
		if command -v systemctl >/dev/null 2>&1; then
			$sudo systemctl disable --quiet "${pair#*:}"
		else
			$sudo update-rc.d "${pair#*:}" disable
		fi >/dev/null 2>&1 || echo "deps.sh: ${pair#*:} was installed" \
			"and will start at boot; disable it if you do not want it" >&2
	done
}

apt() {
	# A machine that has just booted is often busy with its own updates.
	$sudo env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -qq \
		-o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
}

echo "  installing$missing$maybe_missing" >&2
case $for_what in check | all) keep_servers_off_now ;; esac
# sudo may ask for a password; below, nobody could read the question.
[ -z "$sudo" ] || $sudo true
# A foreign repository that is away need not matter: install decides.
apt update || true
for name in $maybe_missing; do
	apt install -y --no-install-recommends --no-remove "$name" && continue
	echo "deps.sh: without $name: journald's journal is left out" >&2
	mkdir -p build
	echo "$maybe_missing" >$tried
done
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086
apt install -y --no-install-recommends --no-remove $missing || {
	tail -n 5 "$log" >&2
	cat >&2 <<-END

	deps.sh: apt-get could not install everything; its words are above. Is there
	a network, and does \`apt-get update\` work? If it would have to remove
	packages (another mail server, say), that is for you to decide. By hand:
	  apt-get install --no-install-recommends$missing
	END
	exit 69
}
case $for_what in check | all) keep_servers_off_at_boot ;; esac
