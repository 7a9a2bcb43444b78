#!/bin/bash
# Every example of docs/API.md, in its order, on a running endpoint; each answer
# held against /openapi.json, and the errors as well.
. "$(dirname "$0")/lib.sh"
doc=docs/API.md
set -- "${state[@]}" --set mode=enforce --set smtp.url="file://$work/out" \
	--set sql_dir=sql --set template_dir=templates
options=("$@" --set serve.requests_per_minute=100000)
database=$work/state/comporta.db
check=(/usr/bin/python3 tests/support/api_answer.py "$work/openapi.json")

# An account that the detector stopped, one that was stopped by hand, a third.
for day in 01 02 03 04 05; do
	line 5 "4Xc$day" anna@firma.example 83.11.5.20 |
		sed "s/2026-11-15/2026-11-$day/"
done >"$work/mail.log"
burst anna@firma.example >>"$work/mail.log"
run check "$@" --create-tables
sqlite3 "$database" "INSERT INTO comporta_mailbox VALUES
	('anna@firma.example', '{PLAIN}the old one', NULL, 'pl', 'anna@home.example', NULL),
	('carla@firma.example', '{PLAIN}the old one', NULL, 'en', NULL, NULL),
	('joao@loja.example', '{PLAIN}the old one', NULL, 'pt', NULL, NULL)"
run scan "$@" "${geo[@]}" "$work/mail.log"
run suspend "$@" carla@firma.example --reason called
equal "two are stopped" 2 "$(sqlite3 "$database" \
	'SELECT COUNT(*) FROM comporta_send_block')"

add_token() { # name, role, option...
	"$comporta" token add "$1" --role "$2" "${@:3}" "${options[@]}" -q
}
TOKEN="Authorization: Bearer $(add_token desk support)"
PANEL="Authorization: Bearer $(add_token hook panel)"
METRICS="Authorization: Bearer $(add_token prometheus metrics)"
RESELLER="Authorization: Bearer $(add_token loja reseller --domain loja.example)"
JSON="Content-Type: application/json"

"$comporta" serve "${options[@]}" --listen 127.0.0.1:0 2>>"$work/serve" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null
	chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
eventually has "$work/serve" ', port'
port=$(sed -n 's/.*, port \([0-9]*\);.*/\1/p' "$work/serve")
URL=http://127.0.0.1:$port
# shellcheck disable=SC2218
command curl -sS -o "$work/openapi.json" "$URL/openapi.json"
said=$("${check[@]}" 2>&1) && good "the description" ||
	bad "the description" "$said"

# As the reader's, and kept: the last status, and what does not fit.
curl() {
	local body= words method url previous=
	for words in "$@"; do
		[ "$previous" != -d ] || body=$words
		previous=$words
	done
	# Without an answer nothing of the last one must be left.
	echo >"$work/answer"
	words=$(command curl -sS -D "$work/head" -o "$work/answer" \
		-w '%{http_code} %{method} %{url_effective}' "$@")
	read -r status method url <<<"$words"
	echo "$status" >"$work/status"
	"${check[@]}" "$method" "$url" "$status" "$work/answer" "$body" \
		>>"$work/unfit" 2>&1
	cat "$work/answer"
}

comporta() {
	"$comporta" "$@" "${options[@]}"
}

# What has to happen before an example of this name.
before_hook() {
	run suspend "${options[@]}" anna@firma.example --reason again
	sqlite3 "$database" "UPDATE comporta_block SET is_repeat = 0;
		UPDATE comporta_mailbox SET password_hash = '{PLAIN}another'
		WHERE account LIKE 'anna@%'"
}

# The block behind "<!-- example: NAME ... -->"; the JSON block behind that,
# when there is one before the next text.
block_of() { # name, sh|json
	awk -v name="$1" -v kind="$2" '
		$0 ~ "^<!-- example: " name "( .*)? -->$" { found = 1; next }
		found && $0 == "```" kind { inside = 1; next }
		inside && $0 == "```" { exit }
		inside { print; next }
		found && /^```/ { fences++ }
		found && fences > 1 && !/^```/ && NF { exit }
	' "$doc"
}

# Keys of the example's answer that the real one does not have.
missing_keys() { # answer
	/usr/bin/python3 -c '
import json, sys
def keys(node, path=""):
    if isinstance(node, dict):
        for key, value in node.items():
            yield path + key
            yield from keys(value, path + key + ".")
    elif isinstance(node, list) and node:
        yield from keys(node[0], path + "0.")
shown, real = (set(keys(json.loads(text))) for text in sys.argv[1:])
print(*sorted(shown - real))' "$1" "$2"
}

while read -r _ _ name want _; do
	: >"$work/unfit"
	[ "$(type -t "before_$name")" != function ] || "before_$name"
	eval "$(block_of "$name" sh)" >"$work/said" 2>"$work/stderr"
	rc=$?
	equal "$name ends well" "0 " "$rc $(cat "$work/stderr" |
		grep -v 'this is shown once')"
	equal "$name fits its description" "" "$(cat "$work/unfit")"
	[ "$want" = "-->" ] ||
		equal "$name: the status" "$want" "$(cat "$work/status")"
	shown=$(block_of "$name" json)
	[ -z "$shown" ] || equal "$name: the fields shown" "" \
		"$(missing_keys "$shown" "$(cat "$work/answer")")"
	cp "$work/said" "$work/said.$name"
done < <(grep '^<!-- example: ' "$doc")

equal "tokens are listed" "1 1 1" "$(for words in '^anna .* revoked$' \
	'^    c.example$' '^firma  *reseller'; do
	grep -c "$words" "$work/said.token-add"; done | paste -sd' ')"
equal "as many pages as blocks" 2 "$(grep -c '"blocks"' "$work/said.pages")"
grep -q '"same":false' "$work/said.check" && good "another password" ||
	bad "another password" "$(cat "$work/said.check")"
score=$(/usr/bin/python3 -c 'import json, sys
account = json.load(open(sys.argv[1]))
print(account["score"]["standing"], len(account["networks"]) > 0,
      len(account["audit"]) > 1, len(account["incidents"]))' \
	"$work/said.account")
equal "what the detector knows" "blocked True True 1" "$score"

# Without a state that can be read the rest is served; and it is found again.
of_account() {
	curl -H "$TOKEN" "$URL/api/v1/accounts/anna@firma.example" |
		/usr/bin/python3 -c 'import json, sys
account = json.load(sys.stdin)
print(account["standing"], account["score"] is None,
      account["networks"] is None, len(account["audit"]) > 1)'
}
mv "$work/state/state" "$work/hidden"
equal "no state" "open True True True" "$(of_account)"
mkdir "$work/state/state"
equal "an empty one" "open True True True" "$(of_account)"
head -c 100000 /dev/urandom >"$work/state/state/data.mdb"
equal "rubbish" "open True True True" "$(of_account)"
rm -r "$work/state/state"
mv "$work/hidden" "$work/state/state"
equal "there again" "open False False True" "$(of_account)"

# While watch writes: neither waits for the other.
"$comporta" watch "${options[@]}" --set smtp.url="file://$work/out" \
	"${geo[@]}" "$work/mail.log" >/dev/null 2>"$work/watch" &
watch=$!
for i in $(seq 40); do
	line $((i % 60)) "4Xw$i" anna@firma.example 83.11.5.20 >>"$work/mail.log"
	of_account
done >"$work/said"
kill $watch
wait $watch
equal "watch ends well" 0 $?
equal "while watch writes" "40 open False False True" \
	"$(sort "$work/said" | uniq -c | sed 's/^ *//')"

# Each call of the description has its example.
without=$(/usr/bin/python3 -c '
import json, re, sys
shown = open(sys.argv[2], encoding="utf-8").read()
shown = "\n".join(re.findall(r"```sh\n(.*?)```", shown, re.S))
for path, item in json.load(open(sys.argv[1]))["paths"].items():
    pattern = re.sub(r"{\w+}", r"[^/\\s\"?]+", path) + r"[\"?]"
    if path.startswith("/api/") and not re.search(pattern, shown):
        print(path)' "$work/openapi.json" "$doc")
equal "every call has an example" "" "$without"

# The same once more, by its key.
: >"$work/unfit"
eval "$(block_of once sh)" >"$work/said"
equal "the answer of before" 1 \
	"$(grep -ci '^idempotency-replayed: true' "$work/head")"
equal "byte by byte" "$(md5sum <"$work/said.once")" "$(md5sum <"$work/said")"

# what, status, error, curl's arguments
refused() {
	local what=$1 want=$2 code=$3 got
	shift 3
	curl "$@" >"$work/said"
	got=$(cat "$work/status")
	equal "$what" "$want $code" \
		"$got $(sed 's/^{"error":"\([a-z_]*\)".*/\1/' "$work/said")"
}
post=(-X POST -H "$JSON")
lift=$URL/api/v1/blocks/3/lift
refused "no token" 401 unauthorized "$URL/api/v1/blocks"
refused "a wrong token" 401 unauthorized -H "${TOKEN}x" "$URL/api/v1/blocks"
refused "another role" 403 forbidden -H "$PANEL" "$URL/api/v1/blocks"
refused "metrics only" 403 forbidden -H "$METRICS" "$URL/api/v1/blocks/1"
refused "a strange field" 400 bad_request "${post[@]}" -H "$TOKEN" \
	-d '{"forse":true}' "$lift"
refused "no JSON" 400 bad_request "${post[@]}" -H "$TOKEN" -d '{' "$lift"
refused "a text for a flag" 400 bad_request "${post[@]}" -H "$TOKEN" \
	-d '{"force":"yes"}' "$lift"
refused "a strange filter" 400 bad_request -H "$TOKEN" "$URL/api/v1/blocks?x=1"
refused "a bad path" 400 bad_path -H "$TOKEN" --path-as-is \
	"$URL/api/v1/blocks/%zz"
refused "no such block" 404 not_found -H "$TOKEN" "$URL/api/v1/blocks/99"
refused "a reseller elsewhere" 404 not_found -H "$RESELLER" \
	"$URL/api/v1/blocks/1"
refused "a reseller by force" 403 forbidden "${post[@]}" -H "$RESELLER" \
	-d '{"reason":"x","force":true}' "$lift"
refused "no such account" 404 unknown_account -H "$TOKEN" \
	"$URL/api/v1/accounts/nobody@firma.example"
refused "no such path" 404 not_found "$URL/api/v2/blocks"
refused "the wrong method" 405 method_not_allowed -X DELETE -H "$TOKEN" \
	"$URL/api/v1/blocks/1"
refused "no queue" 409 queue_not_set "${post[@]}" -H "$TOKEN" \
	-d '{"queue":"delete"}' "$lift"
refused "a form" 415 unsupported_media_type -X POST -H "$TOKEN" -d 'a=b' "$lift"
head -c 70000 /dev/zero | tr '\0' ' ' >"$work/large"
refused "too large" 413 too_large "${post[@]}" -H "$TOKEN" \
	--data-binary "@$work/large" "$lift"
refused "another request" 422 idempotency_key_reused "${post[@]}" -H "$TOKEN" \
	-H 'Idempotency-Key: ticket-4711' -d '{}' "$lift"
for _ in 1 2 3 4; do
	curl "${post[@]}" -H "$PANEL" -d '{"password":"guess"}' \
		"$URL/api/v1/accounts/joao@loja.example/password-check" >"$work/said"
done
refused "guessing" 429 too_many_requests "${post[@]}" -H "$PANEL" \
	-d '{"password":"guess"}' \
	"$URL/api/v1/accounts/joao@loja.example/password-check"
curl -H "$RESELLER" "$URL/api/v1/blocks/3" >"$work/said"
equal "a reseller's own" 200 "$(cat "$work/status")"
equal "all of it fits" "" "$(cat "$work/unfit")"
finish
