/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "net/sb-tls-stream.h"
#include "sb-certificate.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

/* The certificate: read when the server starts, read again when its files change. Whether there is TLS at all is
 * settled with the start; which certificate serves, is not. */

/* Certificate and key are written one after the other. */
#define RELOAD_DELAY_MS 500
/* Bytes: a chain of many certificates with a long key is a tenth of it. */
#define MAX_FILE (1 << 20)
/* In the data directory: certificate and key of our own making. */
#define CERTIFICATE_NAME "certificate.pem"

typedef struct
{
  char *certificate;
  char *key;
  guint serial; /* of the reading */
} Paths;

static void
paths_free (Paths *self)
{
  g_free (self->certificate);
  g_free (self->key);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Paths, paths_free)

static Paths *
read_paths (SbEngine *self)
{
  Paths *paths = g_new0 (Paths, 1);

  g_object_get (self->settings, "tls-certificate", &paths->certificate, "tls-key", &paths->key, NULL);

  return paths;
}

/* GLib reads whatever it is given to its end: of a device there is none, and a pipe keeps who opens it waiting for the other side. What is
 * not there at all GLib has words for. */
static gboolean
check_file (const char *path, GError **error)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0 || (S_ISREG (status.st_mode) && status.st_size <= MAX_FILE))
    return TRUE;

  g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE,
               _("“%s” cannot be used for TLS: it has to be an ordinary file of at most 1 MiB"), path);
  return FALSE;
}

/* Any thread. The key may stand in the certificate's file. */
static GTlsCertificate *
load (const Paths *paths, GError **error)
{
  const char *key = paths->key[0] != '\0' ? paths->key : paths->certificate;
  g_autoptr (GError) local = NULL;
  GTlsCertificate *certificate;
  g_autoptr (SbTlsCredentials) usable = NULL;

  if (!check_file (paths->certificate, error) || !check_file (key, error))
    return NULL;
  certificate = g_tls_certificate_new_from_files (paths->certificate, key, &local);
  /* A key of another certificate is found out here, rather than by every client. */
  if (certificate != NULL && (usable = sb_tls_credentials_new (certificate, &local)) == NULL)
    g_clear_object (&certificate);
  if (certificate == NULL && g_str_equal (key, paths->certificate))
    g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE, _("The TLS certificate “%s” cannot be used: %s"),
                 paths->certificate, local->message);
  else if (certificate == NULL)
    g_set_error (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_CERTIFICATE, _("The TLS certificate “%s” with the key “%s” cannot be used: %s"),
                 paths->certificate, key, local->message);

  return certificate;
}

/* Says so while the certificate in use has expired. */
void
sb_engine_check_certificate (SbEngine *self)
{
  g_autoptr (GDateTime) end = self->certificate != NULL ? g_tls_certificate_get_not_valid_after (self->certificate) : NULL;
  g_autofree char *date = NULL;
  g_autofree char *message = NULL;

  if (end != NULL && g_date_time_to_unix_usec (end) <= g_get_real_time ())
    {
      date = g_date_time_format (end, "%Y-%m-%d");
      message = g_strdup_printf (_("The TLS certificate expired on %s. Clients will refuse to connect."), date);
    }
  sb_engine_set_trouble (self, SB_TROUBLE_CERTIFICATE, message);
}

static void
use (SbEngine *self, GTlsCertificate *certificate)
{
  g_set_object (&self->certificate, certificate);
  sb_hub_set_certificate (self->hub, certificate);
  sb_engine_check_certificate (self);
}

/* --- when the files change --- */

static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  GTlsCertificate *certificate = load (task_data, &error);

  if (certificate != NULL)
    g_task_return_pointer (task, certificate, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* What the files gave goes into use, or the trouble with them is shown. */
static void
take (SbEngine *self, GTlsCertificate *certificate, const GError *error)
{
  if (self->certificate == NULL) /* stopped meanwhile */
    return;
  if (certificate == NULL)
    {
      /* Translators: %s says what is wrong with a certificate */
      g_autofree char *message = g_strdup_printf (_("%s. The one from before stays in use."), error->message);

      sb_engine_set_trouble (self, SB_TROUBLE_CERTIFICATE, message);
      return;
    }
  if (!g_tls_certificate_is_same (certificate, self->certificate))
    sb_engine_note (self, SB_ACT_SETTINGS_CHANGED, "server", "tls-certificate", "a new certificate is in use");
  use (self, certificate);
}

/* @user_data: the command that waits for it; nullable. */
static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbEngine *self = SB_ENGINE (source);
  SbCommand *command = sb_command_is_open (self, user_data) ? user_data : NULL;
  GError *error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_task_propagate_pointer (G_TASK (result), &error);
  const Paths *paths = g_task_get_task_data (G_TASK (result));

  /* They are read in several threads: one that was begun later counts, and may be done already. */
  if (paths == NULL || paths->serial == self->n_certificates_read)
    take (self, certificate, error);
  if (command != NULL && error != NULL)
    sb_command_fail (command, g_steal_pointer (&error));
  if (command != NULL && self->hub != NULL)
    sb_hub_fence (self->hub, sb_command_hub_done_cb, command);
  else if (command != NULL)
    sb_command_release (command);
  g_clear_error (&error);
}

static void
reload (SbEngine *self, SbCommand *command)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, loaded_cb, command);
  Paths *paths = read_paths (self);

  if (paths->certificate[0] == '\0') /* TLS was switched off: that is for the next start */
    {
      paths_free (paths);
      g_task_return_pointer (task, g_object_ref (self->certificate), g_object_unref);
      return;
    }
  paths->serial = ++self->n_certificates_read;
  g_task_set_task_data (task, paths, (GDestroyNotify) paths_free);
  g_task_run_in_thread (task, load_thread);
}

static gboolean
reload_cb (gpointer user_data)
{
  SbEngine *self = user_data;

  self->certificate_timer = 0;
  reload (self, NULL);

  return G_SOURCE_REMOVE;
}

/* The command is answered when the certificate of the settings serves, or fails with what is wrong with it. Without TLS
 * in use there is nothing to wait for. */
void
sb_command_await_certificate (SbCommand *command)
{
  SbEngine *self = command->engine;

  if (self->certificate == NULL)
    return;
  g_clear_handle_id (&self->certificate_timer, g_source_remove);
  sb_command_hold (command);
  reload (self, command);
}

static void
reload_soon (SbEngine *self)
{
  g_clear_handle_id (&self->certificate_timer, g_source_remove);
  self->certificate_timer = g_timeout_add (RELOAD_DELAY_MS, reload_cb, self);
}

static void
file_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer user_data)
{
  reload_soon (user_data);
}

static void
watch (SbEngine *self, guint which, const char *path)
{
  g_autoptr (GFile) file = NULL;

  g_clear_object (&self->certificate_monitors[which]);
  if (path[0] == '\0')
    return;
  file = g_file_new_for_path (path);
  self->certificate_monitors[which] = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->certificate_monitors[which] != NULL)
    g_signal_connect (self->certificate_monitors[which], "changed", G_CALLBACK (file_changed_cb), self);
}

void
sb_engine_certificate_setting_changed (SbEngine *self)
{
  g_autoptr (Paths) paths = NULL;

  if (self->certificate == NULL)
    return;
  paths = read_paths (self);
  watch (self, 0, paths->certificate);
  watch (self, 1, paths->key);
  reload_soon (self);
}

/* --- with the server --- */

/* Reads the certificate, if there is to be TLS. The one place where two small files are read on the main thread: a
 * start is an order of a person or a script, and its answer has to say whether it went well. */
gboolean
sb_engine_begin_tls (SbEngine *self, GError **error)
{
  g_autoptr (Paths) paths = read_paths (self);
  g_autoptr (GTlsCertificate) certificate = NULL;

  if (paths->certificate[0] != '\0' && (certificate = load (paths, error)) == NULL)
    return FALSE;

  use (self, certificate);
  if (certificate != NULL)
    {
      watch (self, 0, paths->certificate);
      watch (self, 1, paths->key);
    }

  return TRUE;
}

void
sb_engine_end_tls (SbEngine *self)
{
  g_clear_handle_id (&self->certificate_timer, g_source_remove);
  g_clear_object (&self->certificate_monitors[0]);
  g_clear_object (&self->certificate_monitors[1]);
  g_clear_object (&self->certificate);
  sb_engine_set_trouble (self, SB_TROUBLE_CERTIFICATE, NULL);
}

GTlsCertificate *
sb_engine_get_certificate (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->certificate;
}

gboolean
sb_engine_has_certificate_trouble (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), FALSE);

  return self->troubles[SB_TROUBLE_CERTIFICATE] != NULL;
}

/* --- the one that is in the settings, and one that is made --- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GTlsCertificate *certificate = g_task_propagate_pointer (G_TASK (result), &error);

  if (certificate != NULL)
    g_task_return_pointer (task, certificate, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
sb_engine_read_certificate_async (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GTask) reading = NULL;
  Paths *paths;

  g_return_if_fail (SB_IS_ENGINE (self));

  task = g_task_new (self, NULL, callback, user_data);
  paths = read_paths (self);
  if (paths->certificate[0] == '\0')
    {
      paths_free (paths);
      g_task_return_new_error (task, SB_ENGINE_ERROR, SB_ENGINE_ERROR_NOT_FOUND,
                               _("There is no certificate: the server speaks without TLS."));
      return;
    }
  reading = g_task_new (self, NULL, read_cb, g_steal_pointer (&task));
  g_task_set_task_data (reading, paths, (GDestroyNotify) paths_free);
  g_task_run_in_thread (reading, load_thread);
}

GTlsCertificate *
sb_engine_read_certificate_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
make_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_auto (GStrv) names = sb_certificate_list_names ();
  const Paths *paths = task_data;
  GError *error = NULL;
  GTlsCertificate *certificate = NULL;

  if (sb_certificate_make (paths->certificate, (const char *const *) names, &error))
    certificate = load (paths, &error);
  if (certificate != NULL)
    g_task_return_pointer (task, certificate, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SbCommand *command = user_data;
  GError *error = NULL;
  const Paths *paths = g_task_get_task_data (G_TASK (result));
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *fingerprint = NULL;
  g_autofree char *detail = NULL;

  if (!sb_command_is_open (SB_ENGINE (source), command))
    return;
  command->certificate = g_task_propagate_pointer (G_TASK (result), &error);
  if (command->certificate == NULL)
    sb_command_fail (command, error);
  else
    {
      fingerprint = sb_certificate_dup_fingerprint (command->certificate);
      detail = g_strdup_printf ("made a certificate, SHA-256 %s", fingerprint);
      sb_command_audit (command, SB_ACT_SETTINGS_CHANGED, "tls-certificate", detail);
      g_hash_table_insert (texts, (char *) "tls-certificate", paths->certificate);
      g_hash_table_insert (texts, (char *) "tls-key", (char *) "");
      sb_command_change_settings (command, texts);
    }
  sb_command_release (command);
}

void
sb_engine_make_certificate_async (SbEngine *self, const char *actor, GAsyncReadyCallback callback, gpointer user_data)
{
  SbCommand *command;
  g_autoptr (GTask) making = NULL;
  Paths *paths;

  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (actor != NULL);

  command = sb_command_new (self, actor, callback, user_data);
  if (command->error == NULL)
    {
      paths = g_new0 (Paths, 1);
      paths->certificate = g_build_filename (self->data_dir, CERTIFICATE_NAME, NULL);
      paths->key = g_strdup ("");
      making = g_task_new (self, NULL, made_cb, command);
      g_task_set_task_data (making, paths, (GDestroyNotify) paths_free);
      sb_command_hold (command);
      g_task_run_in_thread (making, make_thread);
    }
  sb_command_release (command);
}

GTlsCertificate *
sb_engine_make_certificate_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  return sb_engine_read_certificate_finish (self, result, error);
}
