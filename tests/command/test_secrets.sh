#!/bin/bash
# What a log holds that nobody should read again: given passwords, the base64
# of AUTH. No command prints any of it, whatever else it makes of the line.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
plain=AGFubmFAZmlybWEuZXhhbXBsZQBodW50ZXIy	# \0anna@firma.example\0hunter2
word=aHVudGVyMg==				# hunter2
secrets="hunter2|$plain|$word|UGFzc3dvcmQ6|f3bbbd66a63d4bf1747940578ec3d010"

at='2026-11-15T08:00:00.000000+00:00 mx1'
burst anna@firma.example >"$log"
cat >>"$log" <<EOF
$at postfix/smtpd[7]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6
$at postfix/smtpd[7]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: $word, sasl_username=anna@firma.example
$at postfix/smtpd[7]: warning: unknown[203.0.113.9]: SASL $plain authentication failed: Invalid authentication mechanism
$at postfix/smtpd[7]: warning: non-SMTP command from unknown[203.0.113.9]: $plain
$at postfix/smtpd[7]: improper command pipelining after AUTH from unknown[203.0.113.9]: $word\\r\\n
$at postfix/smtpd[7]: < unknown[203.0.113.9]: AUTH PLAIN $plain
$at postfix/smtpd[7]: > unknown[203.0.113.9]: 334 UGFzc3dvcmQ6
$at postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <$word>: Helo command rejected: hunter2; from=<a@x.example> to=<anna@firma.example> proto=ESMTP helo=<$word>
$at postfix/smtp[7]: 4XyZ1: to=<b@y.example>, relay=mx.y.example[198.51.100.1]:587, delay=1, dsn=5.7.8, status=bounced (host mx.y.example[198.51.100.1] said: 535 5.7.8 $word hunter2 (in reply to end of DATA command))
$at dovecot: auth: passwd-file(anna@firma.example,203.0.113.9): Password mismatch (given password: hunter2)
$at dovecot: auth-worker(9): sql(anna@firma.example,203.0.113.9): Password mismatch (SHA1 of given password: f3bbbd66a63d4bf1747940578ec3d010)
$at dovecot: auth: Debug: client in: AUTH 1 PLAIN service=imap resp=$plain
$at dovecot: auth: Debug: client passdb out: OK 1 user=anna@firma.example pass=hunter2
$at dovecot: auth: ldap(anna@firma.example,203.0.113.9): unknown user (given password: hunter2)
$at dovecot: auth(anna@firma.example,203.0.113.9,sasl:plain)<x>: Password mismatch (given password: hunter2)
$at dovecot: imap-login: Disconnected: $plain (auth failed, 1 attempts in 2 secs): user=<anna@firma.example>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1
$at exim[7]: login authenticator failed for (x) [203.0.113.9]: 535 Incorrect authentication data (set_id=anna@firma.example)
$at exim[7]: SMTP protocol error in "AUTH LOGIN $word" H=(x) [203.0.113.9] unauthorized
$at exim[7]: SMTP syntax error in "$plain" H=(x) [203.0.113.9] unrecognized command
$at exim[7]: SMTP call from (x) [203.0.113.9] dropped: too many syntax or protocol errors (last command was "$plain")
$at exim[7]: unexpected disconnection while reading SMTP command from (x) [203.0.113.9] D=1s C=AUTH,$plain
$at sm-mta[7]: 36TAbCdE000007: --- 334 UGFzc3dvcmQ6
$at sm-mta[7]: 36TAbCdE000007: <-- AUTH PLAIN $plain
$at sm-mta[7]: 36TAbCdE000007: [203.0.113.9]: probable open proxy: command=$plain
$at smtpd[7]: 4d8a3a4c smtp failed-command command="AUTH LOGIN $word" result="535 Authentication failed"
$at smtpd[7]: 4d8a3a4c smtp authentication user=anna@firma.example result=permfail pass=hunter2
{"__REALTIME_TIMESTAMP":"1794729600000000","SYSLOG_IDENTIFIER":"dovecot","_HOSTNAME":"mx1","MESSAGE":"auth: passwd-file(anna@firma.example,203.0.113.9): Password mismatch (given password: hunter2)"}
$at hunter2 $plain
hunter2 $plain
EOF

silent() {
	local what=$1
	shift
	run "$@"
	printf '%s\n%s\n' "$out" "$err" >"$work/said"
	if [ ! -s "$work/said" ]; then bad "$what" "nothing was said"; fi
	equal "$what: no secret" "" "$(grep -oE "$secrets" "$work/said" |
		head -n 1)"
}
silent "events" events "$log"
silent "events, for machines" events --json -v "$log"
silent "replay" replay -v "$log"
silent "replay, for machines" replay --json -v "$log"
silent "replay, scores" replay --scores "$work/scores" "$log"
silent "replay, a page" replay --report "$work/page.html" "$log"
equal "the page: no secret" "" "$(cat "$work/page.html" "$work"/scores* \
	2>/dev/null | grep -oE "$secrets" | head -n 1)"
silent "scan" scan -v "${state[@]}" "$log"
silent "status" status "${state[@]}"
silent "explain" explain "${state[@]}" anna@firma.example
silent "check" check "${state[@]}" --set sources="$log"
equal "what is kept: no secret" "" "$(grep -raoE "$secrets" "$work/state" |
	head -n 1)"

# Files that hold a secret: refused when others may read or write them, and then
# as well their content is not said. What a command needs for its part is read
# by it: name, option that names the file, exit status if it is refused, command.
mkdir "$work/mails"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/tls.key" \
	-out "$work/tls.crt" -days 2 -subj /CN=localhost 2>/dev/null
base=(--state-dir "$work/other" --set mode=enforce --set sql_dir=sql
	--set template_dir=templates)
run check --create-tables "${base[@]}"
printf 'hunter2-and-more-than-16-bytes\n' >"$work/word"
trial=(--set mailserver.trial_account=a@b.example
	--set mailserver.trial_url=smtp://127.0.0.1:1
	--set mailserver.kind=postfix)
refused() { # what, exit status, command...
	local what=$1 want=$2 mode
	shift 2
	for mode in 644 604 620 602; do
		chmod "$mode" "$work/word" "$work/tls.key"
		silent "$what, mode $mode" "$@"
		[ -z "$want" ] || equal "$what, mode $mode: refused" "$want" \
			"$rc"
		equal "$what, mode $mode: what to do" 1 \
			"$(grep -c 'chmod 0640' "$work/said")"
	done
	chmod 600 "$work/word" "$work/tls.key"
}
mysql=(--set database.kind=mysql --set database.port=1)
refused "the database's" 77 notify "${base[@]}" "${mysql[@]}" \
	--set database.password_file="$work/word"
refused "serve's in the database" 77 serve "${base[@]}" "${mysql[@]}" \
	--listen 127.0.0.1:0 --set serve.database_user=comporta_serve \
	--set serve.database_password_file="$work/word"
refused "the mail server's" 77 notify "${base[@]}" \
	--set smtp.password_file="$work/word"
refused "the second mail server's" 77 notify "${base[@]}" \
	--set smtp_second.url=smtp://127.0.0.1:1 \
	--set smtp_second.password_file="$work/word"
refused "the secret" 77 notify "${base[@]}" --set secret_file="$work/word"
refused "TLS's key" 77 serve "${base[@]}" --listen 127.0.0.1:0 \
	--set serve.certificate_file="$work/tls.crt" \
	--set serve.key_file="$work/tls.key"
refused "the webhooks'" "" check "${base[@]}" \
	--set webhook.urls=https://x.example/ \
	--set webhook.secret_file="$work/word"
refused "the trial's" "" check "${base[@]}" "${trial[@]}" \
	--set mailserver.trial_password_file="$work/word"

# No option takes a secret itself, so none stands on a command line.
run check --options
equal "no option for a secret itself" "" "$(grep -E '^ +[a-z_]*(password|secret|key)' \
	<<<"$out" | grep -vE '^ +([a-z_]+_)?(password|secret|key)_file ')"
# One that stands in a URL all the same is not said again.
silent "a login in the mail server's URL" notify "${base[@]}" \
	--set smtp.url=smtp://u:hunter2@127.0.0.1:1
equal "... is refused" 78 "$rc"
silent "a login in a webhook's" notify "${base[@]}" \
	--set webhook.urls=https://u:hunter2@x.example/
equal "... is refused" 78 "$rc"
silent "... a strange one" notify "${base[@]}" \
	--set webhook.urls=https://u:hunter2/x@x.example/
equal "... is refused" 78 "$rc"

# What runs says none of its words, even when asked to say all: nor do its
# command line and environment, which others on this machine may see.
chmod 600 "$work/word" "$work/tls.key"
"$comporta" serve -v "${base[@]}" --listen 127.0.0.1:0 \
	--set secret_file="$work/word" --set serve.key_file="$work/tls.key" \
	--set serve.certificate_file="$work/tls.crt" 2>"$work/served" &
pid=$!
eventually has "$work/served" "serving on" || bad "serve" \
	"$(cat "$work/served")"
equal "serve's command line and environment: no secret" 0 \
	"$(cat "/proc/$pid/cmdline" "/proc/$pid/environ" "$work/served" |
	tr '\0' '\n' | grep -c hunter2)"
kill "$pid"
wait "$pid"
finish
