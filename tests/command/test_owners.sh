#!/bin/bash
# check, typed by root, who can open everything: it says what the users of the
# reader and of the actor could not.
. "$(dirname "$0")/lib.sh"
if [ "$(id -u)" != 0 ]; then
	echo "not root: whatever is there is ours"
	finish
	exit
fi
chmod 755 "$work"
log=$work/mail.log
burst anna@firma.example >"$log"
group=$(id -gn nobody)
install -d -o nobody -g "$group" -m 2770 "$work/desk"
install -d -o nobody -g "$group" -m 2750 "$work/state" "$work/state/state"
desk=(--state-dir "$work/state" --set reader_user=nobody
	--set secret_file="$work/desk/secret" --set sources="$log"
	--set database.file="$work/desk/comporta.db")

says() { # what, pattern
	local out
	out=$("$comporta" check "${desk[@]}" 2>&1)
	grep -qE -- "$2" <<<"$out" && good "$1" || bad "$1" "$out"
}
says_not() { # what, pattern
	local out
	out=$("$comporta" check "${desk[@]}" 2>&1)
	grep -qE -- "$2" <<<"$out" && bad "$1" "$out" || good "$1"
}

says "a log that all may read" "^  ok    log "
says_not "nothing is another's" "^  (MEND|note)  owner"
chmod 600 "$log"
says "a log that only root may read" "^  MEND  log .*Permission denied"
chmod 644 "$log"
install -o root -g root -m 640 /dev/null "$work/desk/secret"
says "a secret that root made" "owner .*run: chown --reference=$work/desk "
chgrp "$group" "$work/desk/secret"
says_not "... and the folder's group may read" "^  MEND  owner"
rm "$work/desk/secret"
install -o root -m 600 /dev/null "$work/state/lock"
says "a lock of root's" "owner .*$work/state/lock is not nobody's.*chown -R nobody"
rm "$work/state/lock"
install -o root -m 600 /dev/null "$work/password"
desk+=(--set smtp.password_file="$work/password")
says "a password only for root" "^  note  owner .*only root may read"
chgrp "$group" "$work/password"
chmod 640 "$work/password"
says_not "... for its group" "^  note  owner"
finish
