#include "detector/commands/check_findings.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>

void findings_good(const char *part, const char *words)
{
	if (!log_is_quiet())
		printf("  ok    %-10s %s\n", part, words);
}

void findings_note(const char *part, const char *words)
{
	if (!log_is_quiet())
		printf("  note  %-10s %s\n", part, words);
}

void findings_mend(struct findings *findings, const char *part,
		   const char *words, int code)
{
	printf("  MEND  %-10s %s\n", part, words);
	if (findings->n_bad++ == 0)
		findings->code = code;
}

void findings_bad(struct findings *findings, const char *part,
		  const struct err *err)
{
	struct text words = TEXT_INIT(4096);

	text_add_visible(&words, slice_from(err->text));
	findings_mend(findings, part, text_string(&words), err->code);
	text_release(&words);
}
