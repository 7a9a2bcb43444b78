#!/bin/bash
# machine.sh - a scratch machine: this one, but whatever is written to /etc,
# /usr, /var, /opt, /root and /run is gone when the shell ends, there is no
# network but loopback, and every process that is left is ended with it. So the
# commands of a document can be run as they are printed.
#
# Sourced by scene.sh, inside `unshare --mount --net --pid --fork --mount-proc`.
# Leaves logs in /var/log, GeoIP files in /var/lib/comporta-geoip, and $log_day.
scratch=/mnt
mount -t tmpfs -o mode=755 scratch "$scratch" || exit 70
for folder in etc usr var opt root; do
	mkdir -p "$scratch/$folder" "$scratch/.$folder"
	mount -t overlay -o "lowerdir=/$folder,upperdir=$scratch/$folder" \
		-o "workdir=$scratch/.$folder" overlay "/$folder" || exit 70
done
mount -t tmpfs -o mode=755 run /run && mkdir -p /run/lock || exit 70
ip link set lo up 2>/dev/null || exit 70
# Nobody answers for names here: do not wait for them.
printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n' \
	>/etc/nsswitch.conf
echo "127.0.0.1 localhost $(uname -n)" >/etc/hosts
# What an earlier installation left on the machine below.
rm -rf /etc/comporta /var/lib/comporta* /var/log/mail.* /etc/cron.d/comporta \
	/usr/local/bin/comporta /usr/local/share/comporta \
	/usr/local/lib/systemd/system/comporta-*
export PATH=$here/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LC_ALL=C.UTF-8 no_proxy=127.0.0.1

# Where geoipupdate, or our fetch helper, would have put them.
mkdir -p /var/lib/comporta-geoip
cp "$COUNTRY_DB" /var/lib/comporta-geoip/country.mmdb
cp "$ASN_DB" /var/lib/comporta-geoip/asn.mmdb

# Ten days of a small host, rotated; three passwords are stolen on the last day,
# which is yesterday.
log_day=$(date -u -d yesterday +%F)
"$root/$BUILD/generate" --accounts 600 --days 10 --end "$log_day" --stolen 3 \
	--labels "$work/labels" >"$work/all.log" || exit 70
names=
while read -r thief _ && read -r name <&3; do
	names="${names}s/${thief//./\\.}/$name/g;"
done <"$work/labels" 3<<<$'anna@firma.example\njoao@loja.example\nola@firma.example'
log_of() { # so many days before the last one: from, to
	local i pattern=
	for i in $(seq "$2" "$1"); do
		pattern="$pattern -e ^$(date -u -d "$log_day - $i days" +%F)"
	done
	# shellcheck disable=SC2086
	grep $pattern "$work/all.log" | sed "$names"
}
log_of 9 4 | gzip -1 >/var/log/mail.log.2.gz
log_of 3 1 >/var/log/mail.log.1
log_of 0 0 >/var/log/mail.log
chgrp adm /var/log/mail.log*
chmod 640 /var/log/mail.log*
