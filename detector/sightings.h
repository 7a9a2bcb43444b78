/*
 * sightings - who else was seen with this, lately: a bounded table from a key
 * (a country in a domain, a client address, a recipient's domain) to the
 * different members seen with it.
 *
 * Members are counted with 64 bits of linear counting: exact enough up to
 * some 100, 24 bytes a row whatever the traffic.
 *
 * Limit: the number of rows given at birth. A full table forgets the rows not
 * seen for `keep_s`, then, if it is still nearly full, those with fewer than
 * four members, then everything: a stranger who floods it costs evidence,
 * never a mistake. Each owner has a table of its own, so that what strangers
 * can fill (crowd.h) is apart from what they cannot (neighbours.h).
 *
 * Time is the log's.
 */
#ifndef DETECTOR_SIGHTINGS_H
#define DETECTOR_SIGHTINGS_H

#include <stddef.h>
#include <stdint.h>

struct sighting {
	uint64_t key;		/* 0 free */
	uint64_t members;	/* linear counting bits, or whatever number the
				 * owner of the key keeps there */
	uint32_t last_s;
	uint32_t is_dirty;
};

struct sightings;

struct sightings *sightings_new(size_t rows_max, uint32_t keep_s);
void sightings_free(struct sightings **sightings);

/* Made when new; lives until the next call. Mark it dirty when changed. */
struct sighting *sightings_get(struct sightings *sightings, uint64_t key,
			       uint32_t now_s);

/* NULL when it was never seen or is forgotten. */
const struct sighting *sightings_find(const struct sightings *sightings,
				      uint64_t key);

/* One more sighting of `member` (a hash) with this key. */
void sightings_add(struct sightings *sightings, uint64_t key, uint64_t member,
		   uint32_t now_s);

/* About how many different members, `member` itself left out. */
unsigned sightings_count(const struct sightings *sightings, uint64_t key,
			 uint64_t member);

/* The same for two keys together. */
unsigned sightings_count_two(const struct sightings *sightings, uint64_t one,
			     uint64_t other, uint64_t member);

/* Seconds since it was seen; what seems to be in the future is now, since
 * logs of several machines do not agree on the second. */
uint32_t sighting_age_s(const struct sighting *sighting, uint32_t now_s);

/* The bit that stands for a member. */
uint64_t sighting_bit(uint64_t member);

/* For the state file: put one back; visit what changed; nothing is dirty any
 * more. */
void sightings_restore(struct sightings *sightings,
		       const struct sighting *sighting);
int sightings_each_dirty(struct sightings *sightings,
			 int (*each)(void *context,
				     const struct sighting *sighting),
			 void *context);
void sightings_clean(struct sightings *sightings);

/* All of it has to be written again. */
void sightings_touch(struct sightings *sightings);

size_t sightings_rows(const struct sightings *sightings);

#endif
