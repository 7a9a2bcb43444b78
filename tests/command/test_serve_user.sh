#!/bin/bash
# serve, started as root: becomes its own user, of the system and of the
# database, and closes the fence, or does not start. A real MariaDB, real TLS.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/mariadb.sh"
if [ "$(id -u)" != 0 ]; then
	echo "not root: serve has nobody to become"
	finish
	exit
fi
mariadb_pid=
serving=
manager=
trap 'kill -KILL $mariadb_pid $serving $manager 2>/dev/null
	chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
chmod 755 "$work"
mariadb_install

# As the package has it: each reads what is its own, TLS's key only root.
group=$(id -gn nobody)
secret() { # name, content, owner
	(umask 077; echo "$2" >"$work/$1")
	chown "$3" "$work/$1"
}
secret acting act-word root
secret serving serve-word nobody
secret secret 0123456789abcdef0123456789abcdef "root:$group"
chmod 640 "$work/secret"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" \
	-out "$work/certificate" -days 2 -subj /CN=localhost 2>/dev/null
chmod 600 "$work/key"

mkdir "$work/mails"
common=("${state[@]}" --set mode=enforce --set database.kind=mysql
	--set database.port="$mariadb_port" --set smtp.url="file://$work/mails"
	--set database.password_file="$work/acting"
	--set secret_file="$work/secret")
run check --create-tables "${common[@]}" --set database.user=root \
	--set database.password_file=
SERVE_PASSWORD=serve-word mariadb_grants act-word
mariadb_sql "INSERT INTO comporta_mailbox (account, password_hash) VALUES
	('anna@firma.example', '{PLAIN}old'), ('ola@firma.example', '{PLAIN}old')"
burst anna@firma.example >"$work/mail.log"
expect "anna is stopped" 0 "" scan -q "${common[@]}" "${geo[@]}" \
	"$work/mail.log"
token=$("$comporta" token add desk --role support "${common[@]}" -q \
	2>/dev/null)

listen=$(python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_serve=(--set serve.user=nobody --set serve.database_user=comporta_serve
	--set serve.database_password_file="$work/serving"
	--set serve.listen=127.0.0.1:"$listen"
	--set serve.certificate_file="$work/certificate"
	--set serve.key_file="$work/key")

expect "nobody of that name" 77 "there is no user" serve "${common[@]}" \
	"${as_serve[@]}" --set serve.user=nobody-here
out=$(setpriv --reuid=nobody --regid="$group" --clear-groups "$comporta" \
	serve "${common[@]}" "${as_serve[@]}" --set serve.user=root \
	--set serve.certificate_file= --set serve.key_file= 2>&1)
equal "who is not root becomes nobody else" "77 1" \
	"$? $(grep -c "only root can become" <<<"$out")"
chown root "$work/serving"
expect "a password that it may not read" 77 \
	"serve.database_password_file: cannot open" serve "${common[@]}" \
	"${as_serve[@]}"
chown nobody "$work/serving"
mariadb_sql "REVOKE INSERT ON comporta.comporta_audit FROM
	'comporta_serve'@'127.0.0.1'"
run check "${common[@]}" "${as_serve[@]}" --set sources="$work/mail.log"
equal "check misses a right" 1 \
	"$(grep -c '^ *MEND *serve.*INSERT on comporta_audit' <<<"$out")"
mariadb_sql "GRANT INSERT ON comporta.comporta_audit TO
	'comporta_serve'@'127.0.0.1'"
run check "${common[@]}" "${as_serve[@]}" --set sources="$work/mail.log"
equal "check tries it" 1 "$(grep -c '^ *ok *serve.*may do' <<<"$out")"
run check "${common[@]}" --set sources="$work/mail.log"
equal "check misses it" 1 "$(grep -c '^ *note *serve.*no user of its own' \
	<<<"$out")"

# The state is read by a group, and LMDB's lock file by nobody else.
chown -R ":$group" "$work/state"
chmod -R g+rX "$work/state"
chmod 600 "$work/state/state/lock.mdb"
# What the service manager would be told.
python3 - "$work/notify" >"$work/told" 2>/dev/null <<'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(120)
word = ""
while word != "STOPPING=1":
    word = s.recv(4096).decode()
    print(word, flush=True)
END
manager=$!
eventually test -S "$work/notify" || bad "nobody to tell" "$work/notify"
NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=1000000 "$comporta" serve -v \
	"${common[@]}" "${as_serve[@]}" 2>"$work/served" &
serving=$!
eventually has "$work/served" "serving on" ||
	bad "serve does not start" "$(cat "$work/served")"
status() { sed -n "s/^$1:[ \t]*//p" "/proc/$serving/status" | tr '\t' ' '; }
id=$(id -u nobody) gid=$(id -g nobody)
equal "the user, for good" "$id $id $id $id" "$(status Uid)"
equal "the group, for good" "$gid $gid $gid $gid" "$(status Gid)"
equal "no group of root's" "" "$(status Groups | tr ' ' '\n' | grep -x 0)"
equal "no capability" 0 "$(status CapEff | tr -d 0 | wc -w)"
equal "no new rights" 1 "$(status NoNewPrivs)"
equal "seccomp" 2 "$(status Seccomp)"

ask() { # method, path, body
	curl -sk --max-time 20 -o "$work/answer" -w '%{http_code}' -X "$1" \
		-H "Authorization: Bearer $token" \
		-H 'Content-Type: application/json' ${3:+-d "$3"} \
		"https://127.0.0.1:$listen$2"
}
equal "it is ready" 200 "$(ask GET /readyz)"
equal "an account" 200 "$(ask GET /api/v1/accounts/anna@firma.example)"
equal "... blocked" true "$(jq -r '.block != null' "$work/answer")"
equal "... and what the detector knows of it" true \
	"$(jq -r '.countries | length > 0' "$work/answer")"
equal "suspend" 201 "$(ask POST \
	/api/v1/accounts/ola@firma.example/suspend '{"reason":"asked"}')"
equal "... is true" 2 "$(mariadb_sql 'SELECT COUNT(*) FROM comporta_send_block')"
mariadb_sql "UPDATE comporta_mailbox SET password_hash = '{PLAIN}new'"
equal "lift" 200 "$(ask POST /api/v1/blocks/2/lift '{"reason":"asked"}')"
equal "... is true" 1 "$(mariadb_sql 'SELECT COUNT(*) FROM comporta_send_block')"
kill -TERM "$mariadb_pid"
wait "$mariadb_pid"
equal "the database is away" 503 "$(ask GET /readyz)"
mariadb_start
is_back() { [ "$(ask GET /readyz)" = 200 ]; }
eventually is_back && good "it is connected again, inside the fence" ||
	bad "connected again" "$(cat "$work/served")"
kill -TERM "$serving"
wait "$serving"
equal "ends well" 0 "$?"
serving=
wait "$manager"
equal "the manager hears of it" "READY=1 STOPPING=1" \
	"$(grep -E 'READY|STOPPING' "$work/told" | xargs)"
equal "... and that it is alive, inside the fence" yes \
	"$(has "$work/told" WATCHDOG=1 && echo yes)"
equal "no secret was said" 0 "$(grep -cE 'act-word|serve-word|0123456789' \
	"$work/served")"
finish
