#!/bin/sh
# Every language has the same templates with the same {{placeholders}} in the
# same number, and language.conf with the same words. Only the scanners may
# differ in number.
set -eu
bad=0
complain() { echo "$1" >&2; bad=1; }

marks() { grep -o '{{[^}]*}}' "$1" | sort | uniq -c; }
words() {
	sed -n 's/^\([^#= ][^= ]*\) *=.*/\1/p' "$1" |
		grep -v '^scanner\.' | sort
}

reference=templates/en
for lang in templates/*/; do
	lang=${lang%/}
	[ "$(ls "$lang")" = "$(ls "$reference")" ] ||
		complain "$lang has other files than $reference"
	for file in "$reference"/*; do
		name=${file##*/}
		[ -e "$lang/$name" ] || continue
		case $name in
		language.conf)
			same=$(words "$file") other=$(words "$lang/$name") ;;
		*)
			same=$(marks "$file") other=$(marks "$lang/$name") ;;
		esac
		[ "$same" = "$other" ] ||
			complain "$lang/$name differs from $file in $(
				printf '%s\n' "$same" "$other" | sort |
				uniq -u | head -n 3 | tr '\n' ' ')"
	done
	# Mail programs load nothing from elsewhere, and neither does the page.
	if grep -nE '<(img|script|iframe|object)|url\(|@import|[ "]on[a-z]+=' \
		"$lang"/*.html >&2; then
		complain "$lang: HTML must load and run nothing"
	fi
done

# A reason for every signal, so that owners hear of all that convicts them.
if [ -e detector/signals/signals.def ]; then
	for signal in $(sed -n 's/^SIGNAL(\(.*\))/\1/p' \
		detector/signals/signals.def); do
		grep -q "^reason\.$signal = " "$reference/language.conf" ||
			complain "$reference/language.conf: no reason.$signal"
	done
fi
# Every alarm by name, and what to do about it.
for alarm in $(sed -n 's/^ALARM(\(.*\),.*/\1/p' detector/alarms.def); do
	for key in "alarm\.$alarm" "alarm\.$alarm\.next"; do
		grep -q "^$key = " "$reference/language.conf" ||
			complain "$reference/language.conf: no $key"
	done
done
exit $bad
