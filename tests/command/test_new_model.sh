#!/bin/bash
# A decision waited in the journal, and the model is another one since: the
# process that acts does not take it. The thief is not left alone for that.
. "$(dirname "$0")/lib.sh"
log=$work/mail.log
mkdir "$work/mails"
enforce=("${state[@]}" --set mode=enforce --set smtp.url="file://$work/mails")
blocks() { sqlite3 "$work/state/comporta.db" \
	'SELECT COUNT(*) FROM comporta_block' 2>/dev/null; }

burst anna@firma.example >"$log"
run scan "${enforce[@]}" "${geo[@]}" --set act.socket="$work/nobody" "$log"
equal "nobody acts: it waits" 69 $rc

run scan "${enforce[@]}" "${geo[@]}" --set judge.hazard=1e-5 "$log"
equal "it is of another model" 65 $rc
equal "so nobody is stopped by it" 0 "$(blocks)"
run scan "${enforce[@]}" "${geo[@]}" --set judge.hazard=1e-5 "$log"
equal "it is gone" 0 $rc

burst anna@firma.example | tail -2 | sed 's/4Xb/4Xc/' >>"$log"
run scan "${enforce[@]}" "${geo[@]}" --set judge.hazard=1e-5 "$log"
equal "the next message is judged by the new one" 0 $rc
equal "and anna is stopped" 1 "$(blocks)"
finish
