#include "detector/commands/reload.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/service.h"
#include "detector/settings.h"

bool reload(const struct invocation *invocation, const struct reload *how)
{
	const char *named = invocation->config;
	struct settings_trial trial;
	struct err err;

	service_reloading(clock_monotonic_us());
	if (settings_try(named ? named : paths_config, named != NULL,
			 invocation->sets, invocation->n_sets, &trial,
			 &err) == 0) {
		if (how->check(how->context, &err) == 0) {
			how->let_go(how->context);
			settings_go_on(&trial, how->fixed, how->who);
			log_info("the configuration was read anew");
			return true;
		}
		settings_go_back(&trial);
	}
	log_error("the new configuration is not used, the old one goes on: %s",
		  err.text);
	return false;
}
