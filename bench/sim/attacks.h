/* attacks - what attacks_burst.c and attacks_slow.c share; see sim.h. */
#ifndef BENCH_SIM_ATTACKS_H
#define BENCH_SIM_ATTACKS_H

#include "sim.h"

void thief_reads(struct theft *theft, int64_t end_us);

/* Another address for the thief's pool, which takes POOL_MAX. */
void pool_add(struct theft *theft, const struct network *net, bool carrier);

/*
 * A foreign one: of an access network or a phone so often, else of a VPN so
 * often, else of a hosting network.
 */
void pool_foreign(struct theft *theft, uint32_t access_permille,
		  uint32_t vpn_permille);

void plan_slow(struct theft *theft, uint32_t count);
void plan_warmup(struct theft *theft, uint32_t count);
void plan_spray(struct theft *thefts, uint32_t count);
void plan_fraud(struct theft *theft, uint32_t count);
void plan_infected(struct theft *theft, uint32_t count);
void plan_crew(struct theft *thefts, uint32_t count);

#endif
