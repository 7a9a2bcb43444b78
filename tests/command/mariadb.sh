# mariadb.sh - for scripts that need a real MariaDB, in $work. Sourced after
# lib.sh.
#
#   mariadb_install     makes its files, and an empty database "comporta"
#   mariadb_start       starts it, and waits until it answers; its process is
#                       $mariadb_pid, its port $mariadb_port
#   mariadb_sql WORDS   asks it
#   mariadb_grants PASSWORD   our users with the least rights, each with this
#                       password (SERVE_PASSWORD: serve's another)
#   mariadb_begin       all of that, with our tables; "${mariadb[@]}" are then
#                       the options for the program

mariadb_root() {
	command mariadb --no-defaults --socket="$work/s" -uroot "$@"
}

mariadb_sql() { mariadb_root -N -e "$1" comporta; }

mariadb_start() {
	mariadbd "${mariadb_server[@]}" --bind-address=127.0.0.1 \
		--port="$mariadb_port" --socket="$work/s" \
		--pid-file="$work/pid" --skip-log-bin 2>>"$work/mariadb.log" &
	mariadb_pid=$!
	eventually mariadb-admin --no-defaults --socket="$work/s" -uroot ping ||
		{ cat "$work/install" "$work/mariadb.log"; exit 1; }
}

mariadb_install() {
	mariadb_port=$(python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	mariadb_server=(--no-defaults --datadir="$work/my" --tmpdir="$work"
		--innodb-buffer-pool-size=16M --innodb-log-file-size=4M)
	[ "$(id -u)" != 0 ] || mariadb_server+=(--user=root)
	mariadb-install-db "${mariadb_server[@]}" --skip-test-db \
		--auth-root-authentication-method=normal >"$work/install" 2>&1 ||
		{ cat "$work/install"; exit 1; }
	mariadb_start
	mariadb_root -e 'CREATE DATABASE comporta CHARACTER SET utf8mb4'
}

mariadb_grants() { # password
	sed -e 's/{database}/comporta/; s/{host}/127.0.0.1/' \
		-e "s/{password}/$1/; s/{ro_password}/$1/" \
		-e "s/{serve_password}/${SERVE_PASSWORD:-$1}/" \
		sql/own/mysql/grants.sql | mariadb_root
}

mariadb_begin() {
	mariadb_install
	(umask 077; echo secret >"$work/password"; : >"$work/none")
	mariadb=(--set database.kind=mysql --set database.port="$mariadb_port"
		--set database.password_file="$work/password")
	run check "${state[@]}" "${mariadb[@]}" --create-tables \
		--set database.user=root \
		--set database.password_file="$work/none" \
		--set mailserver.kind=none
	mariadb_grants secret
}
