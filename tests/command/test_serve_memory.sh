#!/bin/bash
# The memory of the endpoint after passwords came in: serve_memory.py looks.
. "$(dirname "$0")/lib.sh"
options=("${state[@]}" --set sql_dir=sql --set template_dir=templates
	--set smtp.url="file://$work/out" --set mode=enforce
	--set serve.requests_per_minute=100000)
mkdir "$work/out"
run check "${options[@]}" --create-tables
sqlite3 "$work/state/comporta.db" "INSERT INTO comporta_mailbox (account,
	password_hash) VALUES ('anna@firma.example', '{PLAIN}the old one')"
run suspend "${options[@]}" anna@firma.example --reason called
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 \
	"$(dirname "$0")/serve_memory.py" "$comporta" "$("$comporta" \
	token add hook --role panel "${options[@]}" -q 2>/dev/null)" \
	"${options[@]}"
