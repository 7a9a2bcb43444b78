/*
 * blocks_json - a block as programs read it: in the API, and in what webhooks
 * tell. The names are those of docs/API.md and stay.
 */
#ifndef DETECTOR_BLOCKS_JSON_H
#define DETECTOR_BLOCKS_JSON_H

#include "detector/blocks.h"

/* What a list shows of a block. Never the fingerprint or the hash's scheme.
 * The caller frees. */
struct json *blocks_json(const struct block *block);

#endif
