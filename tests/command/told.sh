# told.sh - for scripts about alarms: a mail server, a receiver of webhooks and
# the endpoint, and `told`, which asks all three. Sourced after lib.sh;
# "${tell[@]}" are the options that make comporta use them.

hooks=$work/hooks
mkdir "$hooks" "$work/mails"
/usr/bin/python3 tests/support/smtp-sink.py "$work/smtp" "$work/mails.list" \
	--refuse refused@ --keep "$work/mails" &
told_pids=$!
/usr/bin/python3 tests/command/webhook_receiver.py "$hooks" &
told_pids="$told_pids $!"
told_end() {
	kill $told_pids 2>/dev/null
	chmod -R u+rwX "$work" 2>/dev/null
	rm -rf "$work"
}
trap told_end EXIT
eventually test -s "$work/smtp" -a -s "$hooks/port"
printf 'a key that nobody guesses\n' >"$work/key"
chmod 600 "$work/key"
tell=(--set "smtp.url=smtp://127.0.0.1:$(cat "$work/smtp")"
	--set smtp.from=help@provider.example
	--set notice.operator=boss@provider.example --set notice.digest=off
	--set "webhook.urls=http://127.0.0.1:$(cat "$hooks/port")/"
	--set "webhook.secret_file=$work/key")

told_serve() { # options
	# Else the port of the last one may be read.
	rm -f "$work/serve"
	"$comporta" serve --listen 127.0.0.1:0 \
		--set serve.metrics_without_token=true "$@" 2>"$work/serve" &
	told_pids="$told_pids $!"
	eventually has "$work/serve" "port" ||
		bad "serve starts" "$(cat "$work/serve")"
	told_port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$work/serve")
}

mails() { # beginning of the subject
	grep -l "^Subject: $1" "$work/mails"/*.eml 2>/dev/null | wc -l
}
hooks() { # event, alarm
	cat "$hooks"/*.body /dev/null 2>/dev/null | jq -s "map(select(
		.event == \"$1\" and .alarm.name == \"$2\")) | length"
}
metric() { # series as it stands
	curl -s "http://127.0.0.1:$told_port/metrics" |
		sed -n "s/^$1 //p"
}

# How often it began and was over, by mail, webhook and metric.
told() { # what, alarm, words of its subject, begun, over
	equal "$1: mails" "$4 $5" \
		"$(mails "Alarm: $3") $(mails "Over: $3")"
	equal "... webhooks" "$4 $5" \
		"$(hooks alarm "$2") $(hooks alarm_over "$2")"
	equal "... metrics" "$4 $(($4 - $5))" \
		"$(metric "comporta_alarms_total{name=\"$2\"}") $(metric \
			"comporta_alarms_active{name=\"$2\"}")"
}

# What could be told afterwards only.
told_past() { # what, alarm, words
	equal "$1: mails" "0 1" "$(mails "Alarm: $3") $(mails "Over: $3")"
	equal "... webhooks" "0 1" \
		"$(hooks alarm "$2") $(hooks alarm_over "$2")"
	equal "... metrics" "1 0" \
		"$(metric "comporta_alarms_total{name=\"$2\"}") $(metric \
			"comporta_alarms_active{name=\"$2\"}")"
}
