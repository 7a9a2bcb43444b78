/* The year that a stamp does not write. */
#include "detector/formats/header_inside.h"

/* How far the year of a stamp without one is searched back: 29 February may
 * be eight years away (1896 to 1904, 2096 to 2104). */
enum { YEARS_BACK = 8 };

static void find_latest(struct header_reader *reader)
{
	int64_t reference_ms = reader->reference_ms;

	if (reader->latest.year && reader->latest_for_ms == reference_ms)
		return;
	reader->latest_for_ms = reference_ms;
	reader->latest_ms = reference_ms + STAMP_DAY_MS +
			    stamp_zone_offset_ms(reference_ms);
	stamp_split(reader->latest_ms, &reader->latest);
}

bool header_infer_year(struct header_reader *reader, struct stamp_civil *civil,
		       int64_t *local_ms_out)
{
	find_latest(reader);
	for (int back = 0; back <= YEARS_BACK; back++) {
		int64_t local_ms;

		civil->year = reader->latest.year - back;
		if (!stamp_is_valid(civil))
			continue;
		local_ms = stamp_join(civil);
		if (local_ms > reader->latest_ms)
			continue;
		*local_ms_out = local_ms;
		return true;
	}
	return false;
}

bool header_is_latest_hour(const struct header_reader *reader,
			   const struct stamp_civil *civil)
{
	return civil->month == reader->latest.month &&
	       civil->day == reader->latest.day &&
	       civil->hour == reader->latest.hour;
}
