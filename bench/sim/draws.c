/*
 * Draws of real numbers. The library's log and cos may differ in the last bit
 * between machines; the same machine gives the same bytes.
 */
#include "sim.h"

#include <math.h>

double rng_unit(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) / (double)(UINT64_C(1) << 53);
}

double rng_range(struct rng *rng, double low, double high)
{
	return low + (high - low) * rng_unit(rng);
}

double rng_log_range(struct rng *rng, double low, double high)
{
	return low * exp(log(high / low) * rng_unit(rng));
}

/* Box and Muller; the second number is thrown away. */
double rng_normal(struct rng *rng)
{
	double distance = sqrt(-2 * log(1 - rng_unit(rng)));

	return distance * cos(6.283185307179586 * rng_unit(rng));
}

uint32_t rng_poisson(struct rng *rng, double mean)
{
	double limit;
	double product = 1;
	uint32_t count = 0;

	if (mean > 60) {
		product = mean + sqrt(mean) * rng_normal(rng) + 0.5;
		return product < 0 ? 0 : (uint32_t)product;
	}
	limit = exp(-mean);
	while ((product *= 1 - rng_unit(rng)) > limit)
		count++;
	return count;
}
