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
