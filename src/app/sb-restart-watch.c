/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-restart-watch.h"
#include "sb-server-commands.h"

/**
 * SbRestartWatch:
 *
 * Knows whether a restart would make a difference, since some settings count only when the server starts: it runs, or
 * could not be started, with others than are set now. Made before the server is started; owned by the window.
 */
struct _SbRestartWatch
{
  GObject parent_instance;

  SbEngine *engine;
  gboolean tried; /* it runs, or failed to */
  gboolean needed;
  char *tried_with[5]; /* one for each key */
};

G_DEFINE_FINAL_TYPE (SbRestartWatch, sb_restart_watch, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NEEDED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What SbSettings reads at the next start only. */
static const char *const keys[] = { "listen-address", "port", "lanes", "tls-certificate", "tls-key" };
G_STATIC_ASSERT (G_N_ELEMENTS (keys) == G_N_ELEMENTS (((SbRestartWatch *) NULL)->tried_with));

/* What counts of a setting at the start. While the server runs, it takes up another certificate by itself; only that there is one, or none
 * any more, has to wait. */
static gboolean
differs (SbRestartWatch *self,
         guint           i)
{
  g_autofree char *now = sb_settings_get_text (sb_engine_get_settings (self->engine), keys[i]);

  if (g_str_has_prefix (keys[i], "tls-") && sb_server_is_running (self->engine))
    return g_str_equal (keys[i], "tls-certificate") && (*now == '\0') != (*self->tried_with[i] == '\0');
  return g_strcmp0 (now, self->tried_with[i]) != 0;
}

static void
update_cb (SbRestartWatch *self)
{
  gboolean needed = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (keys) && self->tried; i++)
    needed = needed || differs (self, i);
  if (self->needed == needed)
    return;
  self->needed = needed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEEDED]);
}

static void
state_changed_cb (SbRestartWatch *self)
{
  gboolean tried = sb_server_is_running (self->engine) || sb_engine_get_state (self->engine) == SB_ENGINE_FAILED;

  if (tried && !self->tried)
    for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
      {
        g_free (self->tried_with[i]);
        self->tried_with[i] = sb_settings_get_text (sb_engine_get_settings (self->engine), keys[i]);
      }
  self->tried = tried;
  update_cb (self);
}

static void
sb_restart_watch_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  if (prop_id == PROP_NEEDED)
    g_value_set_boolean (value, SB_RESTART_WATCH (object)->needed);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_restart_watch_finalize (GObject *object)
{
  SbRestartWatch *self = SB_RESTART_WATCH (object);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_free (self->tried_with[i]);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_restart_watch_parent_class)->finalize (object);
}

static void
sb_restart_watch_class_init (SbRestartWatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_restart_watch_get_property;
  object_class->finalize = sb_restart_watch_finalize;

  properties[PROP_NEEDED] = g_param_spec_boolean ("needed", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_restart_watch_init (SbRestartWatch *self)
{
}

/**
 * sb_restart_watch_new:
 * @engine: whose settings are watched
 */
SbRestartWatch *
sb_restart_watch_new (SbEngine *engine)
{
  SbRestartWatch *self = g_object_new (SB_TYPE_RESTART_WATCH, NULL);

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (state_changed_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *signal = g_strdup_printf ("notify::%s", keys[i]);

      g_signal_connect_object (sb_engine_get_settings (engine), signal, G_CALLBACK (update_cb), self,
                               G_CONNECT_SWAPPED);
    }
  state_changed_cb (self);
  return self;
}

/**
 * sb_restart_watch_get_needed:
 *
 * Returns: whether a restart would make a difference
 */
gboolean
sb_restart_watch_get_needed (SbRestartWatch *self)
{
  g_return_val_if_fail (SB_IS_RESTART_WATCH (self), FALSE);

  return self->needed;
}
