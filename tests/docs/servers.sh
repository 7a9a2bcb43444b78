# servers.sh - a MariaDB for the scratch machine, where the distribution's would
# be; pieces of docs/ENFORCE.md. Sourced by scenes.
socket=/run/mysqld/mysqld.sock

mariadb_start() {
	install -d -o mysql /run/mysqld "$scratch/mysql"
	mariadb-install-db --no-defaults --user=mysql --datadir="$scratch/mysql" \
		--auth-root-authentication-method=socket \
		--skip-name-resolve --force >"$work/mariadb" 2>&1
	setsid mariadbd --no-defaults --user=mysql --datadir="$scratch/mysql" \
		--socket=$socket --bind-address=127.0.0.1 \
		--skip-name-resolve --innodb-flush-log-at-trx-commit=0 \
		--performance-schema=off --innodb-buffer-pool-size=16M \
		>>"$work/mariadb" 2>&1 </dev/null &
	eventually mariadb -e 'SELECT 1' || bad "MariaDB starts" \
		"$(tail -n 20 "$work/mariadb")"
}

# The block behind <!-- example: NAME --> of docs/ENFORCE.md.
example_of() { # name
	awk -v mark="<!-- example: $1 -->" '$0 == mark { on = 1; next }
		on && /^```/ { if (on == 2) exit; on = 2; next }
		on == 2' docs/ENFORCE.md
}
