/*
 * host - what this machine is called.
 */
#ifndef BASE_HOST_H
#define BASE_HOST_H

/* POSIX names have up to 255 bytes. */
enum { HOST_NAME_SIZE = 256 };

/* As gethostname(2) says; "localhost" when it does not. */
void host_name(char out[HOST_NAME_SIZE]);

#endif
