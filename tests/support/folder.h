/*
 * folder - a place of its own for the files of one test program.
 */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

enum { FOLDER_SIZE = 128 };

/* A new folder under TMPDIR (or /tmp), mode 0755; ends the program when there
 * is no room for one. */
void folder_make(char path_out[FOLDER_SIZE], const char *name);

/* The path of a name in it; good until it was asked eight times more. */
const char *folder_at(const char *folder, const char *name);

/* With all that is in it. */
void folder_remove(const char *path);

#endif
