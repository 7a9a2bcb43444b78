#!/bin/bash
# The endpoint as a stranger meets it: bytes on sockets, few of them polite.
# What is asked and what must come back stands in http_hostile.py.
set -u
. "$(dirname "$0")/lib.sh"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$(dirname "$0")/http_hostile.py" \
	"$comporta" "$work"
