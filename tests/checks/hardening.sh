#!/bin/bash
# hardening.sh - what the compiler and the linker were asked for is in the
# program, and a program built without is found out, claim by claim.
set -u
export LC_ALL=C
passed=0 failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-hardening.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Each is said of a program; yes or no.
header() { readelf -hW "$1" | grep -q "$2"; }
segment() { readelf -lW "$1" | grep -qE "$2"; }
dynamic() { readelf -dW "$1" | grep -qE "$2"; }
calls() { readelf -W --dyn-syms "$1" | grep -qE " UND $2"; }

is_pie() { header "$1" 'Type: *DYN' && dynamic "$1" '\(FLAGS_1\).*PIE'; }
has_relro() { segment "$1" '^ *GNU_RELRO'; }
binds_now() { dynamic "$1" '\(FLAGS(_1)?\).*NOW'; }
has_no_executable_stack() { segment "$1" '^ *GNU_STACK .* RW +0x'; }
has_nothing_writable_and_executable() { ! segment "$1" '^ *LOAD .* RWE '; }
has_no_text_relocations() { ! dynamic "$1" 'TEXTREL'; }
has_no_search_path() { ! dynamic "$1" '\((RPATH|RUNPATH)\)'; }
has_stack_protector() { calls "$1" '__stack_chk_fail'; }
is_fortified() { calls "$1" '__(memcpy|snprintf|vsnprintf|read)_chk'; }
# Where a pointer may lead; the libraries' own parts of a program have it or not.
main_of() { objdump -d --no-show-raw-insn "$1" | sed -n '/<main>:$/,/^$/p'; }
has_branch_protection() { main_of "$1" | sed -n 2p | grep -q endbr64; }
# A frame larger than a page is walked page by page: "orq $0x0,(%rsp)".
has_clash_protection() {
	objdump -d --no-show-raw-insn "$1" | grep -q 'or[lq]* *\$0x0,(%[er]sp)'
}

claims=(is_pie has_relro binds_now has_no_executable_stack
	has_nothing_writable_and_executable has_no_text_relocations
	has_no_search_path has_stack_protector is_fortified)
[ "$(uname -m)" != x86_64 ] ||
	claims+=(has_branch_protection has_clash_protection)

tell() { # what, wanted (yes or no), got
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
		echo "ok    $1"
	else
		failed=$((failed + 1))
		echo "FAIL  $1"
	fi
}
answer() { if "$@"; then echo yes; else echo no; fi; }

# A small program with a buffer on its stack, whose length nobody knows, and a
# frame of more than a page.
cat >"$work/small.c" <<'END'
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int n, char **words)
{
	char large[20000], small[16];

	memcpy(small, words[0], (size_t)n);
	if (read(0, large, (size_t)n) < 0)
		return 1;
	return snprintf(large, (size_t)n, "%s", small) + large[n];
}
END
# Two programs: one without nearly all of it, and one with an address in its
# text and a segment that can be written and executed.
bare=(-O2 -fno-pie -no-pie -fno-stack-protector -fcf-protection=none
	-fno-stack-clash-protection -U_FORTIFY_SOURCE "-Wl,-z,norelro,-z,lazy"
	"-Wl,-z,execstack,-rpath,/tmp,--disable-new-dtags")
[ "$(uname -m)" = x86_64 ] || bare=("${bare[@]/-fcf-protection=none/}")
gcc "${bare[@]}" -o "$work/bare" "$work/small.c" 2>"$work/said" || {
	cat "$work/said"
	exit 70
}
cat >"$work/text.c" <<'END'
int elsewhere;
__asm__(".section .text.address, \"ax\"\n.quad elsewhere\n"
	".section .both, \"awx\"\n.quad 0\n.text");
int main(void) { return elsewhere; }
END
gcc -O2 -pie -fPIE -Wl,-z,notext -o "$work/text" "$work/text.c" \
	2>"$work/said" || {
	cat "$work/said"
	exit 70
}

program=${COMPORTA:-build/comporta}
for claim in "${claims[@]}"; do
	tell "$claim" yes "$(answer "$claim" "$program")"
	case $claim in
	has_no_text_relocations | has_nothing_writable*) without=$work/text ;;
	*) without=$work/bare ;;
	esac
	tell "without: $claim" no "$(answer "$claim" "$without")"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
