#include "base/paths.h"

/* Written by the Makefile into the build folder. */
#include "paths.def"

const char paths_config[] = SYSCONFDIR "/comporta/comporta.conf";
const char paths_share[] = DATADIR;
const char paths_model[] = DATADIR "/model.conf";
const char paths_sql[] = DATADIR "/sql";
const char paths_templates[] = DATADIR "/templates";
