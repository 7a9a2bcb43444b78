#!/bin/bash
# test_boot.sh - the units under a real systemd: this machine's own files below
# an overlay, `make install` on top, booted in namespaces (systemd-nspawn). A log
# is written, the reader decides, the actor stops, serve answers, each as its own
# user behind its fences. Part of `make check-all`. Needs root.
#
# What is booted sees no network but its own loopback, and writes into memory.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/command/lib.sh
[ "$(id -u)" = 0 ] || { echo "SKIPPED the units: needs root"; finish; exit; }
command -v systemd-nspawn >/dev/null || {
	bad "systemd-nspawn" "is missing: sh packaging/deps.sh all"
	finish
	exit
}
# The Makefile's own folder, whatever the program is.
make -s all >/dev/null || exit 1
mkdir "$work/lower" "$work/memory"
# shellcheck disable=SC2154
trap 'umount "$work/memory/root" "$work/memory" "$work/lower" 2>/dev/null
	rm -rf --one-file-system "$work"' EXIT
mount --bind / "$work/lower" && mount --make-private "$work/lower" &&
	mount -t tmpfs -o size=2G none "$work/memory" || exit 1
mkdir "$work/memory/up" "$work/memory/work" "$work/memory/root"
root=$work/memory/root
mount -t overlay none -o "lowerdir=$work/lower,upperdir=$work/memory/up" \
	-o "workdir=$work/memory/work" "$root" || exit 1

# What this machine's own comporta may have left is not there.
rm -rf "$root"/var/lib/comporta* "$root/etc/comporta" \
	"$root"/etc/systemd/system/*.wants
# No first boot, which would enable whatever is installed here.
[ -s "$root/etc/machine-id" ] || systemd-id128 new >"$root/etc/machine-id"
make -s install DESTDIR="$root" >/dev/null 2>&1 || bad "make install"
mkdir -p "$root/etc/comporta" "$root/srv/geo"
cp build/geoip/*.mmdb "$root/srv/geo/"
cat >"$root/etc/comporta/comporta.conf" <<'END'
mode = "enforce";
sources = ( "/var/log/mail.log", "journal:" );
home = ( "PL" );
country_db = "/srv/geo/country.mmdb";
asn_db = "/srv/geo/asn.mmdb";
secret_file = "/var/lib/comporta-desk/secret";
database: { file = "/var/lib/comporta-desk/comporta.db"; };
smtp: { url = "file:///var/lib/comporta-desk/mails"; };
actions: {
	on_block = ( "install -o nobody -m 600 /dev/null /run/comporta/made" );
	timeout = "5s";
};
END
burst anna@firma.example >"$root/srv/burst.log"
burst ola@firma.example >"$root/srv/later.log"
burst iza@firma.example >"$root/srv/last.log"
cp packaging/comporta-act-programs.conf "$root/srv/"
burst ewa@firma.example | cut -d' ' -f3- >"$root/srv/journal.log"
cat >"$root/srv/trial.sh" <<'END'
exec >/srv/trial.out 2>/srv/trial.err
db=/var/lib/comporta-desk/comporta.db
wait_for() { # what, wanted, command...
	local what=$1 want=$2 got=
	shift 2
	for _ in $(seq 1 100); do
		got=$("$@" 2>/dev/null)
		[ "$got" != "$want" ] || break
		sleep 0.2
	done
	echo "$what=$got"
}
blocked() { sqlite3 $db "SELECT COUNT(*) FROM comporta_send_block"; }
systemd-sysusers comporta.conf
systemd-tmpfiles --create comporta.conf
install -m 640 -g adm /dev/null /var/log/mail.log
install -d -o comporta -g comporta -m 770 /var/lib/comporta-desk/mails
# By root, before anybody else: what it makes must not stay root's.
comporta check --create-tables >/srv/check.out 2>&1
sqlite3 $db "INSERT INTO comporta_mailbox (account, password_hash) VALUES
	('anna@firma.example', '{PLAIN}x'), ('ola@firma.example', '{PLAIN}x'),
	('ewa@firma.example', '{PLAIN}x'), ('iza@firma.example', '{PLAIN}x')"
systemctl start comporta-watch comporta-serve
for unit in watch act serve; do
	echo "$unit=$(systemctl is-active comporta-$unit)"
done
cat /srv/burst.log >>/var/log/mail.log
wait_for stopped 1 blocked
wait_for told 1 sqlite3 $db \
	"SELECT COUNT(*) FROM comporta_notice WHERE state = 'sent'"
wait_for ready ready curl -s http://127.0.0.1:8025/readyz
token=$(comporta token add desk --role support -q)
wait_for known blocked sh -c "curl -s -H 'Authorization: Bearer $token' \
	http://127.0.0.1:8025/api/v1/accounts/anna@firma.example |
	jq -r 'select(.countries | length > 0) | .standing'"
for unit in watch act serve; do
	id=$(systemctl show -p MainPID --value comporta-$unit)
	echo "$unit.user=$(ps -o user:32= -p "$id" | tr -d ' ')"
	echo "$unit.capabilities=$(sed -n 's/^CapEff:[\t0]*//p' /proc/$id/status)"
	echo "$unit.rights=$(sed -n 's/^NoNewPrivs:\t//p' /proc/$id/status)"
	echo "$unit.filters=$(sed -n 's/^Seccomp_filters:\t//p' \
		/proc/$id/status)"
	echo "$unit.network=$([ "$(readlink /proc/$id/ns/net)" = \
		"$(readlink /proc/1/ns/net)" ] && echo shared || echo none)"
done
as_reader() { runuser -u comporta-reader -- "$@"; }
as_reader cat /var/log/mail.log >/dev/null && echo reader.log=read
as_reader cat $db >/dev/null || echo reader.database=refused
as_reader cat /var/lib/comporta-desk/secret >/dev/null ||
	echo reader.secret=refused
runuser -u comporta-serve -- sh -c 'echo x >>/var/lib/comporta/state/data.mdb' ||
	echo serve.state=refused
systemctl reload comporta-watch comporta-act
wait_for reloaded "active active" sh -c \
	"systemctl is-active comporta-watch comporta-act | xargs"
# A reader that dies comes back and goes on.
systemctl kill -s KILL comporta-watch
cat /srv/later.log >>/var/log/mail.log
wait_for again 2 blocked
while IFS= read -r line; do
	logger -p mail.info -t "${line%%:*}" -- "${line#*: }"
done </srv/journal.log
wait_for journal 3 blocked
# Programs that need root, by the drop-in.
wait_for made comporta stat -c %U /run/comporta/made
install -D -m 644 /srv/comporta-act-programs.conf \
	/etc/systemd/system/comporta-act.service.d/programs.conf
systemctl daemon-reload
systemctl restart comporta-act
cat /srv/last.log >>/var/log/mail.log
wait_for "after a restart" 4 blocked
wait_for made.by nobody stat -c %U /run/comporta/made
systemctl stop comporta-watch
systemctl start comporta-scan && echo scan=fine
systemctl stop comporta-serve comporta-act
echo "failed=$(systemctl --no-legend --plain list-units --failed 'comporta*' |
	xargs)"
journalctl --no-pager -u 'comporta-*' >/srv/trial.journal
systemctl poweroff --force
END
cat >"$root/etc/systemd/system/trial.service" <<'END'
[Service]
Type=oneshot
ExecStart=/bin/bash /srv/trial.sh
TimeoutStartSec=150
FailureAction=poweroff-force
END
timeout 200 systemd-nspawn --quiet --directory="$root" --register=no \
	--keep-unit --private-network --boot systemd.unit=basic.target \
	systemd.wants=trial.service >"$work/boot.log" 2>&1 </dev/null
out=$root/srv/trial.out
[ -s "$out" ] || bad "it boots" "$(tail -n 20 "$work/boot.log")"

is() { # what, name, wanted
	equal "$1" "$3" "$(sed -n "s/^$2=//p" "$out")"
}
for unit in watch act serve; do
	is "$unit starts" "$unit" active
	is "$unit has no capability" "$unit.capabilities" ""
	is "$unit gains no rights" "$unit.rights" 1
done
is "the reader's user" watch.user comporta-reader
is "the actor's user" act.user comporta
is "serve's user" serve.user comporta-serve
is "the reader has no network" watch.network none
# systemd's filters, and our own behind them.
for unit in watch serve; do
	more=$(sed -n "s/^$unit.filters=//p" "$out")
	[ "${more:-0}" -gt "$(sed -n 's/^act.filters=//p' "$out")" ] &&
		good "$unit has a fence of its own as well" ||
		bad "$unit has a fence of its own as well" "$more"
done
is "the reader reads the log" reader.log read
is "... but not the database" reader.database refused
is "... nor the secret" reader.secret refused
is "serve writes nothing that is remembered" serve.state refused
is "who was stolen is stopped" stopped 1
is "... and told" told 1
is "serve is ready" ready ready
is "... and knows what the reader knows" known blocked
is "read anew" reloaded "active active"
is "a reader that was killed comes back" again 2
is "what journald has is read as well" journal 3
is "a program cannot give files away" made comporta
is "the reader finds an actor that was restarted" "after a restart" 4
is "... whom the drop-in lets" made.by nobody
is "a scan instead" scan fine
is "none has failed" failed ""
equal "no secret is in the journal" 0 "$(grep -cF "$(cat \
	"$root/var/lib/comporta-desk/secret" 2>/dev/null | tr -d '\0\n' |
	head -c 6)" "$root/srv/trial.journal")"
[ "$failed" = 0 ] || tail -n 40 "$root/srv/trial.journal" \
	"$root/srv/trial.err"
finish
