#include "base/argon.h"

#include <argon2.h>

bool argon_hash(const struct argon *how, struct slice password,
		unsigned char *out, size_t size)
{
	static const argon2_type types[] = {
		[ARGON_D] = Argon2_d, [ARGON_I] = Argon2_i,
		[ARGON_ID] = Argon2_id,
	};
	argon2_context context = {
		.out = out, .outlen = (uint32_t)size,
		.pwd = (uint8_t *)(uintptr_t)password.ptr,
		.pwdlen = (uint32_t)password.len,
		.salt = (uint8_t *)(uintptr_t)how->salt.ptr,
		.saltlen = (uint32_t)how->salt.len,
		.t_cost = how->passes, .m_cost = how->memory_kib,
		.lanes = how->lanes, .threads = 1,
		.version = how->version,
		.flags = ARGON2_DEFAULT_FLAGS,
	};

	return argon2_ctx(&context, types[how->type]) == ARGON2_OK;
}
