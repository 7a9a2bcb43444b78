/*
 * bits - how many bits of a number are set.
 *
 * Plain x86-64 has no instruction for it, and the compiler then calls a
 * function that costs three times this.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdint.h>

/* Pairs, fours, bytes, and their sum (Knuth, TAOCP 7.1.3). */
static inline int bits_count(uint64_t x)
{
	x -= x >> 1 & UINT64_C(0x5555555555555555);
	x = (x & UINT64_C(0x3333333333333333)) +
	    (x >> 2 & UINT64_C(0x3333333333333333));
	x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (int)(x * UINT64_C(0x0101010101010101) >> 56);
}

#endif
