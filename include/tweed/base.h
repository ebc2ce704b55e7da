/* tweed/base.h: status codes and errors, shared by every other header.
 *
 * No function of Tweed aborts, exits, prints or keeps global state. What can fail returns a tweed_status and, where the
 * caller passes a tweed_error, describes the failure in it. Strings are UTF-8; `const char *` results belong to the
 * object that they were asked of and live as long as it does. */
#ifndef TWEED_BASE_H
#define TWEED_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TWEED_VERSION_MAJOR 0
#define TWEED_VERSION_MINOR 1
#define TWEED_VERSION_PATCH 0
#define TWEED_VERSION "0.1.0"

#if defined(__GNUC__)
#define TWEED_API __attribute__((visibility("default")))
#define TWEED_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define TWEED_API
#define TWEED_PRINTF(fmt, args)
#endif

/* Ownership words, as in isl: TWEED_GIVE: the caller gets the object and must free it; TWEED_KEEP: the callee only
 * looks; TWEED_TAKE: the callee takes the object over, also when it fails. */
#define TWEED_GIVE
#define TWEED_KEEP
#define TWEED_TAKE

typedef enum tweed_status {
  TWEED_OK = 0,
  TWEED_INFEASIBLE, /* proved: there is no solution within the limits that were given */
  TWEED_UNKNOWN,    /* a limit ended the search; says nothing about feasibility */
  TWEED_ILLEGAL,    /* a schedule breaks a rule of its problem */
  TWEED_BAD_INPUT,  /* a file, an argument or an option is wrong */
  TWEED_NO_MEMORY,
  TWEED_IO,
  TWEED_INTERNAL, /* a bug in Tweed */
} tweed_status;

/* What went wrong and where. Lives in the caller's memory and owns nothing, so that running out of memory can be
 * reported. file is "" and line 0 where there is no place in a file to name. */
typedef struct tweed_error {
  tweed_status status;
  char file[256];
  int line, column; /* 1-based; 0 = unknown */
  char key[64];     /* the offending YAML key, op or unit, or "" */
  char message[512];
} tweed_error;

/* The name of a status: "ok", "infeasible", "unknown", "illegal", "bad input", "out of memory", "i/o error", "internal
 * error". */
TWEED_API const char *tweed_status_name(tweed_status status);

/* Writes "FILE:LINE:COLUMN: KEY: MESSAGE" (what is known of it) into buffer, always terminated. Returns buffer. */
TWEED_API char *tweed_error_format(TWEED_KEEP const tweed_error *error, char *buffer, size_t size);

/* "0.1.0" */
TWEED_API const char *tweed_version(void);

#ifdef __cplusplus
}
#endif
#endif
