#!/bin/bash
# The manual, completion and the example configuration say all that the program
# knows, and are well formed. They are written from its tables
# (packaging/manual); here they are held against what it prints.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/command/lib.sh
build=$(dirname "$comporta")
manual=$build/manual

# As the page writes it, without roff's escapes.
plain() { sed 's/\\f[BIR]//g; s/\\-/-/g; s/\\(dq/"/g' "$1"; }

commands=$("$comporta" --help | sed -n 's/^  \([a-z]*\)  *.*/\1/p')
equal "there are commands" yes "$([ "$(wc -w <<<"$commands")" -gt 12 ] && echo yes)"

missing=
for command in $commands; do
	page=$manual/comporta-$command.1
	[ -s "$page" ] || { missing="$missing $command"; continue; }
	plain "$manual/comporta.1" | grep -q "^comporta-$command(1)" ||
		missing="$missing comporta(1):$command"
	for option in $("$comporta" "$command" --help |
			sed -n '/^Options$/,$s/^  \(-[^ ]*\).*/\1/p'); do
		plain "$page" | grep -q -- "^$option\( \|$\)" ||
			missing="$missing $command:$option"
	done
done
equal "a page for every command, with every option" "" "$missing"

# "section.name"
options() {
	"$comporta" check --options | sed -n '
		s/^\[\(.*\)\]$/[\1/p
		s/^  \([a-z_]*\) .*/\1/p' |
		awk '/^\[/ { section = substr($0, 2) "."; next }
			{ print section $0 }'
}
options >"$work/options"
equal "there are options" yes \
	"$([ "$(wc -l <"$work/options")" -gt 120 ] && echo yes)"
plain "$manual/comporta.conf.5" >"$work/page"
"$build/describe" --values | sed 's/ = .*//' | sort >"$work/described"
missing=
while read -r option; do
	grep -qx "$option" "$work/page" || missing="$missing $option"
done <"$work/options"
equal "comporta.conf(5) has every option" "" "$missing"
equal "as many as are described" "$(sort "$work/options")" \
	"$(cat "$work/described")"
equal "each in it with its values" "$(wc -l <"$work/options")" \
	"$(tr '\n' ' ' <"$work/page" | grep -o 'Allowed: ' | wc -l)"

equal "every section says what it is about (sections.def)" "" "$(
	awk 'after && /^\.TP/ { print after } { after = "" }
		/^\.SS/ && $2 != "Without" { after = $2 }' \
		"$manual/comporta.conf.5")"

# The example, as it is and with every line in force, changes nothing.
conf=$manual/comporta.conf
sed 's/^\(\t*\)#\([a-z_]* = \)/\1\2/' "$conf" >"$work/all.conf"
equal "every option stands in the example once" "$(wc -l <"$work/options")" \
	"$(grep -c '^	*#[a-z_]* = .*;$' "$conf")"
! grep -q '^	*#' "$work/all.conf" && good "nothing is left commented out" ||
	bad "nothing is left commented out"
"$build/describe" --values >"$work/values"
for file in "$conf" "$work/all.conf"; do
	expect "${file##*/} loads" 0 "" check --options -c "$file"
	equal "${file##*/} changes nothing" "" \
		"$("$build/describe" --values "$file" 2>&1 |
			diff "$work/values" - | head -n 5)"
done
# The package's sets what its users and folders need, and nothing else.
"$build/describe" --values "$manual/packaged.conf" >"$work/packaged" 2>&1
equal "the package sets its users and folders only" \
	"database.file reader_user secret_file serve.user" \
	"$(diff "$work/values" "$work/packaged" | sed -n 's/^> \(.*\) = .*/\1/p' |
		sort | paste -sd' ')"
# ... but it is in force: another value is seen.
sed 's/^mode = .*/mode = "enforce";/' "$work/all.conf" >"$work/other.conf"
equal "what is changed counts" 'mode = "enforce"' \
	"$("$build/describe" --values "$work/other.conf" | grep '^mode = ')"
expect "the examples of values load" 0 "" \
	check --options -c "$manual/examples.conf"
equal "no line is longer than 80 columns" "" \
	"$(expand "$conf" | awk 'length > 80' | head -n 3)"

# Well formed, by two readers.
for page in "$manual"/*.[1-8] packaging/*.[1-8]; do
	[ -e "$page" ] || continue
	found=$(mandoc -Tlint -W warning "$page" 2>&1
		groff -man -Tutf8 -ww -z "$page" 2>&1)
	equal "${page##*/} is well formed" "" "$found"
done

# Completion answers as bash asks.
complete_words() { # words... : what completes the last one
	bash -c '
		set -u
		compopt() { :; }
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_comporta comporta "${@: -1}" "${@: -2:1}"
		printf "%s\n" "${COMPREPLY[@]}"
	' - "$manual/comporta.bash" "$@" 2>&1 | paste -sd' '
}
equal "completion: commands" "status" "$(complete_words comporta stat)"
equal "completion: all of them" \
	"$(printf '%s\n' --help --version $commands | paste -sd' ')" \
	"$(complete_words comporta '')"
equal "completion: options" "--learn
--learn-until" "$(
	complete_words comporta scan --le
	complete_words comporta replay --le | tr -d '\n')"
equal "completion: words" "release" \
	"$(complete_words comporta lift --queue rel)"
equal "completion: settings" "notice.digest=" \
	"$(complete_words comporta scan --set notice.dig)"
equal "completion: first words" "disallow" \
	"$(complete_words comporta token dis)"
touch "$work/a mail.log"
equal "completion: files" "$work/a mail.log" \
	"$(complete_words comporta events "$work/a m")"
missing=
for command in $commands; do
	offered=" $(complete_words comporta "$command" -) "
	for option in $("$comporta" "$command" --help |
			sed -n '/^Options$/,$s/^  \(-[^ ]*\).*/\1/p'); do
		[[ $offered == *" $option "* ]] ||
			missing="$missing $command:$option"
	done
done
equal "completion: every option of every command" "" "$missing"
if command -v zsh >/dev/null; then
	zsh -n "$manual/_comporta" 2>"$work/zsh" &&
		good "zsh's completion is well formed" ||
		bad "zsh's completion is well formed" "$(cat "$work/zsh")"
fi

finish
