#!/bin/sh
# owner.sh - for owner.js: mailboxes in three languages, each stopped by a scan
# for a botnet's half hour, in $FOLDER/before.db. One has no password hash, one
# a name as long as names get, one none of whose words are kind to HTML.
set -eu
rm -rf "$FOLDER"
mkdir -p "$FOLDER/state"
chmod 700 "$FOLDER/state"
# The panel "own" with application passwords, as some panels have them.
cp -r sql "$FOLDER/sql"
echo 'SELECT login AS account, id, hash, name FROM app
WHERE login = :account ORDER BY id;' >"$FOLDER/sql/panels/own/app_passwords.sql"
cat >"$FOLDER/comporta.conf" <<END
mode = "enforce";
state_dir = "$FOLDER/state";
secret_file = "$FOLDER/secret";
sql_dir = "$FOLDER/sql";
template_dir = "$PWD/templates";
sources = ( "$FOLDER/mail.log" );
home = ( "PL", "PT" );
country_db = "${COUNTRY_DB:-$PWD/build/geoip/country.mmdb}";
asn_db = "${ASN_DB:-$PWD/build/geoip/asn.mmdb}";
database: { kind = "sqlite"; file = "$FOLDER/before.db"; timeout = "1s"; };
panel: { name = "own"; };
brake: { per_hour = 1000; share = 1.0; };
smtp: { url = "smtp://127.0.0.1:9"; from = "comporta@operator.example"; };
notice: { provider_name = "Hosting Przykładowy";
	panel_url = "https://panel.operator.example/mail";
	support_contact = "pomoc@operator.example, +48 22 555 01 23"; };
serve: { listen = "127.0.0.1:0"; public_url = "http://127.0.0.1:9"; };
END
: >"$FOLDER/mail.log"
"$COMPORTA" check --create-tables -c "$FOLDER/comporta.conf" >"$FOLDER/check"
python3 tests/browser/support/botnet.py "$FOLDER/mail.log" "$FOLDER/before.db"
# The notices find no server; they are not what is looked at here.
"$COMPORTA" scan -q -c "$FOLDER/comporta.conf" 2>"$FOLDER/scan" || [ $? = 69 ]
sqlite3 "$FOLDER/before.db" 'PRAGMA wal_checkpoint(TRUNCATE);
	SELECT count(*) FROM comporta_block' >"$FOLDER/blocks"
