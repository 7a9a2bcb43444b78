#include "base/host.h"

#include "base/slice.h"

#include <unistd.h>

void host_name(char out[HOST_NAME_SIZE])
{
	/* A longer one may come without its end. */
	out[HOST_NAME_SIZE - 1] = '\0';
	if (gethostname(out, HOST_NAME_SIZE - 1) < 0 || !out[0])
		slice_copy(S("localhost"), out, HOST_NAME_SIZE);
}
