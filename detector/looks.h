/*
 * looks - what a file is that was given for a log and is none, told by how it
 * begins: so that whoever gave it learns what to do instead.
 */
#ifndef DETECTOR_LOOKS_H
#define DETECTOR_LOOKS_H

#include "base/slice.h"

/* Its first line, or what there is of it. NULL when it may be a log; else the
 * end of a sentence that begins with "FILE is ". */
const char *looks_like(struct slice first_line);

#endif
