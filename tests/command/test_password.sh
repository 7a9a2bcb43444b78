#!/bin/bash
# What status, explain and lift say of a blocked account whose owner has done
# something, but not enough: application passwords are left, or the old
# password was set again.
. "$(dirname "$0")/lib.sh"

# A panel with application passwords, beside our own tables.
mkdir "$work/sql" "$work/out"
cp -R sql/own sql/panels "$work/sql/"
mkdir "$work/sql/panels/apps"
cat >"$work/sql/panels/apps/find.sql" <<'END'
SELECT m.account AS account, '' AS sending, b.account IS NULL AS can_send,
	m.password_hash AS password_hash, NULL AS password_changed,
	NULL AS language, NULL AS contact, NULL AS name
FROM comporta_mailbox m
LEFT JOIN comporta_send_block b ON b.account = :account
WHERE m.account = :account;
END
cat >"$work/sql/panels/apps/app_passwords.sql" <<'END'
SELECT login AS account, id, hash, name FROM app WHERE login = :account
ORDER BY id;
END
db=$work/state/comporta.db
with=("${state[@]}" --set mode=enforce --set "sql_dir=$work/sql"
	--set panel.name=apps --set smtp.url="file://$work/out")
sql() { sqlite3 "$db" "$1"; }
says() { # what, words
	if [[ "$out$err" == *"$2"* ]]; then good "$1"
	else bad "$1" "no \"$2\" in: $out$err"; fi
}

line 1 4XyZ1 anna@firma.example 192.0.2.9 >"$work/mail.log"
run check "${with[@]}" --create-tables --set sources="$work/mail.log"
evil=$'Te\e[2Jlefon'
sql "CREATE TABLE app (login TEXT, id INTEGER, hash TEXT, name TEXT);
	INSERT INTO comporta_mailbox (account, password_hash)
		VALUES ('anna@firma.example', '\$1\$aaaa\$.VH3ZBSQ3A9Iym5o/zXkC.');
	INSERT INTO app VALUES ('anna@firma.example', 1, '\$1\$x\$y', '$evil'),
		('anna@firma.example', 2, '\$1\$x\$z', '')"
expect "blocked" 0 "" suspend "${with[@]}" anna@firma.example
expect "a scan" 0 "" scan "${with[@]}" "$work/mail.log"
run explain "${with[@]}" anna@firma.example
says "explain: the old one" "Its password is still the old one."
run status "${with[@]}"
if [[ $out == *"still the old"* ]]; then bad "status is short" "$out"
else good "status is short"; fi

sql "UPDATE comporta_mailbox SET password_hash = '\$1\$bbbb\$other'"
expect "a scan lifts nothing" 0 "" scan "${with[@]}" "$work/mail.log"
expect "lift names them" 75 'still work (2: "Te\x5cx1b[2Jlefon", #2)' \
	lift "${with[@]}" anna@firma.example
says "lift says what next" "has to delete them"
run status "${with[@]}"
says "status says it" "#1: Its password has changed, but application passwords"
equal "nothing raw" "" "$(LC_ALL=C tr -d '\n -~' <<<"$out$err")"
run explain "${with[@]}" anna@firma.example
says "explain says it" "Its password has changed, but application passwords"
run explain --json "${with[@]}" anna@firma.example
says "as JSON" '"password":"app_passwords_left"'

sql "DELETE FROM app"
expect "a scan lifts" 0 "" scan "${with[@]}" "$work/mail.log"
equal "open" 0 "$(sql 'SELECT COUNT(*) FROM comporta_send_block')"
equal "forgotten" 0 "$(sql 'SELECT COUNT(*) FROM comporta_credential')"
run explain --json "${with[@]}" anna@firma.example
says "no block, no password" '"password":null'
finish
