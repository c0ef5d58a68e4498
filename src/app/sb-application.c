/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalbox-application"

#include "sb-application.h"
#include "sb-page.h"
#include "sb-window.h"
#include <glib/gi18n.h>

/**
 * SbApplication:
 *
 * The program with the window: it opens the engine on the data directory and shows it. One instance a session.
 */
struct _SbApplication
{
  AdwApplication parent_instance;

  SbEngine *engine;
};

G_DEFINE_FINAL_TYPE (SbApplication, sb_application, ADW_TYPE_APPLICATION)

static void
open_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (SbApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  self->engine = sb_engine_open_finish (result, &error);
  g_application_release (G_APPLICATION (self));
  if (self->engine == NULL)
    g_printerr ("%s\n", error->message);
  else
    gtk_window_present (GTK_WINDOW (sb_window_new (GTK_APPLICATION (self), self->engine)));
}

static void
sb_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  g_autofree char *data_dir = NULL;

  if (window != NULL)
    {
      gtk_window_present (window);
      return;
    }
  data_dir = g_build_filename (g_get_user_data_dir (), "signalbox", NULL);
  g_application_hold (application);
  sb_engine_open_async (data_dir, NULL, TRUE, open_cb, g_object_ref (application));
}

static void
sb_application_shutdown (GApplication *application)
{
  SbApplication *self = SB_APPLICATION (application);

  G_APPLICATION_CLASS (sb_application_parent_class)->shutdown (application);

  if (self->engine != NULL)
    sb_engine_close (self->engine);
  g_clear_object (&self->engine);
}

static void
sb_application_class_init (SbApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->activate = sb_application_activate;
  application_class->shutdown = sb_application_shutdown;
}

static void
sb_application_init (SbApplication *self)
{
}

SbApplication *
sb_application_new (void)
{
  return g_object_new (SB_TYPE_APPLICATION,
                       "application-id", APPLICATION_ID,
                       "resource-base-path", "/org/signalbox/Signalbox",
                       "version", PACKAGE_VERSION,
                       NULL);
}

/**
 * sb_application_get_engine:
 *
 * Returns: (transfer none) (nullable): the engine, once it is open
 */
SbEngine *
sb_application_get_engine (SbApplication *self)
{
  g_return_val_if_fail (SB_IS_APPLICATION (self), NULL);

  return self->engine;
}
