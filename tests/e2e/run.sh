#!/bin/sh
# Run every end-to-end test of this folder, or those that are named. Installs
# nothing, needs root. The last line is "N passed, N failed".
cd "$(dirname "$0")" || exit 70
passed=0
failed=0
[ $# -gt 0 ] || set -- test_*.py story_*.py
for file in "$@"; do
	echo "== $file"
	if PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$file"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $file"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
