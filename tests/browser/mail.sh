#!/bin/sh
# mail.sh - the notices for mail.js: every kind in every language, as
# tests/command/test_mail.sh leaves them in $FOLDER.
exec bash tests/command/test_mail.sh
