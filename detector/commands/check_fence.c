#include "detector/commands/check_fence.h"

#include "base/fence.h"
#include "detector/commands/apart.h"
#include "detector/settings.h"

#include <unistd.h>

static int do_nothing(void *context, struct text *out, struct err *err)
{
	(void)context;
	(void)out;
	(void)err;
	return 0;
}

/* Inside the fence files are still read, by what their modes say. */
static void check_user(void)
{
	if (settings.mode == MODE_ENFORCE && !*settings.reader_user &&
	    geteuid() == 0)
		findings_note("fence", "reader_user is not set: started by "
			      "root, who reads logs reads whatever root may, "
			      "the database's password as well. Name a user "
			      "who may read the logs");
}

void check_fence(struct findings *findings)
{
	struct text nothing = TEXT_INIT(1);
	struct err err;

	check_user();
	if (settings.fence == FENCE_OFF)
		findings_note("fence", "fence is off: whoever takes over a "
			      "process by a line of the log may do what its "
			      "user may");
	else if (apart_run(do_nothing, NULL, &nothing, &err) < 0)
		findings_bad(findings, "fence", &err);
	else if (fence_has_landlock())
		findings_good("fence", "who reads logs runs nothing, reaches "
			      "nobody (seccomp) and writes nowhere else "
			      "(landlock)");
	else
		findings_note("fence", "of seccomp alone, which does: this "
			      "kernel has no landlock, or it is not switched "
			      "on (lsm=landlock,...)");
	text_release(&nothing);
}
