/*
 * postfix_conf - reading what postconf, postconf -M and postconf -P say: the
 * value of a parameter as one service sees it.
 *
 * A service's own -o wins over main.cf, also for a parameter that only
 * another one's value names ($mua_sender_restrictions). What is not defined
 * is empty.
 */
#ifndef DETECTOR_MAILSERVER_POSTFIX_CONF_H
#define DETECTOR_MAILSERVER_POSTFIX_CONF_H

#include "detector/mailserver/mailserver.h"

enum { POSTFIX_VALUE_MAX = 16384 };

struct postfix_service {
	struct slice name, type;	/* "submission", "inet" */
	struct slice chroot;		/* "y", "n", "-" */
	bool is_smtpd;
};

/* The next service of postconf -M; false behind the last. */
bool postfix_next_service(struct slice *rest, struct postfix_service *out);

/* The value as it is written: false when `service` (NULL: main.cf is meant)
 * has no -o for it, or main.cf does not define it. */
bool postfix_written(const struct postfix_answers *answers,
		     const struct postfix_service *service,
		     struct slice name, struct slice *value_out);

/* The value as `service` sees it (NULL: as main.cf does), expanded; appended
 * to `out`. */
void postfix_value(const struct postfix_answers *answers,
		   const struct postfix_service *service, struct slice name,
		   struct text *out);

/* Is it "yes"? */
bool postfix_is_on(const struct postfix_answers *answers,
		   const struct postfix_service *service, struct slice name);

/* The next word of a list: between blanks and commas, or in braces. */
bool postfix_next_word(struct slice *rest, struct slice *word_out);

/* The parameter when `value` is nothing but "$name" or "${name}". */
bool postfix_only_name(struct slice value, struct slice *name_out);

#endif
