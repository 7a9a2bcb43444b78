#!/bin/sh
# deps.sh build|demo|check - install from the distribution what is missing.
#
# Asks dpkg first and calls apt-get only for what is not there, so it costs
# nothing on a machine that has everything and needs no network then. Needs
# root or sudo.
set -eu

build='pkg-config libmariadb-dev libcurl4-gnutls-dev libmicrohttpd-dev
	libjson-c-dev libmaxminddb-dev liblmdb-dev libconfig-dev libsqlite3-dev
	libarchive-dev libgnutls28-dev libxxhash-dev'
demo='curl sqlite3 libmaxmind-db-writer-perl'
check='libcmocka-dev mariadb-server mariadb-client postfix postfix-mysql
	postfix-sqlite dovecot-core dovecot-imapd dovecot-mysql dovecot-sqlite
	python3 procps sqlite3 gzip xz-utils'

case ${1:-build} in
build) want=$build ;;
demo) want="$build $demo" ;;
check) want="$build $demo $check" ;;
*) echo "usage: deps.sh build|demo|check" >&2; exit 64 ;;
esac
# Any npm will do, also one that did not come from the distribution.
[ "${1:-build}" = build ] || command -v npm >/dev/null 2>&1 ||
	want="$want npm"

missing=
for package in $want; do
	case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) in
	*' installed') ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || {
		echo "missing:$missing" >&2
		echo "install them as root: apt-get install$missing" >&2
		exit 77
	}
	sudo=sudo
fi
echo "  installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# Servers are installed for the tests' private instances; the machine's own
# must not start because of that.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ] && [ "${1:-build}" = check ]; then
	printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
	$sudo chmod 755 "$policy"
	trap '$sudo rm -f "$policy"' EXIT
fi
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	--no-install-recommends $missing >/dev/null </dev/null
