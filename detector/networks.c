#include "detector/networks.h"

#include <stdio.h>
#include <string.h>

/* Wider than these, an own range is a slip of the pen that would switch places
 * off for everybody: what a registry gives a large provider. */
enum { OWN_BITS_V4 = 96 + 8, OWN_BITS_V6 = 16 };

static struct slice next_word(struct slice *rest)
{
	struct slice word;
	size_t len = 0;

	*rest = slice_trim(*rest);
	while (len < rest->len && rest->ptr[len] != ' ' &&
	       rest->ptr[len] != '\t')
		len++;
	word = slice_sub(*rest, 0, len);
	*rest = slice_after(*rest, len);
	return word;
}

/* "AS64500" or "64500", nothing behind it. */
static bool read_number(struct slice word, uint32_t *number_out)
{
	if (!slice_skip(&word, S("AS")))
		slice_skip(&word, S("as"));
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
	/* The highest bit marks stand-ins for unknown networks (origin.h). */
	return slice_number(word, number_out) && *number_out > 0 &&
	       *number_out < UINT32_C(0x80000000);
}

static bool read_kind(struct slice word, enum network_kind *kind_out)
{
	char lower[16];

	slice_copy_lower(word, lower, sizeof(lower));
	for (size_t i = 0; i < NETWORK_KINDS; i++)
		if (strcmp(lower, network_kind_names[i]) == 0) {
			*kind_out = (enum network_kind)i;
			return true;
		}
	return false;
}

static int add_kind(struct networks *networks, const char *text,
		    struct err *err)
{
	struct slice rest = slice_from(text);
	enum network_kind kind = NETWORK_ACCESS;
	uint32_t number = 0;

	if (!read_number(next_word(&rest), &number))
		return err_set(err, EXIT_CONFIG,
			       "networks: \"%.80s\" does not begin with an AS "
			       "number; write it as \"AS64500 vpn Our VPN\"",
			       text);
	if (!read_kind(next_word(&rest), &kind))
		return err_set(err, EXIT_CONFIG,
			       "networks: \"%.80s\" names no kind behind the "
			       "number; allowed are access, mobile, business, "
			       "hosting, vpn and relay", text);
	for (size_t i = 0; i < networks->n_kinds; i++)
		if (networks->kinds[i].number == number)
			return err_set(err, EXIT_CONFIG,
				       "networks: \"%.80s\": AS%u stands there "
				       "twice; leave one", text, number);
	networks->kinds[networks->n_kinds].number = number;
	networks->kinds[networks->n_kinds++].kind = kind;
	return 0;
}

static int add_own(struct networks *networks, const char *text,
		   struct err *err)
{
	struct address_block *block = &networks->own[networks->n_own];
	unsigned least;

	if (!address_block_parse(slice_trim(slice_from(text)), block))
		return err_set(err, EXIT_CONFIG,
			       "own_networks: \"%.60s\" is no prefix; write it "
			       "as 192.0.2.0/24 or 2001:db8::/32, with nothing "
			       "but zeros behind the prefix", text);
	least = address_is_v4(&block->first) ? OWN_BITS_V4 : OWN_BITS_V6;
	if (block->bits < least)
		return err_set(err, EXIT_CONFIG,
			       "own_networks: \"%.60s\" is too wide to be your "
			       "own: places would not be judged at all; name "
			       "prefixes of /8 (IPv4) or /16 (IPv6) and longer",
			       text);
	networks->n_own++;
	return 0;
}

int networks_parse(const struct conf_list *kinds, const struct conf_list *own,
		   struct networks *out, struct err *err)
{
	struct networks networks = { 0 };

	for (size_t i = 0; kinds && i < kinds->n; i++)
		if (add_kind(&networks, kinds->items[i], err) < 0)
			return -1;
	for (size_t i = 0; own && i < own->n; i++)
		if (add_own(&networks, own->items[i], err) < 0)
			return -1;
	*out = networks;
	return 0;
}

enum network_kind networks_kind(const struct networks *networks,
				uint32_t as_number)
{
	for (size_t i = 0; i < networks->n_kinds; i++)
		if (networks->kinds[i].number == as_number)
			return networks->kinds[i].kind;
	return network_kind_of(as_number);
}

bool networks_is_own(const struct networks *networks,
		     const struct address *address)
{
	for (size_t i = 0; i < networks->n_own; i++)
		if (address_block_holds(&networks->own[i], address))
			return true;
	return false;
}
