/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-notifier.h"
#include <glib/gi18n.h>

/* So many refused sign-ins in a minute are a burst; when there are so few again, it is over. */
#define BURST 20
#define BURST_OVER 5

/**
 * SbNotifier:
 *
 * Tells whoever does not look at the window what cannot wait: that the server stopped by an error, that somebody tries
 * tokens, or that a message could not be sent by itself. One notification each, taken back when it is no longer true, or when the window is looked at. Owned by the
 * application.
 */
struct _SbNotifier
{
  GObject parent_instance;

  GtkApplication *application; /* not owned */
  SbEngine *engine;
  gboolean armed;
  gboolean burst;  /* is told */
  gboolean server; /* is told */
  gboolean schedule; /* is told */
};

G_DEFINE_FINAL_TYPE (SbNotifier, sb_notifier, G_TYPE_OBJECT)

/* Whoever looks at the window sees it there. */
static gboolean
is_looked_at (SbNotifier *self)
{
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    if (gtk_widget_get_visible (l->data) && gtk_window_is_active (l->data))
      return TRUE;
  return FALSE;
}

/* @page, @filter: where a click leads. */
static void
send (SbNotifier *self,
      const char *id,
      const char *title,
      const char *body,
      const char *page,
      const char *filter)
{
  g_autoptr (GNotification) notification = g_notification_new (title);

  if (body != NULL)
    g_notification_set_body (notification, body);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.show-page", "(ss)", page, filter);
  g_application_send_notification (G_APPLICATION (self->application), id, notification);
}

static void
withdraw (SbNotifier *self,
          const char *id,
          gboolean   *told)
{
  if (*told)
    g_application_withdraw_notification (G_APPLICATION (self->application), id);
  *told = FALSE;
}

static void
state_changed_cb (SbNotifier *self)
{
  SbEngineState state = sb_engine_get_state (self->engine);

  if (state != SB_ENGINE_FAILED && state != SB_ENGINE_DEGRADED)
    withdraw (self, "server", &self->server);
  else if (self->armed && !is_looked_at (self))
    {
      self->server = TRUE;
      send (self, "server",
            state == SB_ENGINE_FAILED ? _("The Server Is Not Running") : _("The Server Needs Attention"),
            sb_engine_get_state_message (self->engine), "overview", "");
    }
}

static gboolean
any_schedule_fails (SbNotifier *self)
{
  GListModel *schedules = sb_engine_get_schedules (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (schedules); i++)
    {
      g_autoptr (SbSchedule) schedule = g_list_model_get_item (schedules, i);

      if (sb_schedule_get_error (schedule) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
sampled_cb (SbNotifier *self)
{
  guint64 n = sb_meter_get_sum (sb_engine_get_meter (self->engine), SB_MEASURE_REFUSED, 60);

  if (self->schedule && !any_schedule_fails (self))
    withdraw (self, "schedule", &self->schedule);
  if (n < BURST_OVER)
    withdraw (self, "refused", &self->burst);
  else if (n >= BURST && !self->burst && self->armed && !is_looked_at (self))
    {
      g_autofree char *body = g_strdup_printf (ngettext ("%u sign-in was refused within a minute.",
                                                         "%u sign-ins were refused within a minute.", (gulong) n),
                                               (guint) n);

      self->burst = TRUE;
      send (self, "refused", _("Many Refused Sign-Ins"), body, "audit", "refused");
    }
}

/* Said by the engine each time that one begins to fail. */
static void
notice_cb (SbNotifier *self,
           const char *code,
           const char *message)
{
  if (!g_str_equal (code, "schedule-failed") || !self->armed || is_looked_at (self))
    return;
  self->schedule = TRUE;
  send (self, "schedule", _("A Message Was Not Sent"), message, "broadcast", "");
}

static void
active_window_changed_cb (SbNotifier *self)
{
  if (!is_looked_at (self))
    return;
  withdraw (self, "server", &self->server);
  withdraw (self, "refused", &self->burst);
  withdraw (self, "schedule", &self->schedule);
}

static void
sb_notifier_dispose (GObject *object)
{
  SbNotifier *self = SB_NOTIFIER (object);

  if (self->engine != NULL)
    {
      withdraw (self, "server", &self->server);
      withdraw (self, "refused", &self->burst);
      withdraw (self, "schedule", &self->schedule);
    }
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_notifier_parent_class)->dispose (object);
}

static void
sb_notifier_class_init (SbNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_notifier_dispose;
}

static void
sb_notifier_init (SbNotifier *self)
{
}

static void
window_added_cb (SbNotifier *self,
                 GtkWindow  *window)
{
  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (active_window_changed_cb), self, G_CONNECT_SWAPPED);
}

/**
 * sb_notifier_new:
 * @application: which outlives the notifier; it has an action show-page (ss)
 * @engine: what is watched
 */
SbNotifier *
sb_notifier_new (GtkApplication *application,
                 SbEngine       *engine)
{
  SbNotifier *self = g_object_new (SB_TYPE_NOTIFIER, NULL);

  self->application = application;
  self->engine = g_object_ref (engine);
  g_signal_connect_object (application, "window-added", G_CALLBACK (window_added_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (state_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notice", G_CALLBACK (notice_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_engine_get_meter (engine), "sampled", G_CALLBACK (sampled_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * sb_notifier_set_armed:
 *
 * From now on it tells. Before, the window is still on its way to whoever waits for it.
 */
void
sb_notifier_set_armed (SbNotifier *self)
{
  g_return_if_fail (SB_IS_NOTIFIER (self));

  self->armed = TRUE;
}
