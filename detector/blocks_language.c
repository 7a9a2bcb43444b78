/*
 * In which language an owner is written to.
 */
#include "detector/blocks_inside.h"

#include "detector/settings.h"
#include "notifier/letter.h"

/* Does "firma.example" or ".example" stand for the domain? */
static bool stands_for(struct slice name, struct slice domain)
{
	if (name.len > 0 && name.ptr[0] == '.')
		return domain.len > name.len &&
		       slice_eq_nocase(slice_after(domain, domain.len -
							   name.len), name);
	return slice_eq_nocase(name, domain);
}

struct slice blocks_domain_language(struct slice account)
{
	const struct conf_list *list = &settings.notice.domain_languages;
	struct slice domain = slice_domain(account), best = { NULL, 0 };
	size_t longest = 0;

	for (size_t i = 0; i < list->n && domain.len > 0; i++) {
		struct slice rest = slice_from(list->items[i]);
		struct slice name = slice_cut(&rest, ' ');

		if (name.len > longest && stands_for(name, domain)) {
			longest = name.len;
			best = slice_trim(rest);
		}
	}
	return best;
}

/* "firma.pl" speaks for Polish where the panel keeps no language. */
static struct slice country_of(const char *account, char country[3])
{
	struct slice domain = slice_domain(slice_from(account));
	ptrdiff_t dot = slice_find_last(domain, S("."));
	struct slice end = slice_after(domain, (size_t)(dot + 1));

	if (dot < 0 || end.len != 2)
		return (struct slice){ NULL, 0 };
	for (int i = 0; i < 2; i++)
		country[i] = end.ptr[i] >= 'a' && end.ptr[i] <= 'z'
			? (char)(end.ptr[i] - 'a' + 'A') : end.ptr[i];
	country[2] = '\0';
	return slice_from(country);
}

void blocks_choose_language(const struct blocks *blocks, struct block *block,
			    const char *panel_wish)
{
	char country[3];
	struct slice account = slice_from(block->account);
	struct slice wishes[3] = { slice_from(panel_wish),
				   blocks_domain_language(account),
				   country_of(block->account, country) };
	const char *preset = settings.notice.default_language;

	if (!preset)
		preset = "en";
	if (blocks->languages)
		preset = languages_choose(blocks->languages, wishes, 3,
					  preset);
	else if (panel_wish[0])
		preset = panel_wish;
	slice_copy(slice_from(preset), block->language,
		   sizeof(block->language));
}
