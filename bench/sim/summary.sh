#!/bin/sh
# summary.sh PEOPLE EVENTS - what a simulated world holds: the share of every
# honest class, and of every attack class the median of messages, recipients,
# hours and addresses of its victims.
set -eu
[ $# -eq 2 ] || { echo "usage: $0 PEOPLE EVENTS" >&2; exit 64; }
awk -F'\t' '
function median(list, n,    i, j, keep, parts) {
	n = split(list, parts, " ")
	for (i = 2; i <= n; i++) {
		keep = parts[i] + 0
		for (j = i - 1; j > 0 && parts[j] + 0 > keep; j--)
			parts[j + 1] = parts[j]
		parts[j + 1] = keep
	}
	return n ? parts[int((n + 1) / 2)] : 0
}
FNR == 1 { file++; next }
file == 1 {
	people++
	class[$2]++
	if ($3 != "-") {
		attack[$1] = $3
		hours[$3] = hours[$3] " " ($5 - $4) / 3600000
		victims[$3]++
	}
	next
}
$8 == 1 && $3 == "send" { messages[$2]++; recipients[$2] += $7 }
$8 == 1 && !(($2, $4) in seen) { seen[$2, $4]; addresses[$2]++ }
$8 == 1 && $3 == "unknown" { unknown[attack[$2]]++ }
END {
	for (c in class)
		printf "class   %-17s %6d accounts %5.1f %%\n", c, class[c],
			100 * class[c] / people | "sort"
	close("sort")
	for (a in attack) {
		m[attack[a]] = m[attack[a]] " " messages[a]
		r[attack[a]] = r[attack[a]] " " recipients[a]
		i[attack[a]] = i[attack[a]] " " addresses[a]
		all[attack[a]] += recipients[a]
	}
	for (a in victims)
		printf "attack  %-17s %3d victims; median: %5d messages " \
			"%5d recipients %6.1f hours %3d addresses; " \
			"%4.1f %% unknown\n", a, victims[a], median(m[a]),
			median(r[a]), median(hours[a]), median(i[a]),
			all[a] ? 100 * unknown[a] / all[a] : 0 | "sort"
}' "$1" "$2"
