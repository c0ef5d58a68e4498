/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long a test waits for what must happen before it fails, ms. Long, for slow machines and memory checkers: a
 * test that passes never waits for it. */
#define SB_TEST_DEADLINE 20000

/* Iterates the default main context until @condition says so; FALSE when @deadline ms have passed. For what other
 * threads do, too: the condition is looked at every millisecond. Main thread only. */
gboolean sb_test_wait_until (gboolean (*condition) (gpointer user_data), gpointer user_data, guint deadline);

/* Waits until the expression is true, and fails the test with its text when that takes longer than SB_TEST_DEADLINE. */
#define sb_test_wait(expression) \
  G_STMT_START \
  { \
    SbTestWait wait_; \
\
    sb_test_wait_begin (&wait_); \
    while (!(expression)) \
      sb_test_wait_iterate (&wait_, #expression, G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC); \
    sb_test_wait_end (&wait_); \
  } \
  G_STMT_END

/* Dispatches what is ready now, without waiting. */
void sb_test_iterate (void);

/*< private >: what the macro is made of */
typedef struct
{
  gint64 deadline;
  GSource *tick;
} SbTestWait;
void sb_test_wait_begin   (SbTestWait *self);
void sb_test_wait_iterate (SbTestWait *self, const char *expression, const char *domain, const char *file, int line,
                           const char *function);
void sb_test_wait_end     (SbTestWait *self);

G_END_DECLS
