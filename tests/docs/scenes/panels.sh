# What the panels' pages tell to write: into a Postfix of the scratch machine,
# into a MariaDB, into DirectAdmin's files.
documents=(sql/panels/*/README.md)

install_here
. "$here/servers.sh"
cp -p /etc/postfix/main.cf "$work/main.cf" 2>/dev/null || {
	mkdir -p /etc/postfix
	: >"$work/main.cf"
}
example_of postfix-mysql-map >/etc/postfix/comporta-sasl.cf

# Postfix takes the fragment, with the word of the page in the place of "...";
# a list of its own is one that a service's list names.
postfix_takes() { # parameter
	{ cat "$work/main.cf"; sed 's/, \.\.\.$/, permit/' "$block"
		case $1 in smtpd_*) ;; *)
			echo "smtpd_sender_restrictions = \$$1" ;;
		esac; } >/etc/postfix/main.cf
	# Postfix waits until a file that was just written is older.
	touch -d yesterday /etc/postfix/main.cf
	case $1 in smtpd_*) ;; *) set -- smtpd_sender_restrictions ;; esac
	postconf -xh "$1" | grep -q '^check_sasl_access mysql:'
}
run_alternc_main() { postfix_takes smtpd_sender_restrictions; }
run_ispmail_main() { postfix_takes smtpd_sender_restrictions; }
run_postfixadmin3_main() { postfix_takes smtpd_sender_restrictions; }
run_cyberpanel_main() { postfix_takes mua_sender_restrictions; }
run_mailcow_main() { postfix_takes smtpd_data_restrictions; }
run_mailu_main() { postfix_takes check_ratelimit; }
run_postfixadmin3_own_list() { postfix_takes submission_sender_checks; }

# `postfix reload` is for a Postfix that runs; this one does not.
with_postfix_off() {
	cp "$work/main.cf" /etc/postfix/main.cf
	touch -d yesterday /etc/postfix/main.cf
	{ echo 'postfix() { [ "$1" = reload ]; }'; cat "$block"; } |
		bash -e
}
run_modoboa_postconf() {
	postconf -e 'smtpd_data_restrictions = reject_unauth_pipelining'
	touch -d yesterday /etc/postfix/main.cf
	cp /etc/postfix/main.cf "$work/main.cf"
	with_postfix_off
}
after_modoboa_postconf() {
	equal "modoboa: first, and what was there" \
		"check_sasl_access mysql:/etc/postfix/comporta-sasl.cf, reject_unauth_pipelining" \
		"$(postconf -h smtpd_data_restrictions 2>/dev/null)"
}
run_mailinabox_postconf() { with_postfix_off; }
after_mailinabox_postconf() {
	equal "mailinabox: the list of clients" \
		"check_sasl_access proxy:sqlite:/etc/postfix/comporta-sasl.cf" \
		"$(postconf -h smtpd_client_restrictions 2>/dev/null)"
}

# DirectAdmin's list keeps what others wrote.
run_directadmin_script() {
	local script=/usr/local/sbin/comporta-directadmin
	mkdir -p /etc/virtual /var/lib/comporta-desk
	echo other@firma.example >/etc/virtual/blacklist_smtp_usernames
	install -m 755 "$block" $script
	$script block anna@firma.example && $script block anna@firma.example
}
after_directadmin_script() {
	local list=/etc/virtual/blacklist_smtp_usernames
	equal "directadmin: blocked once, beside the other" \
		"anna@firma.example other@firma.example" \
		"$(sort $list | xargs)"
	/usr/local/sbin/comporta-directadmin unblock anna@firma.example
	equal "directadmin: unblocked" other@firma.example "$(cat $list)"
}

before_own_view() {
	mariadb_start
	mariadb -e "CREATE DATABASE mailserver; CREATE DATABASE comporta;
		CREATE USER comporta@localhost IDENTIFIED BY 'secret';
		CREATE USER vexim@localhost IDENTIFIED BY 'secret'"
	mariadb -e "CREATE TABLE virtual_users (email VARCHAR(100) NOT NULL
		UNIQUE, password VARCHAR(150) NOT NULL);
		INSERT INTO virtual_users VALUES ('anna@firma.example', '{PLAIN}x')" \
		mailserver
	comporta check --create-tables --set database.kind=mysql \
		--set database.user=root --set database.socket=$socket \
		>"$work/tables" 2>&1
}
run_own_view() { mariadb <"$block"; }
after_own_view() {
	equal "own: the view" anna@firma.example "$(mariadb -u comporta \
		-psecret -Ne 'SELECT account FROM comporta_mailbox' comporta)"
}
run_vexim_grant() { mariadb <"$block"; }
after_vexim_grant() {
	equal "vexim: reads who is blocked" 0 "$(mariadb -u vexim -psecret \
		-Ne 'SELECT COUNT(*) FROM comporta_send_block' comporta)"
}
