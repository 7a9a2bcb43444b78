/*
 * schema - our own tables, made and brought up to date.
 *
 * sql/own/KIND/NNN_words.sql are applied in order, each once, and remembered
 * in the table comporta_schema. KIND is db_kind(). MariaDB commits DDL by
 * itself, so every migration must survive being repeated (IF NOT EXISTS).
 */
#ifndef DETECTOR_PANEL_SCHEMA_H
#define DETECTOR_PANEL_SCHEMA_H

#include "detector/panel/db.h"

/* Apply what is missing; *applied_out tells how many were. */
int schema_migrate(struct db *db, const char *sql_dir, int *applied_out,
		   struct err *err);

/* 0 when the tables are as this program needs them, else -1 and what to run
 * ("comporta check --create-tables"). Needs no more than SELECT. */
int schema_check(struct db *db, const char *sql_dir, struct err *err);

#endif
