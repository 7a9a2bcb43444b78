#include "notifier/transfer.h"

bool transfer_is_here(struct slice host)
{
	struct slice name;

	if (slice_starts(host, S("[::1]")))
		return host.len == 5 || host.ptr[5] == ':';
	name = slice_cut(&host, ':');
	if (slice_eq_nocase(name, S("localhost")))
		return true;
	if (!slice_starts(name, S("127.")))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] != '.' &&
		    (name.ptr[i] < '0' || name.ptr[i] > '9'))
			return false;
	return true;
}
