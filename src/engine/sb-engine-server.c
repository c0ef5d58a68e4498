/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#define G_LOG_DOMAIN "sb-engine"

#include "sb-engine-private.h"

#include "sb-uris.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Start, stop, the state that is shown, and the clock. */

#define DRAIN_WINDOW_MS 16
#define DRAIN_DAEMON_MS 100
#define REFRESH_MS 250
/* Rows read at each refresh: ten thousand clients come round once a second. */
#define REFRESH_MAX 2500

G_STATIC_ASSERT (SB_ENGINE_FAILED == 5);

const char *
sb_engine_state_to_id (SbEngineState state)
{
  static const char *const ids[] = { "stopped", "starting", "listening", "degraded", "stopping", "failed" };

  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (ids), NULL);

  return ids[state];
}

/* --- state --- */

SbEngineState
sb_engine_get_state (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), SB_ENGINE_STOPPED);

  if (self->phase == SB_ENGINE_LISTENING)
    for (guint i = 0; i < SB_N_TROUBLES; i++)
      if (self->troubles[i] != NULL)
        return SB_ENGINE_DEGRADED;

  return self->phase;
}

/* The audit trail is in the same file as the rest: what keeps it from being written is told once. */
static gboolean
is_told (SbEngine *self, SbTrouble trouble)
{
  return self->troubles[trouble] != NULL && !(trouble == SB_TROUBLE_AUDIT && self->troubles[SB_TROUBLE_STORE] != NULL);
}

static char *
make_state_message (SbEngine *self)
{
  GString *message = g_string_new (self->phase == SB_ENGINE_FAILED ? self->failure : NULL);

  for (guint i = 0; i < SB_N_TROUBLES; i++)
    if (is_told (self, i))
      g_string_append_printf (message, "%s%s", message->len > 0 ? " " : "", self->troubles[i]);

  if (message->len == 0)
    {
      g_string_free (message, TRUE);
      return NULL;
    }

  return g_string_free (message, FALSE);
}

static void
update_state_message (SbEngine *self)
{
  g_autofree char *message = make_state_message (self);

  if (g_set_str (&self->state_message, message))
    sb_engine_notify (self, SB_ENGINE_PROP_STATE_MESSAGE);
}

void
sb_engine_set_phase (SbEngine *self, SbEngineState phase)
{
  SbEngineState before = sb_engine_get_state (self);

  g_object_freeze_notify (G_OBJECT (self));
  self->phase = phase;
  sb_engine_sample_history (self);
  update_state_message (self);
  if (sb_engine_get_state (self) != before)
    sb_engine_notify (self, SB_ENGINE_PROP_STATE);
  g_object_thaw_notify (G_OBJECT (self));
}

/* @message NULL: it is over. */
void
sb_engine_set_trouble (SbEngine *self, SbTrouble trouble, const char *message)
{
  SbEngineState before = sb_engine_get_state (self);

  g_object_freeze_notify (G_OBJECT (self));
  g_set_str (&self->troubles[trouble], message);
  update_state_message (self);
  if (sb_engine_get_state (self) != before)
    sb_engine_notify (self, SB_ENGINE_PROP_STATE);
  g_object_thaw_notify (G_OBJECT (self));
}

void
sb_engine_set_metrics_trouble (SbEngine *self, const char *message)
{
  g_return_if_fail (SB_IS_ENGINE (self));

  sb_engine_set_trouble (self, SB_TROUBLE_METRICS, message);
}

gboolean
sb_engine_has_metrics_trouble (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), FALSE);

  return self->troubles[SB_TROUBLE_METRICS] != NULL;
}

gboolean
sb_engine_is_running (SbEngine *self)
{
  return self->phase == SB_ENGINE_LISTENING;
}

/* Addresses come and go with cables and radios: asked again now and then. */
void
sb_engine_refresh_uris (SbEngine *self)
{
  g_auto (GStrv) uris = NULL;

  if (sb_engine_is_running (self))
    uris = sb_uris_list (self->listening_on, sb_hub_get_port (self->hub), self->certificate != NULL);
  else
    uris = g_new0 (char *, 1);

  if (g_strv_equal ((const char *const *) self->uris, (const char *const *) uris))
    return;

  g_strfreev (self->uris);
  self->uris = g_steal_pointer (&uris);
  sb_engine_notify (self, SB_ENGINE_PROP_URIS);
}

/* --- start --- */

/* What went wrong, with a way out. */
static char *
explain_listen_error (const GError *error, const char *address, guint port)
{
  if (error->domain == SB_ENGINE_ERROR)
    return g_strdup (error->message);

  switch (error->domain == SB_HUB_ERROR ? (SbHubError) error->code : SB_HUB_ERROR_FAILED)
    {
    case SB_HUB_ERROR_ADDRESS_IN_USE:
      return g_strdup_printf (
          _("Port %u is already in use by another program. Choose another port or stop that program."), port);
    case SB_HUB_ERROR_PERMISSION:
      if (port < 1024)
        return g_strdup_printf (_("Port %u is reserved for the system. Choose a port from 1024 on."), port);
      return g_strdup_printf (_("This computer does not permit listening on port %u. Choose another port."), port);
    case SB_HUB_ERROR_BAD_ADDRESS:
      return g_strdup_printf (_("“%s” is not an address of this computer. Choose another address to listen on."),
                              address);
    case SB_HUB_ERROR_FAILED:
    default: return g_strdup_printf (_("The server cannot listen on %s, port %u: %s"), address, port, error->message);
    }
}

static void
ensure_hub (SbEngine *self)
{
  guint lanes;

  if (self->hub != NULL)
    return;

  g_object_get (self->settings, "lanes", &lanes, NULL);
  self->hub = sb_hub_new (lanes, self->window ? DRAIN_WINDOW_MS : DRAIN_DAEMON_MS, sb_engine_events_cb, self);
  self->n_lanes = sb_hub_get_n_lanes (self->hub);
  sb_engine_apply_limits (self);
  sb_engine_put_all_tokens (self);
  sb_engine_put_all_blocks (self);
  sb_engine_put_rules (self);
  sb_engine_put_all_retained (self);
}

static gboolean
listen_on (SbEngine *self, const char *address, guint port, GError **error)
{
  g_autoptr (GInetAddress) parsed = NULL;

  if (strcmp (address, "*") != 0)
    {
      parsed = g_inet_address_new_from_string (address);
      if (parsed == NULL)
        {
          g_set_error (error, SB_HUB_ERROR, SB_HUB_ERROR_BAD_ADDRESS, "“%s” is not an address", address);
          return FALSE;
        }
    }

  if (!sb_hub_listen (self->hub, parsed, (guint16) port, error))
    return FALSE;
  g_set_object (&self->listening_on, parsed);

  return TRUE;
}

gboolean
sb_engine_start (SbEngine *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *address = NULL;
  guint port;

  g_return_val_if_fail (SB_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (!self->closing, FALSE);

  if (self->phase == SB_ENGINE_LISTENING || self->phase == SB_ENGINE_STOPPING)
    {
      g_set_error_literal (error, SB_ENGINE_ERROR, SB_ENGINE_ERROR_STATE,
                           self->phase == SB_ENGINE_LISTENING
                               ? _("The server is running already.")
                               : _("The server is still stopping. Try again in a few seconds."));
      return FALSE;
    }

  sb_engine_set_phase (self, SB_ENGINE_STARTING);
  ensure_hub (self);
  g_object_get (self->settings, "listen-address", &address, "port", &port, NULL);
  if (!sb_engine_begin_tls (self, &local) || !listen_on (self, address, port, &local))
    {
      g_free (self->failure);
      self->failure = explain_listen_error (local, address, port);
      self->listen_error = local->domain == SB_HUB_ERROR ? (SbHubError) local->code : SB_HUB_ERROR_FAILED;
      sb_engine_end_tls (self);
      sb_engine_set_phase (self, SB_ENGINE_FAILED);
      sb_engine_note (self, SB_ACT_SERVER_FAILED, "server", "", self->failure);
      g_set_error_literal (error, local->domain, local->code, self->failure);
      return FALSE;
    }

  self->started_at = g_get_real_time ();
  sb_engine_set_trouble (self, SB_TROUBLE_NETWORK, NULL);
  sb_engine_set_phase (self, SB_ENGINE_LISTENING);
  sb_engine_notify (self, SB_ENGINE_PROP_PORT);
  sb_engine_refresh_uris (self);
  sb_engine_note (self, SB_ACT_SERVER_STARTED, "server", self->uris[0], "");

  return TRUE;
}

/* --- stop --- */

/* The hub has let everyone go, or is gone itself. */
void
sb_engine_finish_stop (SbEngine *self, guint n_clients)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->stop_tasks);
  g_autofree char *detail = g_strdup_printf ("%u clients were connected", n_clients);

  self->stop_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->started_at = 0;
  g_clear_object (&self->listening_on);
  sb_engine_end_tls (self);
  sb_engine_set_trouble (self, SB_TROUBLE_NETWORK, NULL);
  sb_engine_set_phase (self, SB_ENGINE_STOPPED);
  sb_engine_notify (self, SB_ENGINE_PROP_PORT);
  sb_engine_refresh_uris (self);
  sb_engine_note (self, SB_ACT_SERVER_STOPPED, "server", "", detail);
  sb_engine_flush_uses (self);

  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

static void
hub_stopped_cb (guint n, gpointer user_data)
{
  SbEngine *self = user_data;

  if (self->phase == SB_ENGINE_STOPPING)
    sb_engine_finish_stop (self, n);
}

void
sb_engine_stop_async (SbEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SB_IS_ENGINE (self));

  task = g_task_new (self, NULL, callback, user_data);
  if (self->phase == SB_ENGINE_LISTENING)
    {
      guint timeout;

      g_object_get (self->settings, "drain-timeout", &timeout, NULL);
      g_ptr_array_add (self->stop_tasks, g_steal_pointer (&task));
      sb_engine_set_phase (self, SB_ENGINE_STOPPING);
      sb_hub_stop (self->hub, 1001, "server stopping", timeout, hub_stopped_cb, self);
    }
  else if (self->phase == SB_ENGINE_STOPPING)
    g_ptr_array_add (self->stop_tasks, g_steal_pointer (&task));
  else
    {
      sb_engine_set_phase (self, SB_ENGINE_STOPPED);
      g_task_return_boolean (task, TRUE);
    }
}

gboolean
sb_engine_stop_finish (SbEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the clock --- */

void
sb_engine_get_totals (SbEngine *self, SbHubTotals *totals)
{
  g_return_if_fail (SB_IS_ENGINE (self));
  g_return_if_fail (totals != NULL);

  memset (totals, 0, sizeof *totals);
  if (self->hub != NULL)
    sb_hub_get_totals (self->hub, totals);
}

static void
write_refusals (SbEngine *self, gint64 now)
{
  g_autoptr (GPtrArray) entries = sb_refusals_expire (self->refusals, now);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    sb_audit_add (self->audit, g_object_ref (g_ptr_array_index (entries, i)), NULL, NULL);
}

static gboolean
tick_cb (gpointer user_data)
{
  SbEngine *self = user_data;
  gint64 now = g_get_monotonic_time ();
  SbHubTotals totals;

  self->n_ticks++;
  sb_engine_get_totals (self, &totals);
  sb_meter_sample (self->meter, &totals, now);
  sb_engine_sample_history (self);
  if (totals.not_kept > self->n_not_kept)
    {
      sb_traffic_log_add_not_kept (self->traffic, totals.not_kept - self->n_not_kept);
      self->n_not_kept = totals.not_kept;
    }

  sb_engine_check_tokens (self);
  sb_engine_check_clock (self);
  sb_engine_check_keeping (self);
  sb_engine_expire_blocks (self);
  sb_engine_check_schedules (self);
  write_refusals (self, now);
  if (self->n_ticks % 60 == 0 && self->troubles[SB_TROUBLE_CERTIFICATE] == NULL)
    sb_engine_check_certificate (self);
  if (self->n_ticks % 5 == 0)
    {
      sb_engine_refresh_uris (self);
      sb_engine_flush_uses (self);
      sb_engine_flush_rule_counts (self);
      if (g_hash_table_size (self->revocations) > 0 || self->unsaved_reports->len > 0 ||
          g_hash_table_size (self->unkept_blocks) > 0 || self->keeping_set_at == 0)
        sb_engine_retry_store (self);
    }
  sb_engine_emit_ticked (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
refresh_cb (gpointer user_data)
{
  SbEngine *self = user_data;
  guint max_backlog;

  sb_rule_list_refresh (self->rules);
  sb_engine_refresh_retained (self);
  if (sb_client_list_count (self->clients) > 0)
    {
      g_object_get (self->settings, "max-backlog", &max_backlog, NULL);
      sb_client_list_refresh (self->clients, REFRESH_MAX, g_get_monotonic_time (), max_backlog);
    }

  return G_SOURCE_CONTINUE;
}

void
sb_engine_start_timers (SbEngine *self)
{
  SbHubTotals totals;

  sb_engine_get_totals (self, &totals);
  sb_meter_sample (self->meter, &totals, g_get_monotonic_time ());
  self->tick_timer = g_timeout_add (1000, tick_cb, self);
  self->refresh_timer = g_timeout_add (REFRESH_MS, refresh_cb, self);
  sb_engine_arm_expiry (self);
}

/* What the minute has counted is written now. */
void
sb_engine_stop_timers (SbEngine *self)
{
  g_clear_handle_id (&self->tick_timer, g_source_remove);
  g_clear_handle_id (&self->refresh_timer, g_source_remove);
  g_clear_handle_id (&self->expiry_timer, g_source_remove);
  g_clear_handle_id (&self->schedule_timer, g_source_remove);
  write_refusals (self, G_MAXINT64);
}
