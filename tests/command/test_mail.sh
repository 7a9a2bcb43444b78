#!/bin/bash
# Every notice in every language, as the program makes it, read by Python's
# parser. The HTML parts stay in build/browser/mail for tests/browser.
. "$(dirname "$0")/lib.sh"
pages=${BUILD:-build}/browser/mail
db=$work/state/comporta.db
export TZ=Europe/Warsaw
run suspend --force --reason x "${state[@]}" --set smtp.url="file://$work/x" \
	anna@firma.example

# what, panel, folder, "bare" or nothing, options
make_all() {
	local what=$1 panel=$2 folder=$3 bare=$4 said
	shift 4
	rm -rf "$work/mail"
	mkdir "$work/mail"
	python3 tests/support/mail-cases.py fill "$db" || bad "$what: rows"
	run notify "${state[@]}" --set smtp.url="file://$work/mail" \
		--set smtp.from=pomoc@provider.example \
		--set panel.name="$panel" "$@"
	equal "$what: all are sent" 0 $rc
	said=$(python3 tests/support/mail-cases.py check "$work/mail" \
		"$pages/$folder" $bare) && good "$what: ${said##*$'\n'}" ||
		bad "$what" "$said"
}

rm -rf "$pages"
make_all "as a provider sets it up" own full "" \
	--set serve.public_url=https://mail.provider.example/comporta \
	--set notice.support_contact=pomoc@provider.example \
	--set notice.provider_name='Hoster, Łódź & Söhne' \
	--set smtp.from_name='Hoster, Łódź & Söhne "Pomoc"' \
	--set notice.panel_url=panel.provider.example
make_all "with application passwords" mailu apps "" \
	--set serve.public_url=https://mail.provider.example/comporta/ \
	--set notice.support_contact=pomoc@provider.example \
	--set notice.provider_name=Hoster \
	--set notice.panel_url=panel.provider.example
make_all "without any option" own bare bare \
	--set lift.self_service=false
finish
