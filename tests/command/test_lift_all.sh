#!/bin/bash
# comporta lift --all: every gate at once, for the day on which comporta is at
# fault, and before it is removed.
. "$(dirname "$0")/lib.sh"
set -- "${state[@]}" --set mode=enforce --set smtp.url="file://$work/out" \
	--set sql_dir=sql --set template_dir=templates
database=$work/state/comporta.db
ask() { sqlite3 "$database" "$1"; }
stopped() { ask 'SELECT COUNT(*) FROM comporta_send_block'; }
mkdir "$work/out"

run check "$@" --create-tables
expect "nobody is stopped" 0 "" lift "$@" --all
equal "and it says so" "Nobody is stopped any more." "$out"
expect "an account and all" 64 "ACCOUNT, or --all" lift "$@" --all anna@a.example
expect "neither" 64 "ACCOUNT, or --all" lift "$@"

# Two that the detector stopped, one of whom has a new password; one by hand.
for name in anna joao; do
	burst $name@firma.example
done | sort >"$work/mail.log"
for name in anna joao ola; do
	ask "INSERT INTO comporta_mailbox VALUES ('$name@firma.example',
		'{PLAIN}old', NULL, 'en', NULL, NULL)"
done
run scan "$@" "${geo[@]}" "$work/mail.log"
run suspend "$@" ola@firma.example --reason called
equal "three are stopped" 3 "$(stopped)"
ask "UPDATE comporta_mailbox SET password_hash = '{PLAIN}new'
	WHERE account = 'anna@firma.example'"
expect "without proof, who has one" 75 "still stopped: 2" lift "$@" --all
equal "anna can send" "anna@firma.example can send again." "$out"
case $err in
*"mode is enforce"*"joao@firma.example"*) good "what may go on is told" ;;
*) bad "what may go on is told" "$err" ;;
esac
equal "two are left" 2 "$(stopped)"

# More than one look at the database gives.
for i in $(seq 1 201); do
	"$comporta" suspend "$@" --force -q "m$i@firma.example" >/dev/null
done
expect "by force" 0 "" lift "$@" --all --force --reason 'our mistake'
equal "nobody is left" 0 "$(stopped)"
equal "each is told" 203 "$(grep -c 'can send again' <<<"$out")"
equal "the audit trail says why" 203 "$(ask "SELECT COUNT(*) FROM comporta_audit
	WHERE action = 'lift' AND reason = 'our mistake'
	AND actor LIKE 'operator:%'")"
expect "the next scan stops nobody" 0 "" scan "$@" "${geo[@]}" "$work/mail.log"
equal "nobody is stopped by old lines" 0 "$(stopped)"
finish
