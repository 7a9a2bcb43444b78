/*
 * trust - a person's word that places are the owner's: "it was me".
 *
 * Said by an owner on the page, by support over HTTP, by an operator, and
 * written into the audit trail; the next scan or watch hears of it there, as
 * it hears of lifts. The line's detail is what people read and what the
 * detector reads back: "AS45899 AS7552 VN until 2027-02-26", or "VN taken
 * back".
 *
 * A word names few places on purpose: the lists of an account are short, and
 * habit needs room in them too.
 */
#ifndef DETECTOR_TRUST_H
#define DETECTOR_TRUST_H

#include "base/json.h"
#include "base/text.h"
#include "detector/account.h"

enum {
	TRUST_NETWORKS = ACCOUNT_NETWORKS / 2,
	TRUST_COUNTRIES = 4,	/* home may be among them */
	TRUST_DAYS = 90,	/* when nobody says for how long */
	TRUST_DAYS_MAX = 3650,
	TRUST_TEXT_SIZE = 128
};

struct trust {
	uint32_t networks[TRUST_NETWORKS];
	uint16_t countries[TRUST_COUNTRIES];
	size_t n_networks, n_countries;
	uint16_t until_day;	/* the last one, in days since 1970; 0: taken
				 * back */
};

/* "AS45899", "45899" or "#2147498000" (origin.h), "VN". False when it is none
 * of these or there is no room; a place named twice counts once. */
bool trust_network(struct trust *trust, struct slice text);
bool trust_country(struct trust *trust, struct slice text);

/* So many days from that time on; 0 takes it back. */
void trust_for(struct trust *trust, int64_t now_ms, uint32_t days);

/* "2027-02-26", "" for a word taken back. */
void trust_until(const struct trust *trust, char out[16]);

void trust_print(const struct trust *trust, char out[TRUST_TEXT_SIZE]);

/* The fields networks, countries, until (null when taken back). */
void trust_add_json(const struct trust *trust, struct json *object);

/* Reads what trust_print() writes. False for anything else, also for a word
 * about no place. */
bool trust_parse(struct slice text, struct trust *out);

#endif
