#!/bin/bash
# tidy.sh [FILE...] - clang-tidy, by .clang-tidy, over every .c of the product
# (or these). One file a process: of several, version 14 confuses va_lists.
set -u
export LC_ALL=C
make -s build/paths.def build/openapi.def || exit 70
# In the words of a shell, and without what is for gcc alone.
flags=$(make -s print-flags | sed 's/-W[^ ]*//g; s/-f[^ ]*//g; s/-M[^ ]*//g')
log=build/tidy.log
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(find base detector notifier -name '*.c' | sort)

# shellcheck disable=SC2016
printf '%s\n' "$@" | FLAGS=$flags xargs -P "$(nproc)" -n 1 bash -c '
	promises="-include tests/checks/promises.h"
	[ "$0" != base/err.c ] || promises=
	eval "set -- $FLAGS $promises"
	found=$(clang-tidy --quiet "$0" -- "$@" 2>/dev/null) ||
		printf "%s\n" "${found:-$0: [clang-tidy did not end well]}"
' >$log
bad=$(grep -cE '\[[a-zA-Z][^]]*\]$' $log)
cat $log
echo "$(($# > bad ? $# - bad : 0)) passed, $bad failed"
[ "$bad" = 0 ]
