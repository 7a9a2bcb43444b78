#!/bin/bash
# The scorer, the published rules and the fit of bench/, on hand-made runs.
cd "$(dirname "$0")" || exit 70
# Debian's own, which has numpy; another one in front of it may not.
exec "${PYTHON:-/usr/bin/python3}" -B score_cases.py
