#!/bin/bash
# test_events.sh - which kinds of line `events` shows, whoever wrote the log:
# what one server says in two lines another says in one.
set -u
. "$(dirname "$0")/lib.sh"
log=$work/mail.log

# what, the kinds (and recipients) that must come out; the log is read from
# standard input
shows() {
	cat >"$log"
	run events --json "$log"
	got=$(sed -n 's/.*"kind":"\([a-z_]*\)".*"recipients":\([0-9nul]*\).*/\1 \2/p' \
		<<<"$out" | tr '\n' ' ')
	if [ "$rc" = 0 ] && [ "$got" = "$2 " ]; then
		good "$1"
	else
		bad "$1" "exit $rc, $got instead of $2: $err"
	fi
}

shows "Postfix: who brings mail, and the message" "queued 1" <<'END'
2026-11-20T10:00:00Z mx postfix/smtpd[1]: 4XyZ1: client=a.example[203.0.113.9]
2026-11-20T10:00:00Z mx postfix/qmgr[2]: 4XyZ1: from=<x@a.example>, size=812, nrcpt=1 (queue active)
END

shows "Exim: mail from elsewhere is a message that is queued" "queued 2" <<'END'
2026-11-20 10:00:00 1vnYk1-0033BQ-1E <= x@a.example H=a.example [203.0.113.9] P=esmtps S=812 for u@b.example v@b.example
END

shows "Exim: with a login it is a submission" "submission 1" <<'END'
2026-11-20 10:00:00 1vnYk1-0033BQ-1E <= u@b.example H=a.example [203.0.113.9] P=esmtpsa A=plain:u@b.example S=812 for x@a.example
END

shows "Sendmail: the same" "queued 1 login null submission 1" <<'END'
Nov 20 10:00:00 mx sm-mta[7]: 5AKA00xx000007: from=<x@a.example>, size=812, class=0, nrcpts=1, proto=ESMTP, daemon=MTA, relay=a.example [203.0.113.9]
Nov 20 10:00:01 mx sm-mta[8]: AUTH=server, relay=c.example [203.0.113.8], authid=u@b.example, mech=PLAIN, bits=0
Nov 20 10:00:01 mx sm-mta[8]: 5AKA01xx000008: from=<u@b.example>, size=812, class=0, nrcpts=1, proto=ESMTPSA, daemon=MTA, relay=c.example [203.0.113.8]
END

shows "OpenSMTPD: the same" "queued 1 closed null" <<'END'
Nov 20 10:00:00 mx smtpd[7]: f7a2e6aa567530c9 smtp connected address=203.0.113.9 host=a.example
Nov 20 10:00:00 mx smtpd[7]: f7a2e6aa567530c9 smtp message msgid=5df87c90 size=812 nrcpt=1 proto=ESMTP
Nov 20 10:00:00 mx smtpd[7]: f7a2e6aa567530c9 smtp disconnected reason=quit
END

# What the text shows; the log is read from standard input.
text_of() {
	cat >"$log"
	run events "$log"
}

text_of <<'END'
2026-11-20T10:00:00Z mx postfix/smtpd[1]: warning: unknown[198.51.100.77]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=boss@firma.example client=203.0.113.9
END
equal "a login cannot name a client" \
	'account="boss@firma.example client=203.0.113.9" client=198.51.100.77' \
	"account${out#* account}"

# what, a text that standard error must hold
tells() {
	if [[ $err == *"$2"* ]]; then good "$1"; else bad "$1" "$err"; fi
}

tells "one line" ": 1 line, 1 understood, 0 not needed, 0 unreadable"
equal "seconds and zone" "2026-11-20 10:00:00+00:00" \
	"$(TZ=UTC "$comporta" events "$log" 2>/dev/null | cut -c1-25)"
err=$("$comporta" events - 2>&1 >/dev/null <"$log")
tells "no dash" "standard input: 1 line,"

text_of <<'END'
2026-11-20T10:00:00Z mx postfix/smtpd[1]: 4XyZ1: client=a.example[203.0.113.9]
2026-11-20T10:00:00Z mx postfix/qmgr[2]: 4XyZ1: from=<x@a.example>, size=812, nrcpt=1 (queue active)
END
tells "what is not shown" "2 understood (1 shown, 1 only tell"
expect "a format that was asked for" 0 \
	"as exim, the format that was asked for; it looks like postfix" \
	events --format exim "$log"
for option in -q --json; do
	err=$("$comporta" events $option "$log" 2>&1 >/dev/full)
	equal "a full disk, $option" 74 $?
	tells "and says so, $option" "cannot write: No space left on device"
done
err=$("$comporta" events --help 2>&1 >/dev/full)
equal "no room for --help" 74 $?

text_of <<'END'
mailserver-1  | postfix/smtpd[1]: 4XyZ1: client=a.example[203.0.113.9]
mailserver-1  | postfix/smtpd[1]: 4XyZ2: client=a.example[203.0.113.9]
END
equal "without a time nothing is known" "0 " "$rc $out"
tells "and how to have one" "logs --timestamps"

# Slow enough to be worth a word.
slowly() {
	err=$({ cat "$log"; sleep 2.2; yes "$(cat "$log")" | head -60000; } |
		"$comporta" "$@" 2>&1 >/dev/null)
}
text_of <<'END'
2026-11-20T10:00:00Z mx postfix/qmgr[2]: 4XyZ1: from=<x@a.example>, size=812, nrcpt=1 (queue active)
END
for command in events replay; do
	slowly $command --progress -
	if grep -qE '^  read [0-9.]*[1-9][0-9.]* MB' <<<"$err"; then
		good "$command says how much was read"
	else
		bad "$command says how much was read" "$err"
	fi
done
run events --progress "$log"
equal "but not at once" 1 "$(wc -l <<<"$err")"

for command in $("$comporta" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	equal "$command --help: 80 columns, no blank at an end" "" \
		"$("$comporta" "$command" --help | grep -E '.{81}| $')"
done

finish
