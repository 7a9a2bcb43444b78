# The blocks of the reference pages that their own tests leave alone.
documents=(docs/METRICS.md docs/PANEL.md docs/SUPPORT.md docs/WEBHOOKS.md
	docs/ENFORCE.md)

install_here
. "$here/servers.sh"
users_here
as() { # user, command...
	setpriv --reuid="$1" --regid="$1" --init-groups -- "${@:2}" \
		>>"$work/as" 2>&1
}
comporta scan -q >/dev/null 2>&1
database=/var/lib/comporta/comporta.db

after_token_of_prometheus() {
	equal "a token of 256 bits" 1 "$(grep -cE '^[A-Za-z0-9_-]{43}$' "$said")"
}

# promtool comes with Prometheus, which only `make check-all` asks for.
run_prometheus_yml() {
	if command -v promtool >/dev/null; then
		mkdir -p /etc/prometheus /usr/local/share/comporta
		echo secret >/etc/prometheus/comporta.token
		promtool check config "$block"
	else
		grep -q '^rule_files:' "$block" &&
			test -s "$(sed -n 's/^  - \(\/.*\)/\1/p' "$block")"
	fi
}

after_panel_header() {
	equal "the header's mode and group" "640 root:www-data" \
		"$(stat -c '%a %U:%G' /etc/comporta/panel.header)"
}

after_tokens_of_support() {
	run token list
	equal "tokens in the list" 4 \
		"$(grep -cE '^(prometheus|postfixadmin|anna|firma) ' <<<"$out")"
}

after_webhook_key() {
	equal "the key's mode" 600 "$(stat -c %a /etc/comporta/webhook.key)"
	equal "the key's length" 65 "$(wc -c </etc/comporta/webhook.key)"
}

run_webhook_receiver() {
	{ echo '<?php'; cat "$block"; } | php -l
}

sqlite=/var/lib/comporta-desk/db/comporta.db
after_postfix_sqlite_folder() {
	as comporta comporta check --create-tables \
		--set database.file=$sqlite \
		--set secret_file=/var/lib/comporta-desk/secret
	example_of postfix-sqlite-map >/etc/postfix/comporta-sasl.cf
	example_of postfix-sqlite-try >"$work/try"
	bash "$work/try" >"$work/tried" 2>&1
	equal "Postfix's user may ask" 1 $?
	as postfix cat /var/lib/comporta-desk/secret && bad "and no secret" ||
		good "and no secret"
}
after_row_by_hand_sqlite() {
	equal "Postfix's user reads it" \
		"REJECT 5.7.1 Sending is suspended for this mailbox: by hand" \
		"$(bash "$work/try" 2>&1)"
}

run_row_by_hand() {
	sqlite3 "$database" <"$block"
}

after_row_by_hand() {
	equal "the row" anna@firma.example \
		"$(sqlite3 "$database" 'SELECT account FROM comporta_send_block')"
}
