#!/bin/bash
# What the operator knows of networks: kinds over the built-in table, own
# ranges, and how a slip of the pen is answered.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
burst anna@firma.example >"$log"

run replay --json "${geo[@]}" "$log"
equal "a burst is found" 1 "$(grep -c '"action":"suspend"' <<<"$out")"
cat >"$work/own.conf" <<'END'
own_networks = ( "14.160.0.0/11", "177.0.0.0/8", "117.192.0.0/10",
	"36.64.0.0/10", "78.160.0.0/11", "95.24.0.0/13", "187.128.0.0/10",
	"171.96.0.0/12", "41.32.0.0/12", "2001:db8::/32" );
networks = ( "AS64500 vpn Our staff VPN", "64501 business" );
END
run replay --json -c "$work/own.conf" "${geo[@]}" "$log"
equal "but not between own machines" "0:" "$rc:$out"
run check -c "$work/own.conf" "${state[@]}" --set sources="$log"
equal "check counts what was added" 1 \
	"$(grep -c 'ok *networks *your own knowledge: networks 2, own ranges 10' \
		<<<"$out")"
# The networks of the burst as mail relays: their outlets hop by themselves.
run replay --json "${geo[@]}" --set "networks=$(for as in 45899 28573 9829 \
	7713 9121 8402 8151 7552 18881 23969 8452 4230 3216 17552 27699 8167 \
	24560; do printf 'AS%s relay,' $as; done)" "$log"
equal "relays hop by themselves" "0:0" \
	"$rc:$(grep -c '"action":"suspend"' <<<"$out")"

expect "no AS number" 78 \
	'networks: "vpn 64500" does not begin with an AS number' \
	replay --set "networks=vpn 64500" "$log"
expect "no such kind" 78 'networks: "AS64500 proxy" names no kind' \
	scan "${state[@]}" --set "networks=AS64500 proxy" "$log"
expect "twice" 78 "AS64500 stands there twice" \
	replay --set "networks=AS64500 vpn,AS64500 relay" "$log"
expect "no prefix" 78 'own_networks: "192.0.2.1/24" is no prefix' \
	scan "${state[@]}" --set "own_networks=192.0.2.1/24" "$log"
expect "the whole world" 78 "too wide" \
	replay --set "own_networks=0.0.0.0/0" "$log"
expect "check says it too" 78 "" \
	check "${state[@]}" --set "own_networks=all" --set sources="$log"
[[ "$out" == *'MEND'*'"all" is no prefix'* ]] && good "as a thing to mend" ||
	bad "as a thing to mend" "$out"
finish
