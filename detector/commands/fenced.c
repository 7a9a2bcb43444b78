#include "detector/commands/fenced.h"

#include "base/log.h"
#include "detector/settings.h"

int fenced_close(const struct fence_rules *rules, struct err *err)
{
	bool has_landlock = fence_has_landlock();

	if (settings.fence == FENCE_OFF) {
		log_warning("fence is off: whoever takes over this process by "
			    "what it reads may do all that its user may");
		return 0;
	}
	if (fence_close(rules, err) < 0) {
		err_prefix(err, "this process must not read without a fence "
			   "(fence = \"off\" lets it): ");
		return -1;
	}
	if (!has_landlock)
		log_debug("this kernel has no landlock; the fence is of "
			  "seccomp alone");
	return 0;
}
