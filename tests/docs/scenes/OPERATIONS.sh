# Running it: a MariaDB with our tables and least rights, the map that Postfix
# asks, three accounts that the detector finds.
documents=(docs/OPERATIONS.md)
conf=/etc/comporta/comporta.conf
home=$work/home
. "$here/servers.sh"

mkdir "$home"
install_here
users_here
install -d -o comporta /var/lib/comporta-desk/mail
mariadb_start
mariadb -e 'CREATE DATABASE comporta'
for name in database serve; do
	(umask 077 && echo secret >/etc/comporta/$name.password)
done
chgrp comporta /etc/comporta/database.password
chown comporta-serve /etc/comporta/serve.password
chmod 640 /etc/comporta/database.password
# As the package sets them, but for the database.
settings() { # lines of configuration
	cat >$conf <<-END
	reader_user = "comporta-reader";
	secret_file = "/var/lib/comporta-desk/secret";
	sources = ( "/var/log/mail.log" );
	home = ( "PL", "PT" );
	country_db = "/var/lib/comporta-geoip/country.mmdb";
	asn_db = "/var/lib/comporta-geoip/asn.mmdb";
	database: { kind = "mysql"; socket = "$socket";
		password_file = "/etc/comporta/database.password"; };
	serve: { user = "comporta-serve"; database_user = "comporta_serve";
		database_password_file = "/etc/comporta/serve.password"; };
	smtp: { url = "file:///var/lib/comporta-desk/mail"; };
	mailserver: { kind = "none"; };
	geo_max_age = "3650d";
	${1-}
	END
}
settings
comporta check --create-tables --set database.user=root >"$work/tables" 2>&1
sed -e 's/{database}/comporta/; s/{host}/localhost/' \
	-e 's/{[a-z_]*password}/secret/' \
	sql/own/mysql/grants.sql | mariadb
grep -o 'sasl_username=[^,]*' /var/log/mail.log | sort -u | cut -d= -f2 |
	while read -r account; do
		echo "INSERT INTO comporta_mailbox VALUES ('$account',
			'{PLAIN}old', NULL, 'pl', NULL, NULL);"
	done | mariadb comporta
example_of postfix-mysql-map | sed "s/PASSWORD/secret/; s/127.0.0.1/unix:${socket//\//\\/}/" \
	>/etc/postfix/comporta-sasl.cf
comporta scan -q --learn /var/log/mail.log.*

in_home() { (cd "$home" && bash -e "$block"); }
answer() { postmap -q "$1" mysql:/etc/postfix/comporta-sasl.cf; }
count() { mariadb -Ne "SELECT COUNT(*) FROM $1" comporta; }
refused() { # what, account
	if answer "$2" | grep -q '^REJECT'; then good "$1"; else
		bad "$1" "Postfix's map has nothing of $2"
	fi
}
nobody_refused() { # what
	equal "$1" 0 "$(count comporta_send_block)"
	answer anna@firma.example && bad "$1: Postfix's map"
}

run_replay_report() { in_home; }
after_replay_report() {
	has "$home/rehearsal.html" anna@firma.example && good "the page" ||
		bad "the page" "$(cat "$said")"
}
run_replay_compare() { in_home; }
after_replay_compare() {
	has "$said" '^[<>]' && good "the change is seen" ||
		bad "the change is seen" "$(cat "$said")"
}
run_replay_scores() { in_home; }
after_replay_scores() {
	equal "ten rows" 10 "$(grep -c '@' "$said")"
}

# One may be stopped in an hour: two of the three wait.
before_brake_status() {
	settings 'mode = "enforce"; brake: { per_hour = 1; share = 0.0; };'
	run scan
	equal "the brake is on" 75 "$rc"
}
after_brake_status() {
	equal "two wait" 2 "$(grep -c '@.*\.example' "$said")"
	first=$(mariadb -Ne 'SELECT account FROM comporta_send_block' comporta)
}
# Whichever came first was stopped; the page speaks of another.
run_brake_decide() {
	if [ "$first" = joao@loja.example ]; then
		sed -i 's/joao@loja.example/anna@firma.example/' "$block"
	fi
	bash -e "$block"
}
after_brake_decide() {
	run scan
	equal "one of them is stopped" 2 "$(count comporta_send_block)"
	comporta status | grep -q WAITS && bad "nobody waits" ||
		good "nobody waits"
}

runs() { # unit, its words when it is ready
	eventually grep -q "$2" "/run/units/$1.log" && systemctl is-active "$1" &&
		good "$1 runs" || bad "$1 runs" "$(tail -n 20 "/run/units/$1.log")"
}

before_stop_deciding() {
	settings 'mode = "enforce";'
	echo '*/2 * * * * root comporta scan -q' >/etc/cron.d/comporta
	systemctl start comporta-watch
	runs comporta-act 'waiting for scan and watch'
	runs comporta-watch 'watching'
}
after_stop_deciding() {
	systemctl is-active comporta-watch && bad "watch is stopped"
	[ ! -e /etc/cron.d/comporta ] && good "so is cron"
}
before_lift_all() {
	refused "an account is stopped before" "$first"
}
after_lift_all() {
	nobody_refused "and nobody afterwards"
	equal "as the books say" 0 "$(count \
		'comporta_block WHERE lifted IS NULL' 2>/dev/null ||
		comporta status | grep -c '  blocked ')"
}
before_empty_the_table() {
	comporta suspend ola@firma.example --reason test >/dev/null
	refused "stopped by hand" ola@firma.example
}
after_empty_the_table() {
	nobody_refused "without comporta nobody is refused"
	comporta lift --all --force -q --reason test >/dev/null
	equal "and its books agree" 0 "$(comporta status | grep -c '  blocked ')"
}

# Ten minutes later nobody has seen the brake any more.
before_what_is_understood() {
	mariadb -e 'DELETE FROM comporta_alarm' comporta
}

before_reload() {
	systemctl start comporta-act comporta-watch
	runs comporta-watch 'watching'
	: >/run/units/comporta-watch.log
}
after_reload() {
	eventually has /run/units/comporta-watch.log configuration &&
		systemctl is-active comporta-watch && good "it was read anew" ||
		bad "it was read anew" "$(cat /run/units/comporta-watch.log)"
}

before_backup() {
	systemctl start comporta-serve
	comporta suspend ola@firma.example --reason kept >/dev/null
}
after_backup() {
	equal "a folder that is ours alone" 700 \
		"$(stat -c %a /var/backups/comporta)"
	equal "three parts" 3 "$(find /var/backups/comporta -type f -size +0 |
		wc -l)"
}
before_restore() {
	comporta lift ola@firma.example --force -q --reason oops >/dev/null
	systemctl stop comporta-watch
	rm -rf /var/lib/comporta/state /var/lib/comporta-desk/secret
	mariadb -e 'DROP TABLE comporta_block, comporta_audit' comporta
}
after_restore() {
	systemctl start comporta-act
	runs comporta-watch 'watching'
	runs comporta-serve 'serving'
	refused "who was stopped is stopped again" ola@firma.example
	run status
	equal "the incident is there" 1 "$(grep -c ' ola@firma.example' <<<"$out")"
	equal "so are the habits" 1 "$(grep -c '^600 accounts known' <<<"$out")"
}

before_rotate_token() { comporta token add anna -q >/dev/null; }
after_rotate_token() {
	has "$said" '^anna-2027 ' && has "$said" '^anna .*revoked' &&
		good "the old one has ended" ||
		bad "the old one has ended" "$(cat "$said")"
}

after_remove_lift() { nobody_refused "everybody sends before it goes"; }
before_remove_unhook() {
	cp /etc/postfix/main.cf "$work/main.cf"
	touch -d yesterday /etc/postfix/main.cf
	postfix start >/dev/null 2>&1
}
after_remove_unhook() {
	has "$said" 'nothing is left' && good "Postfix asks nobody any more" ||
		bad "Postfix asks nobody any more" "$(cat "$said")"
}
after_remove_tables() {
	equal "no database" "" "$(mariadb -Ne "SHOW DATABASES LIKE 'comporta'")"
}
