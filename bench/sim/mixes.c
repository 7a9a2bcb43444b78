/* Other populations: a class occurs so many times more often than usual. */
#include "sim.h"

#include <string.h>

static const struct {
	const char *mix;
	const char *class;
	double factor;
} factors[] = {
	{ "default", "office", 1 },
	{ "abroad", "expatriate", 4 },
	{ "abroad", "traveller", 4 },
	{ "abroad", "mobile_roamer", 2 },
	{ "abroad", "private_vpn", 3 },
	{ "abroad", "satellite", 3 },
	{ "abroad", "office", 0.4 },
	{ "business", "office", 1.5 },
	{ "business", "company_vpn", 3 },
	{ "business", "erp_cloud", 2.5 },
	{ "business", "scanner_device", 2 },
	{ "business", "newsletter", 2 },
	{ "business", "monthly_list", 2 },
	{ "business", "shared_role", 2 },
	{ "business", "school_nat", 0.2 },
	{ "school", "school_nat", 5 },
	{ "school", "coffee_shops", 2 },
	{ "private", "office", 0.2 },
	{ "private", "ipv6_dual_stack", 3 },
	{ "private", "own_webmail", 2 },
	{ "private", "webmail_fetch", 3 },
	{ "private", "private_vpn", 2 },
	{ "private", "dormant", 2 },
};

#define FACTORS (sizeof(factors) / sizeof(factors[0]))

double mix_factor(const char *mix, const char *class_name)
{
	for (size_t i = 0; i < FACTORS; i++)
		if (!strcmp(factors[i].mix, mix) &&
		    !strcmp(factors[i].class, class_name))
			return factors[i].factor;
	return 1;
}

bool mix_known(const char *mix)
{
	for (size_t i = 0; i < FACTORS; i++)
		if (!strcmp(factors[i].mix, mix))
			return true;
	return false;
}
