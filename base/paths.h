/*
 * paths - where `make install` puts things; the only file that is compiled
 * anew when PREFIX or SYSCONFDIR change.
 */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

extern const char paths_config[];	/* .../comporta.conf */
extern const char paths_share[];	/* folder of all that is read only */
extern const char paths_model[];	/* the model's numbers in it */
extern const char paths_sql[];		/* folder with own/ and panels/ */
extern const char paths_templates[];	/* folder with a folder a language */

#endif
