#include "detector/blocks_json.h"

static void add_or_null(struct json *object, const char *key,
			const char *value)
{
	if (value[0])
		json_add_string(object, key, value);
	else
		json_add_null(object, key);
}

struct json *blocks_json(const struct block *block)
{
	struct json *object = json_new_object();

	json_add_integer(object, "id", block->id);
	json_add_string(object, "account", block->account);
	json_add_string(object, "state",
			block->is_active ? "active" : "lifted");
	json_add_stamp(object, "decided", block->decided_ms);
	json_add_stamp(object, "blocked", block->blocked_ms);
	json_add_stamp(object, "lifted", block->lifted_ms);
	add_or_null(object, "lifted_by", block->lifted_by);
	add_or_null(object, "lift_reason", block->lift_reason);
	json_add_flag(object, "repeat", block->is_repeat);
	json_add_flag(object, "owner_says_mine", block->says_mine);
	json_add_flag(object, "owner_trusted", block->is_trusted);
	if (blocks_is_by_hand(block)) {
		json_add_null(object, "probability");
		json_add_null(object, "log_odds");
	} else {
		json_add_real(object, "probability", block->probability, 4);
		json_add_real(object, "log_odds", block->log_odds, 2);
	}
	json_add_string(object, "language", block->language);
	json_add_string(object, "panel", block->panel);
	return object;
}
