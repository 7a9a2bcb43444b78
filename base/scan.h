/*
 * scan - sixteen bytes looked at in one step.
 *
 * A log line passes some twenty searches, most of which end within a few dozen
 * bytes: there a call of memchr costs more than what it does. The questions
 * are asked here, and nowhere else, of sixteen bytes that must all be there;
 * bit i of the answer stands for at[i]. What is built of them is in slice.c.
 *
 * x86-64 answers with SSE2, which every such processor has; what is far away is
 * left to memchr, for which the C library chooses the widest vectors at start.
 * The plain twins are for all other machines, and with -DSCAN_PLAIN for all;
 * tests/test_scan.c holds both together, and `make check-all` runs the formats
 * on the twins.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdint.h>

#if defined(__SSE2__) && !defined(SCAN_PLAIN)
#define SCAN_SSE2 1
#include <emmintrin.h>
#endif

enum { SCAN_STEP = 16 };

/* Which bytes are `c`? */
static inline uint32_t scan_equal_plain(const char *at, char c)
{
	uint32_t bits = 0;

	for (int i = 0; i < SCAN_STEP; i++)
		bits |= (uint32_t)(at[i] == c) << i;
	return bits;
}

/* Which are one of three? */
static inline uint32_t scan_equal_any_plain(const char *at, char a, char b,
					    char c)
{
	return scan_equal_plain(at, a) | scan_equal_plain(at, b) |
	       scan_equal_plain(at, c);
}

/* Which bytes are an ASCII letter or digit? */
static inline uint32_t scan_alnum_plain(const char *at)
{
	uint32_t bits = 0;

	for (int i = 0; i < SCAN_STEP; i++) {
		unsigned char c = (unsigned char)at[i];
		unsigned letter = (c | 0x20u) - 'a', digit = c - (unsigned)'0';

		bits |= (uint32_t)(letter < 26 || digit < 10) << i;
	}
	return bits;
}

#ifdef SCAN_SSE2

static inline __m128i scan_load(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline uint32_t scan_equal(const char *at, char c)
{
	return (uint32_t)_mm_movemask_epi8(
		_mm_cmpeq_epi8(scan_load(at), _mm_set1_epi8(c)));
}

static inline uint32_t scan_equal_any(const char *at, char a, char b, char c)
{
	__m128i bytes = scan_load(at);

	return (uint32_t)_mm_movemask_epi8(
		_mm_or_si128(_mm_or_si128(
			_mm_cmpeq_epi8(bytes, _mm_set1_epi8(a)),
			_mm_cmpeq_epi8(bytes, _mm_set1_epi8(b))),
			_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
}

/* Is each byte less than n above `first`? SSE2 compares with signs only, so
 * the range is moved to where the least number is. */
static inline __m128i scan_in_range(__m128i bytes, char first, int n)
{
	__m128i from_least = _mm_add_epi8(
		bytes, _mm_set1_epi8((char)(-128 - first)));

	return _mm_cmplt_epi8(from_least, _mm_set1_epi8((char)(-128 + n)));
}

static inline uint32_t scan_alnum(const char *at)
{
	__m128i bytes = scan_load(at);
	__m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));

	return (uint32_t)_mm_movemask_epi8(
		_mm_or_si128(scan_in_range(lower, 'a', 26),
			     scan_in_range(bytes, '0', 10)));
}

#else

static inline uint32_t scan_equal(const char *at, char c)
{
	return scan_equal_plain(at, c);
}

static inline uint32_t scan_equal_any(const char *at, char a, char b, char c)
{
	return scan_equal_any_plain(at, a, b, c);
}

static inline uint32_t scan_alnum(const char *at)
{
	return scan_alnum_plain(at);
}

#endif

/* The lowest and the highest of bits that are not all 0. */
static inline unsigned scan_first(uint32_t bits)
{
	return (unsigned)__builtin_ctz(bits);
}

static inline unsigned scan_last(uint32_t bits)
{
	return 31 - (unsigned)__builtin_clz(bits);
}

#endif
