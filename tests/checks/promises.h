/*
 * promises - what clang's analyser cannot see from one file to the other, so
 * that it does not follow ways that nobody goes. Only tidy.sh includes this.
 */
#ifndef CHECKS_PROMISES_H
#define CHECKS_PROMISES_H

#include "base/err.h"

/* They return -1 (base/err.h), which is no success. */
#define err_set(...) (err_set(__VA_ARGS__), -1)
#define err_errno(...) (err_errno(__VA_ARGS__), -1)

#endif
