/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "signalboxd"

#include "control/sb-control.h"
#include "sb-data-dir.h"
#include "sb-engine.h"
#include "sb-notify.h"
#include "watch/sb-loop-stats.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * Daemon:
 *
 * signalboxd: the engine without a window. Opens, listens, says so, and goes when it is told.
 */
typedef struct
{
  GMainLoop *loop;
  SbEngine *engine;
  SbControl *control;
  char *listen; /* of --listen; NULL: as the settings say */
  char *data_dir;
  char *settings_file;
  gboolean stopping;
  gboolean cut; /* the second signal */
  int stats_interval; /* of --stats; s; -1: without */
  int status;
} Daemon;

static void
fail (Daemon *self, const char *message)
{
  fprintf (stderr, "signalboxd: %s\n", message);
  self->status = EXIT_FAILURE;
  g_main_loop_quit (self->loop);
}

/* --- Going ------------------------------------------------------------------------------------ */

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Daemon *self = user_data;

  sb_engine_stop_finish (SB_ENGINE (source), result, NULL);
  g_main_loop_quit (self->loop);
}

/* The first time: a clean good-bye. The second time: at once. */
static gboolean
signal_cb (gpointer user_data)
{
  Daemon *self = user_data;

  if (self->stopping || self->engine == NULL)
    {
      self->cut = TRUE;
      g_main_loop_quit (self->loop);
      return G_SOURCE_CONTINUE;
    }
  self->stopping = TRUE;
  sb_notify ("STOPPING=1");
  g_message ("Stopping");
  sb_engine_stop_async (self->engine, stopped_cb, self);

  return G_SOURCE_CONTINUE;
}

/* --- Coming ------------------------------------------------------------------------------------- */

/* "ADDRESS:PORT", "[ADDRESS]:PORT", ":PORT" or "PORT". */
static gboolean
override_listen (SbSettings *settings, const char *listen, GError **error)
{
  const char *colon = strrchr (listen, ':');
  const char *port = colon != NULL ? colon + 1 : listen;
  g_autofree char *address = colon != NULL ? g_strndup (listen, colon - listen) : NULL;

  if (address != NULL && address[0] == '[' && g_str_has_suffix (address, "]"))
    {
      address[strlen (address) - 1] = '\0';
      memmove (address, address + 1, strlen (address));
    }
  if (g_strcmp0 (address, "localhost") == 0)
    g_set_str (&address, "127.0.0.1");
  if (address != NULL && address[0] != '\0' && !sb_settings_override (settings, "listen-address", address, error))
    return FALSE;

  return sb_settings_override (settings, "port", port, error);
}

/* Scripts wait for this line: it is said once connections are accepted, and not before. */
static void
announce (Daemon *self)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (self->engine);
  g_autofree char *uri = g_strdup (uris[0]);

  if (g_str_has_suffix (uri, "/"))
    uri[strlen (uri) - 1] = '\0';
  printf ("listening on %s\n", uri);
  fflush (stdout);
  sb_notify ("READY=1");
}

static void
state_cb (SbEngine *engine, GParamSpec *property, gpointer user_data)
{
  const char *message = sb_engine_get_state_message (engine);

  if (message != NULL)
    g_message ("%s: %s", sb_engine_state_to_id (sb_engine_get_state (engine)), message);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Daemon *self = user_data;
  g_autoptr (GError) error = NULL;

  self->engine = sb_engine_open_finish (result, &error);
  if (self->engine == NULL ||
      (self->listen != NULL && !override_listen (sb_engine_get_settings (self->engine), self->listen, &error)))
    {
      fail (self, error->message);
      return;
    }

  self->control = sb_control_new (self->engine);
  if (!sb_control_listen (self->control, &error) || !sb_engine_start (self->engine, &error))
    {
      fail (self, error->message);
      return;
    }
  g_signal_connect (self->engine, "notify::state-message", G_CALLBACK (state_cb), NULL);
  announce (self);
}

static gboolean
watchdog_cb (gpointer user_data)
{
  sb_notify ("WATCHDOG=1");

  return G_SOURCE_CONTINUE;
}

/* A client is a descriptor; the soft limit is for programs that still use select(2). */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

static void
run (Daemon *self)
{
  gint64 watchdog = sb_notify_get_watchdog ();
  g_autoptr (SbLoopStats) stats = self->stats_interval >= 0 ? sb_loop_stats_new (self->stats_interval) : NULL;
  struct sigaction hang_up;

  self->loop = g_main_loop_new (NULL, FALSE);
  if (self->settings_file != NULL && !g_file_test (self->settings_file, G_FILE_TEST_EXISTS))
    g_message ("“%s” is not there: every setting is as it comes", self->settings_file);
  g_unix_signal_add (SIGTERM, signal_cb, self);
  g_unix_signal_add (SIGINT, signal_cb, self);
  /* What a terminal that is closed sends; not to one that nohup(1) started. */
  if (sigaction (SIGHUP, NULL, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN)
    g_unix_signal_add (SIGHUP, signal_cb, self);
  if (watchdog > 0)
    g_timeout_add (MAX (watchdog / 2 / 1000, 1), watchdog_cb, NULL);
  sb_engine_open_async (self->data_dir, self->settings_file, FALSE, opened_cb, self);
  g_main_loop_run (self->loop);

  if (self->control != NULL)
    sb_control_close (self->control);
  g_clear_object (&self->control);
  if (self->engine != NULL && self->cut)
    sb_engine_close_now (self->engine);
  else if (self->engine != NULL)
    sb_engine_close (self->engine);
  g_clear_object (&self->engine);
  g_main_loop_unref (self->loop);
}

/* Journals and terminals read stderr; stdout is for the one line. */
static GLogWriterOutput
log_to_stderr (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (g_log_writer_default_would_drop (level, NULL))
    return G_LOG_WRITER_HANDLED;
  if (g_log_writer_is_journald (fileno (stderr)) &&
      g_log_writer_journald (level, fields, n_fields, user_data) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;

  g_autofree char *line = g_log_writer_format_fields (level, fields, n_fields, FALSE);
  fprintf (stderr, "%s\n", line);

  return G_LOG_WRITER_HANDLED;
}

/* FALSE: there is nothing to run, and the status says why. */
static gboolean
read_words (Daemon *self, int argc, char **argv)
{
  gboolean version = FALSE;
  const GOptionEntry options[] = {
    { "listen", 'l', 0, G_OPTION_ARG_STRING, &self->listen,
      N_("Listen there for this run, whatever the settings say; port 0 is any free one"), N_("ADDRESS:PORT") },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &self->data_dir, N_("Keep tokens, history and settings there"),
      N_("DIR") },
    { "settings", 's', 0, G_OPTION_ARG_FILENAME, &self->settings_file,
      N_("Read the settings from this file instead of DIR/settings.ini"), N_("FILE") },
    { "stats", 0, 0, G_OPTION_ARG_INT, &self->stats_interval,
      N_("Say every so many seconds, and at the end, how long the main loop was busy; 0: at the end only"),
      N_("SECONDS") },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version and exit"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, _("Signalbox without a window: a WebSocket hub."));
  g_option_context_add_main_entries (context, options, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      fprintf (stderr, "signalboxd: %s\n", error != NULL ? error->message : _("too many arguments; see --help"));
      self->status = 2;
      return FALSE;
    }
  if (self->stats_interval < -1)
    {
      fprintf (stderr, "signalboxd: %s\n", _("--stats takes a number of seconds"));
      self->status = 2;
      return FALSE;
    }
  if (version)
    printf ("signalboxd %s\n", PACKAGE_VERSION);
  else if (self->data_dir == NULL)
    self->data_dir = sb_data_dir_get_default ();

  return !version;
}

int
main (int argc, char *argv[])
{
  Daemon daemon = { .status = EXIT_SUCCESS, .stats_interval = -1 };

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_log_set_writer_func (log_to_stderr, NULL, NULL);
  umask (0077);

  if (read_words (&daemon, argc, argv))
    {
      raise_descriptor_limit ();
      run (&daemon);
    }
  g_free (daemon.data_dir);
  g_free (daemon.settings_file);
  g_free (daemon.listen);

  return daemon.status;
}
