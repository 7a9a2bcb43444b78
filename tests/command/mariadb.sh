# mariadb.sh - for scripts that need a real MariaDB: `mariadb_begin` starts one
# in $work with our tables and a user with least rights, `mariadb_sql` asks it,
# "${mariadb[@]}" are the options for the program. Sourced after lib.sh; its
# process is $mariadb_pid.

mariadb_sql() {
	command mariadb --no-defaults --socket="$work/s" -uroot -N -e "$1" \
		comporta
}

mariadb_begin() {
	local port common
	port=$(python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	common=(--no-defaults --datadir="$work/my" --tmpdir="$work"
		--innodb-buffer-pool-size=16M --innodb-log-file-size=4M)
	[ "$(id -u)" != 0 ] || common+=(--user=root)
	mariadb-install-db "${common[@]}" --skip-test-db \
		--auth-root-authentication-method=normal >"$work/install" 2>&1
	mariadbd "${common[@]}" --bind-address=127.0.0.1 --port="$port" \
		--socket="$work/s" --pid-file="$work/pid" --skip-log-bin \
		2>"$work/mariadb.log" &
	mariadb_pid=$!
	eventually mariadb-admin --no-defaults --socket="$work/s" -uroot ping ||
		{ cat "$work/install" "$work/mariadb.log"; exit 1; }
	command mariadb --no-defaults --socket="$work/s" -uroot \
		-e 'CREATE DATABASE comporta CHARACTER SET utf8mb4'
	(umask 077; echo secret >"$work/password"; : >"$work/none")
	mariadb=(--set database.kind=mysql --set database.port="$port"
		--set database.password_file="$work/password")
	run check "${state[@]}" "${mariadb[@]}" --create-tables \
		--set database.user=root \
		--set database.password_file="$work/none" \
		--set mailserver.kind=none
	sed -e 's/{database}/comporta/; s/{host}/127.0.0.1/' \
		-e 's/{password}/secret/; s/{ro_password}/secret/' \
		sql/own/mysql/grants.sql |
		command mariadb --no-defaults --socket="$work/s" -uroot
}
