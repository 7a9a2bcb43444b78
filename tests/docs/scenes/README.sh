# From the source to `enforce`, as the README tells it; tests/package does what
# is said of the package.
documents=(README.md)
conf=/etc/comporta/comporta.conf
database=/var/lib/comporta-desk/comporta.db
home=$work/home

# Where the administrator sits; the rehearsal's page is left there.
mkdir "$home"
in_home() { (cd "$home" && bash -e "$block"); }

# deps.sh is there and does nothing where nothing is missing.
after_from_source() {
	equal "the program is there" /usr/local/bin/comporta \
		"$(command -v comporta)"
	equal "and its users" "comporta comporta-geoip comporta-reader comporta-serve" \
		"$(cut -d: -f1 /etc/passwd | grep '^comporta' | sort | xargs)"
}

after_rehearse() {
	has "$said" ' queued .*recipients=' && good "the log is understood" ||
		bad "the log is understood" "$(cat "$said")"
	has "$said" 'suspend .*anna@firma.example' && good "who would be stopped" ||
		bad "who would be stopped" "$(cat "$said")"
}
run_rehearse_with_places() { in_home; }
after_rehearse_with_places() {
	has "$home/rehearsal.html" anna@firma.example && good "the page" ||
		bad "the page" "$(cat "$said")"
	equal "is ours alone" 600 "$(stat -c %a "$home/rehearsal.html")"
	equal "nothing was remembered" "" "$(ls /var/lib/comporta 2>/dev/null)"
}

# What is printed, beside what the package sets. On this machine the GeoIP data
# is the tests' own, no mail server runs, and no customer logs in to its Postfix;
# whether check sees what is wrong in one is for tests/e2e/test_check.py.
run_configure() {
	install -d -o comporta /var/lib/comporta-desk/mail
	{ packaged_settings; cat "$block"; cat <<-'END'; } >$conf
	geo_max_age = "3650d";
	smtp: { url = "file:///var/lib/comporta-desk/mail"; };
	mailserver: { kind = "none"; };
	END
	comporta check --options >/dev/null
}
after_check_and_learn() {
	has "$said" 'learnt, judged nobody' && good "learnt" ||
		bad "learnt" "$(cat "$said")"
}

after_enable_watch() {
	eventually systemctl is-active comporta-watch || bad "watch runs"
	eventually comporta explain joao@loja.example
	would() { comporta status | grep -q 'would block .*anna@firma.example'; }
	eventually would && good "watch decides, on paper" ||
		bad "watch decides, on paper" "$(comporta status)
$(cat /run/units/comporta-watch.log)"
	systemctl stop comporta-watch
}

# The line without its times and its user, as cron would run it.
run_cron() {
	cp "$block" /etc/cron.d/comporta
	sed 's/^\*\/2 \* \* \* \* root //' "$block" | sh -e
}
after_cron() { rm -f /etc/cron.d/comporta; }

# The owners, as a panel would know them.
before_create_tables() {
	comporta check --create-tables >/dev/null 2>&1
	grep -o 'sasl_username=[^,]*' /var/log/mail.log | sort -u |
		cut -d= -f2 | while read -r account; do
		echo "INSERT INTO comporta_mailbox VALUES ('$account',
			'{PLAIN}old', NULL, 'pl', NULL, NULL);"
	done | sqlite3 $database
}

# The page's map is the one that docs/ENFORCE.md has, which a real Postfix
# asks in tests/e2e/test_enforce_postfix.py; so is the list.
run_postfix_map() { example_of postfix-mysql-map | diff - "$block"; }
run_postfix_main() { example_of postfix-main | diff - "$block"; }
. "$here/servers.sh"

before_enforce() {
	echo 'mode = "enforce";' >>$conf
}
after_enforce() {
	stopped() {
		sqlite3 $database 'SELECT account FROM
			comporta_send_block' | grep -q anna@firma.example
	}
	eventually stopped && good "anna is stopped" ||
		bad "anna is stopped" "$(tail -n 20 /run/units/*.log)"
	answers() { curl -sf http://127.0.0.1:8025/readyz; }
	eventually answers && good "the endpoint answers" ||
		bad "the endpoint answers" "$(cat /run/units/comporta-serve.log)"
}
