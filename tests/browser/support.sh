#!/bin/sh
# support.sh - for support.js: a desk with the incidents of forty days, three
# of them just made, in $FOLDER/before.db, and its tokens in files beside it.
set -eu
rm -rf "$FOLDER"
mkdir -p "$FOLDER/state"
chmod 700 "$FOLDER/state"
cat >"$FOLDER/comporta.conf" <<END
mode = "enforce";
state_dir = "$FOLDER/state";
secret_file = "$FOLDER/secret";
sql_dir = "$PWD/sql";
template_dir = "$PWD/templates";
sources = ( "$FOLDER/mail.log" );
database: { kind = "sqlite"; file = "$FOLDER/before.db"; timeout = "1s"; };
panel: { name = "own"; };
smtp: { url = "file://$FOLDER/mail"; from = "comporta@operator.example"; };
notice: { provider_name = "Hosting Przykładowy"; };
queue: { hold = "true"; release = "true"; delete = "true"; };
serve: { listen = "127.0.0.1:0"; };
END
mkdir -p "$FOLDER/mail"
: >"$FOLDER/mail.log"
set -- -q -c "$FOLDER/comporta.conf"
"$COMPORTA" check --create-tables -c "$FOLDER/comporta.conf" >"$FOLDER/check"
"$COMPORTA" token add anna "$@" >"$FOLDER/token"
"$COMPORTA" token add sprzedawca --role reseller --domain loja.example "$@" \
	>"$FOLDER/reseller"
"$COMPORTA" token add hook --role panel "$@" >"$FOLDER/hook"
now=$(date +%s000)
incidents() {
	python3 tests/browser/support/incidents.py "$FOLDER/before.db" "$now" "$1"
}
incidents past
# In the order of incidents.py.
sqlite3 "$FOLDER/before.db" "SELECT account FROM comporta_mailbox WHERE
	account IN ('hand@loja.example', 'anna@firma.example') OR account LIKE
	'<img%' ORDER BY account = 'anna@firma.example', account LIKE '<img%'" |
	while read -r account; do
		"$COMPORTA" suspend "$account" --reason 'customer asked' "$@"
	done >"$FOLDER/suspend"
incidents now
sqlite3 "$FOLDER/before.db" 'PRAGMA wal_checkpoint(TRUNCATE);
	SELECT count(*) FROM comporta_block' >"$FOLDER/blocks"
