/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sb-application.h"
#include "sb-window.h"
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What tests of the window need: a program of its own on an empty data directory, waiting for conditions, finding
 * widgets as a person would, and real clients. */
typedef struct
{
  char *dir;
  SbApplication *application;
  SbEngine *engine; /* the application's */
  SbWindow *window; /* the application's */
} AppTest;

/* As if it were the first time. @settings: lines for group [server] of settings.ini, or NULL. "port=0" and
 * "start-on-launch=false" come first. */
AppTest   *app_test_new       (const char *settings);
/* The same, with the window as the last one was left: its page, its size. */
AppTest   *app_test_new_again (const char *settings);
/* The same without waiting for a window: @dir is used as it is, and stays. */
AppTest   *app_test_new_in    (const char *dir);
void       app_test_free      (AppTest *self);
void       app_test_start     (AppTest *self);             /* the server; asserts that it listens */
void       app_test_resize    (AppTest *self, int width, int height);
/* The same for any window. */
void       app_test_resize_window (GtkWindow *window, int width, int height);
char      *app_test_issue     (AppTest *self, const SbTokenSpec *spec, SbToken **token); /* the secret */
/* A client on /@channel, connected; close and unref it. */
SoupWebsocketConnection *app_test_connect (AppTest *self, const char *channel, const char *secret);
/* The same with a handler of its signal "message", which misses nothing. */
SoupWebsocketConnection *app_test_connect_hearing (AppTest *self, const char *channel, const char *secret, GCallback hear, gpointer data);
void       app_test_make_dir  (char **dir);                /* a new empty directory */
void       app_test_remove_dir (const char *dir);

/* Runs the main loop until @condition holds; after 20 s the test fails. */
#define app_test_wait_until(condition)                                                                \
  G_STMT_START                                                                                        \
  {                                                                                                   \
    gint64 app_test_deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;                     \
                                                                                                      \
    while (!(condition))                                                                              \
      {                                                                                               \
        if (g_get_monotonic_time () > app_test_deadline)                                              \
          g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, #condition);                  \
        app_test_iterate ();                                                                          \
      }                                                                                               \
  }                                                                                                   \
  G_STMT_END

void       app_test_iterate   (void);                      /* the main loop, a little */

/* The first visible widget of @type below @root that says @text: its label, title, placeholder, tooltip or
 * accessible name. NULL: none. */
GtkWidget *app_test_find      (GtkWidget *root, GType type, const char *text);
/* Whether a label below @root says @text and is on show: not on the hidden page of a stack, where app_test_find() looks too. */
gboolean   app_test_shows     (GtkWidget *root, const char *text);
/* The column of the table below @root with that id, and where it stands among them. It must be there. */
GtkColumnViewColumn *app_test_get_column (GtkWidget *root, const char *id, guint *position);
/* As app_test_find(), and it must be there. */
GtkWidget *app_test_get       (GtkWidget *root, GType type, const char *text);
void       app_test_click     (GtkWidget *root, const char *text); /* a button or a row */
AdwDialog *app_test_dialog    (AppTest *self);             /* the dialog on top; NULL for none */
/* Every button below @root can be named by a screen reader. */
void       app_test_assert_named (GtkWidget *root);
/* Where SNAP_DIR is set: a picture of the window there, to be looked at. */
void       app_test_snap      (AppTest *self, const char *name);
/* The same of the window that @widget is in. */
void       app_test_snap_window (GtkWidget *widget, const char *name);

int        app_test_run       (int argc, char *argv[], void (*add) (void));

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AppTest, app_test_free)

G_END_DECLS
