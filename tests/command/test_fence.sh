#!/bin/bash
# Who reads logs does it inside the fence, or not at all.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
log=$work/mail.log
burst anna@firma.example >"$log"

# What the kernel says of a process that waits for its standard input.
fence_of() { # command...
	mkfifo "$work/pipe"
	"$comporta" "$@" - <"$work/pipe" >/dev/null 2>&1 &
	local pid=$!
	exec 9>"$work/pipe"
	eventually grep -q "^Seccomp:.*2" "/proc/$pid/status"
	grep -E "^(NoNewPrivs|Seccomp):" "/proc/$pid/status" | tr -d '\t\n'
	exec 9>&-
	wait "$pid"
	rm "$work/pipe"
}
closed="NoNewPrivs:1Seccomp:2"
equal "events is inside" "$closed" "$(fence_of events)"
equal "replay is inside" "$closed" "$(fence_of replay)"
equal "scan --learn is inside" "$closed" "$(fence_of scan --learn \
	"${state[@]}")"
equal "scan is inside" "$closed" "$(fence_of scan "${state[@]}")"

expect "the fence is switched off" 0 "fence is off" events --set fence=off \
	"$log"
expect "it is not said otherwise" 0 "" events -q "$log"
equal "no word of the fence" "" "$(grep -i fence <<<"$err")"
expect "neither on nor off" 78 "fence" events --set fence=maybe "$log"

less() { # what, command...
	local what=$1
	shift
	out=$(python3 "$here/less_kernel.py" "$what" "$comporta" "$@" \
		2>"$work/stderr" </dev/null)
	rc=$?
	err=$(cat "$work/stderr")
}
for command in events replay "scan --learn ${state[*]}" \
	"scan ${state[*]}" "watch ${state[*]}"; do
	# shellcheck disable=SC2086
	less seccomp $command "$log"
	equal "no seccomp, $command: does not start" 77 "$rc"
	equal "... and nothing was read" "" "$out"
	equal "... and says what to do" 1 "$(grep -c 'fence = "off"' \
		<<<"$err")"
done
less seccomp check "${state[@]}" --set sources="$log"
equal "no seccomp: check says it" 1 "$(grep -c '^ *MEND *fence' <<<"$out$err")"
less seccomp events --set fence=off "$log"
equal "no seccomp, and no fence wanted" 0 "$rc"

less landlock events -v "$log"
equal "no landlock: seccomp does" 0 "$rc"
equal "... told with -v" 1 "$(grep -c "no landlock" <<<"$err")"
less landlock events "$log"
equal "... and only then" 0 "$(grep -c "no landlock" <<<"$err")"
less landlock replay --report "$work/page.html" "$log"
equal "... the page is written" "0 yes" \
	"$rc $([ -s "$work/page.html" ] && echo yes)"
less landlock check "${state[@]}" --set sources="$log"
equal "... check says it" 1 "$(grep -c '^ *note *fence.*no landlock' \
	<<<"$out$err")"

# Inside, root reads what root may. The program that asks is not fenced.
if [ "$(id -u)" = 0 ]; then
	run check "${state[@]}" --set mode=enforce --set sources="$log"
	equal "root without reader_user: check says it" 1 \
		"$(grep -c '^ *note *fence.*reader_user is not set' \
			<<<"$out$err")"
	run check "${state[@]}" --set mode=enforce --set sources="$log" \
		--set reader_user=nobody
	equal "... and not with one" 0 \
		"$(grep -c 'reader_user is not set' <<<"$out$err")"
fi

expect "the page, inside both" 0 "wrote" replay --report "$work/page.html" \
	"$log"
program=$(realpath "$comporta")
(cd "$work" && "$program" replay -q --report here.html "$log" >/dev/null)
equal "the page, in this folder" yes \
	"$([ -s "$work/here.html" ] && echo yes)"
finish
