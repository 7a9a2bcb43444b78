#include "detector/settings.h"

#include "base/log.h"

int settings_try(const char *path, bool must_exist, const char *const *sets,
		 size_t n_sets, struct settings_trial *trial_out,
		 struct err *err)
{
	size_t n;
	const struct conf_section *sections = settings_sections(&n);
	struct settings_trial trial = { conf_set_aside(sections, n) };

	if (settings_load(path, must_exist, sets, n_sets, err) < 0) {
		settings_go_back(&trial);
		return -1;
	}
	*trial_out = trial;
	return 0;
}

void settings_go_back(struct settings_trial *trial)
{
	conf_put_back(&trial->aside);
}

void settings_go_on(struct settings_trial *trial, const char *const *fixed,
		    const char *who)
{
	for (size_t i = 0; fixed[i]; i++) {
		if (!conf_differs(trial->aside, fixed[i]))
			continue;
		log_warning("%s changed: %s goes on with the old value until "
			    "it is started anew", fixed[i], who);
		conf_keep_old(trial->aside, fixed[i]);
	}
	conf_drop(&trial->aside);
}
