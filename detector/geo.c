#include "detector/geo.h"

#include "base/fetch.h"
#include "base/hash.h"
#include "base/must.h"
#include "base/stamp.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CACHE_BITS = 15, CACHE_SLOTS = 1 << CACHE_BITS, COPY_BYTES = 1 << 20 };

struct file {
	MMDB_s mmdb;
	bool is_open;
};

/* What the files say of an address, and of all that begin like it: the files
 * know networks, mostly larger than a /24. */
struct known {
	struct address address;
	uint32_t network;
	uint16_t country;
	uint8_t kind;
	uint8_t alike;	/* bytes that another address must have in common with
			 * this one for all of it to hold; 0: empty */
	bool is_own;
};

struct geo {
	struct file country, asn;
	int64_t max_age_ms;
	int64_t built_ms;
	bool is_blind;
	struct networks networks;
	struct known cache[CACHE_SLOTS];
};

/* The library maps the file, and one that somebody cuts short would end the
 * process (SIGBUS). A copy without a name is nobody else's. -1 when there can
 * be none: then the file itself has to do. */
static int copy_of(const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to = from < 0 ? -1 : memfd_create("geoip", MFD_CLOEXEC);
	char *bytes = must(malloc(COPY_BYTES));
	ssize_t n = 1, put = 1;

	while (to >= 0 && n > 0 && put == n) {
		n = read(from, bytes, COPY_BYTES);
		put = n > 0 ? write(to, bytes, (size_t)n) : n;
	}
	if (from >= 0)
		close(from);
	if (to >= 0 && (n < 0 || put != n)) {
		close(to);
		to = -1;
	}
	free(bytes);
	return to;
}

static int open_mmdb(const char *path, MMDB_s *mmdb)
{
	char copy_path[32];
	int copy = copy_of(path), status;

	snprintf(copy_path, sizeof(copy_path), "/proc/self/fd/%d", copy);
	if (copy >= 0 && access(copy_path, R_OK) < 0) {
		close(copy);
		copy = -1;
	}
	status = MMDB_open(copy < 0 ? path : copy_path, MMDB_MODE_MMAP, mmdb);
	/* What is mapped stays. */
	if (copy >= 0)
		close(copy);
	return status;
}

static int open_file(struct file *file, const char *path, const char *what,
		     struct err *err)
{
	int status;

	if (!path || !*path)
		return 0;
	if (access(path, R_OK) < 0)
		return err_errno(err, EXIT_DATA, errno,
				 "cannot read the %s file %s", what, path);
	status = open_mmdb(path, &file->mmdb);
	if (status != MMDB_SUCCESS)
		return err_set(err, EXIT_DATA,
			       "%s is no usable %s file in MMDB form (%s); "
			       "fetch it again", path, what,
			       MMDB_strerror(status));
	file->is_open = true;
	return 0;
}

static int64_t built(const struct file *file)
{
	if (!file->is_open)
		return INT64_MAX;
	return (int64_t)file->mmdb.metadata.build_epoch * STAMP_SECOND_MS;
}

int geo_open(const char *country_path, const char *asn_path,
	     int64_t max_age_ms, struct geo **geo_out, struct err *err)
{
	struct geo *geo = calloc(1, sizeof(*geo));

	if (!geo)
		abort();
	geo->max_age_ms = max_age_ms;
	if (open_file(&geo->country, country_path, "country", err) < 0 ||
	    open_file(&geo->asn, asn_path, "AS", err) < 0) {
		geo_close(&geo);
		return -1;
	}
	geo->built_ms = built(&geo->country) < built(&geo->asn)
				? built(&geo->country)
				: built(&geo->asn);
	*geo_out = geo;
	return 0;
}

void geo_close(struct geo **geo)
{
	if (!*geo)
		return;
	if ((*geo)->country.is_open)
		MMDB_close(&(*geo)->country.mmdb);
	if ((*geo)->asn.is_open)
		MMDB_close(&(*geo)->asn.mmdb);
	free(*geo);
	*geo = NULL;
}

struct geo *geo_blind(void)
{
	struct geo *geo = calloc(1, sizeof(*geo));

	if (!geo)
		abort();
	geo->built_ms = INT64_MAX;
	geo->is_blind = true;
	return geo;
}

bool geo_is_blind(const struct geo *geo)
{
	return geo->is_blind;
}

void geo_set_networks(struct geo *geo, const struct networks *networks)
{
	geo->networks = *networks;
	memset(geo->cache, 0, sizeof(geo->cache));
}

bool geo_has_country(const struct geo *geo)
{
	return geo->country.is_open;
}

bool geo_has_network(const struct geo *geo)
{
	return geo->asn.is_open;
}

int64_t geo_built_ms(const struct geo *geo)
{
	return geo->built_ms == INT64_MAX ? 0 : geo->built_ms;
}

/* *bits_out is how many bits of the 128 decided. */
static bool find(struct file *file, const struct address *address,
		 MMDB_lookup_result_s *result_out, unsigned *bits_out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = address_is_v4(address);
	int error;

	*bits_out = 0;
	if (!file->is_open)
		return false;
	/* An IPv4-only file cannot answer for IPv6. */
	if (!is_v4 && file->mmdb.metadata.ip_version == 4)
		return false;
	memcpy(&v4.sin_addr, address->bytes + 12, 4);
	memcpy(&v6.sin6_addr, address->bytes, 16);
	*result_out = MMDB_lookup_sockaddr(
		&file->mmdb,
		is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
		&error);
	/* The library counts an IPv4 address in 32 bits where the file holds
	 * nothing else. */
	*bits_out = result_out->netmask +
		    (is_v4 && file->mmdb.metadata.ip_version == 4 ? 96U : 0U);
	return error == MMDB_SUCCESS && result_out->found_entry;
}

static struct slice text_at(MMDB_lookup_result_s *result,
			    const char *const *path)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(&result->entry, &data, path) != MMDB_SUCCESS ||
	    !data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING)
		return (struct slice){ NULL, 0 };
	return (struct slice){ data.utf8_string, data.data_size };
}

static uint16_t find_country(struct geo *geo, const struct address *address,
			     unsigned *bits_out)
{
	static const char *const nested[] = { "country", "iso_code", NULL };
	static const char *const flat[] = { "country_code", NULL };
	static const char *const plain[] = { "country", NULL };
	static const char *const *const paths[] = { flat, nested, plain };
	MMDB_lookup_result_s result;

	if (!find(&geo->country, address, &result, bits_out))
		return 0;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		uint16_t code = country_code(text_at(&result, paths[i]));

		if (code)
			return code;
	}
	return 0;
}

static uint32_t as_number(MMDB_lookup_result_s *result)
{
	static const char *const number[] = { "autonomous_system_number",
					      NULL };
	static const char *const name[] = { "asn", NULL };
	MMDB_entry_data_s data;
	struct slice text;
	uint32_t parsed = 0;

	if (MMDB_aget_value(&result->entry, &data, number) == MMDB_SUCCESS &&
	    data.has_data && data.type == MMDB_DATA_TYPE_UINT32)
		return data.uint32;
	text = text_at(result, name);
	slice_skip(&text, S("AS"));
	slice_number(text, &parsed);
	return parsed;
}

static uint32_t find_network(struct geo *geo, const struct address *address,
			     unsigned *bits_out)
{
	struct slice prefix = { (const char *)address->bytes, 4 };
	MMDB_lookup_result_s result;
	uint32_t number = 0;

	if (find(&geo->asn, address, &result, bits_out))
		number = as_number(&result);
	if (number)
		return number & ~NETWORK_STAND_IN;
	if (address_is_v4(address))
		prefix = (struct slice){ (const char *)address->bytes + 12, 2 };
	return (uint32_t)hash_bytes(prefix, 1) | NETWORK_STAND_IN;
}

/* An IPv4 /24, an IPv6 /64: the bytes that choose the place in the cache. */
static unsigned bytes_of_place(const struct address *address)
{
	return address_is_v4(address) ? 15 : 8;
}

static size_t place_of(const struct address *address)
{
	uint64_t high, low;

	memcpy(&high, address->bytes, 8);
	memcpy(&low, address->bytes + 8, 8);
	if (!address_is_v4(address))
		low = 0;
	/* Multiplicative hashing (Knuth, TAOCP 6.4) by 2^64 / phi; the last
	 * byte of IPv4 is left out. */
	low &= htobe64(~UINT64_C(0xff));
	return (high ^ low) * UINT64_C(0x9e3779b97f4a7c15) >>
	       (64 - CACHE_BITS);
}

static bool is_about(const struct known *known, const struct address *address)
{
	return known->alike && memcmp(known->address.bytes, address->bytes,
				      known->alike) == 0;
}

/* All that is known of an address, looked up when it is not in the cache. */
static const struct known *know(struct geo *geo, const struct address *address)
{
	struct known *known = &geo->cache[place_of(address)];
	unsigned place = bytes_of_place(address), country_bits, network_bits;

	if (is_about(known, address))
		return known;
	known->address = *address;
	known->is_own = networks_is_own(&geo->networks, address);
	known->country = find_country(geo, address, &country_bits);
	known->network = find_network(geo, address, &network_bits);
	known->kind = (uint8_t)networks_kind(&geo->networks, known->network);
	known->alike = (uint8_t)(country_bits <= place * 8 &&
				 network_bits <= place * 8 &&
				 geo->networks.n_own == 0 ? place : 16);
	return known;
}

/* 1 up to max_age, then falling to 0.5 at twice that age, where it stays:
 * addresses change hands slowly. */
static double certainty(const struct geo *geo, int64_t at_ms)
{
	double beyond_ms = (double)(at_ms - geo->built_ms - geo->max_age_ms);

	if (geo->built_ms == INT64_MAX || beyond_ms <= 0)
		return 1;
	if (beyond_ms >= (double)geo->max_age_ms)
		return 0.5;
	return 1 - 0.5 * beyond_ms / (double)geo->max_age_ms;
}

void geo_foresee(const struct geo *geo, const struct address *address)
{
	fetch(&geo->cache[place_of(address)]);
}

void geo_lookup(struct geo *geo, const struct address *address, int64_t at_ms,
		struct origin *out)
{
	const struct known *known;

	memset(out, 0, sizeof(*out));
	out->client = address_client_hash(address);
	out->is_local = address_is_local(address);
	out->is_v6 = !address_is_v4(address);
	out->prefix = address_prefix(address);
	if (out->is_local)
		return;
	known = know(geo, address);
	out->is_local = known->is_own;
	if (out->is_local)
		return;
	out->country = known->country;
	out->network = known->network;
	out->kind = (enum network_kind)known->kind;
	out->certainty = certainty(geo, at_ms);
}

/* A prefix may be shared by several networks: it is asked at four places. */
bool geo_network_name(struct geo *geo, uint32_t network, uint32_t prefix,
		      bool is_v6, char *out, size_t size)
{
	static const char *const words[] = { "autonomous_system_organization",
					     NULL };
	static const char *const flat[] = { "as_name", NULL };

	for (int quarter = 0; quarter < 4; quarter++) {
		struct address address = { .bytes = { 0 } };
		unsigned char *bytes = address.bytes;
		MMDB_lookup_result_s result;
		struct slice name;
		unsigned bits;

		if (is_v6) {
			for (int i = 0; i < 4; i++)
				bytes[i] = (unsigned char)(prefix >>
							   (24 - 8 * i));
			bytes[4] = (unsigned char)(quarter << 6);
		} else {
			bytes[10] = bytes[11] = 0xff;
			bytes[12] = (unsigned char)(prefix >> 8);
			bytes[13] = (unsigned char)prefix;
			bytes[14] = (unsigned char)(quarter << 6);
		}
		if (!find(&geo->asn, &address, &result, &bits) ||
		    as_number(&result) != network)
			continue;
		name = text_at(&result, words);
		if (name.len == 0)
			name = text_at(&result, flat);
		if (name.len > 0)
			return slice_copy(slice_sub(name, 0, size - 1), out,
					  size);
	}
	return false;
}
