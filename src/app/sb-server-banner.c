/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-server-banner.h"
#include "sb-server-commands.h"
#include <glib/gi18n.h>

/**
 * SbServerBanner:
 *
 * What is the matter with the server, on top of every page, with the way out as its button: stopped, could not start,
 * or runs with something broken. Hidden while all is well, and where the page itself says that it is stopped.
 */
struct _SbServerBanner
{
  AdwBin parent_instance;

  SbEngine *engine;
  AdwBanner *banner;
  const char *setting; /* the row of the preferences the button leads to; NULL: it starts the server */
  SbEngineState state; /* as last shown */
  gboolean changed;    /* the settings that made it fail are no longer these */
  gboolean said;       /* the page itself says that it is stopped, with a button */
};

G_DEFINE_FINAL_TYPE (SbServerBanner, sb_server_banner, ADW_TYPE_BIN)

static const char *const settings_that_may_fail[] = {
  "notify::listen-address", "notify::port", "notify::tls-certificate", "notify::tls-key",
};

/* The way out of a failed start. */
static const char *
failed_button (SbServerBanner *self)
{
  g_autofree char *certificate = NULL;

  if (self->changed)
    return _("_Start");
  switch (sb_engine_get_listen_error (self->engine))
    {
    case SB_HUB_ERROR_ADDRESS_IN_USE:
    case SB_HUB_ERROR_PERMISSION:
      self->setting = "port";
      return _("Change _Port…");
    case SB_HUB_ERROR_BAD_ADDRESS:
      self->setting = "listen-address";
      return _("Change _Address…");
    case SB_HUB_ERROR_FAILED:
    default:
      g_object_get (sb_engine_get_settings (self->engine), "tls-certificate", &certificate, NULL);
      self->setting = certificate != NULL && *certificate != '\0' ? "tls-certificate" : NULL;
      return self->setting != NULL ? _("Change _Certificate…") : _("_Try Again");
    }
}

/* The way out of what does not work; NULL: there is none to press. */
static const char *
degraded_button (SbServerBanner *self)
{
  if (sb_engine_has_certificate_trouble (self->engine))
    {
      self->setting = "tls-certificate";
      return _("Change _Certificate…");
    }
  if (sb_engine_has_metrics_trouble (self->engine))
    {
      self->setting = "metrics-listen";
      return _("Change _Address…");
    }

  return NULL;
}

static void
hide (SbServerBanner *self)
{
  adw_banner_set_revealed (self->banner, FALSE);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->banner), NULL);
  /* Screen readers find what is folded away, too. */
  adw_banner_set_title (self->banner, "");
}

static void
update_cb (SbServerBanner *self)
{
  SbEngineState state = sb_engine_get_state (self->engine);
  const char *message = sb_engine_get_state_message (self->engine);

  self->setting = NULL;
  if (state != self->state)
    self->changed = FALSE;
  self->state = state;
  switch (state)
    {
    case SB_ENGINE_FAILED:
      adw_banner_set_title (self->banner, message != NULL ? message : _("The server could not be started."));
      adw_banner_set_button_label (self->banner, failed_button (self));
      break;
    case SB_ENGINE_DEGRADED:
      adw_banner_set_title (self->banner,
                            message != NULL ? message : _("Something on the server does not work as it should."));
      adw_banner_set_button_label (self->banner, degraded_button (self));
      break;
    case SB_ENGINE_STOPPED:
      if (self->said)
        {
          hide (self);
          return;
        }
      adw_banner_set_title (self->banner, _("The server is stopped: nobody can connect."));
      adw_banner_set_button_label (self->banner, _("_Start"));
      break;
    case SB_ENGINE_STARTING:
    case SB_ENGINE_LISTENING:
    case SB_ENGINE_STOPPING:
    default:
      hide (self);
      return;
    }
  /* It cuts what takes more than three lines. */
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->banner), message);
  adw_banner_set_revealed (self->banner, TRUE);
}

static void
settings_changed_cb (SbServerBanner *self)
{
  self->changed = TRUE;
  update_cb (self);
}

static void
button_clicked_cb (SbServerBanner *self)
{
  if (self->setting != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.preferences", "s", self->setting);
  else
    sb_server_start (GTK_WIDGET (self), self->engine);
}

static void
sb_server_banner_dispose (GObject *object)
{
  g_clear_object (&SB_SERVER_BANNER (object)->engine);

  G_OBJECT_CLASS (sb_server_banner_parent_class)->dispose (object);
}

static void
sb_server_banner_class_init (SbServerBannerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_server_banner_dispose;
}

static void
sb_server_banner_init (SbServerBanner *self)
{
  self->banner = ADW_BANNER (adw_banner_new (""));
  /* The sentence names files and addresses as they are. */
  adw_banner_set_use_markup (self->banner, FALSE);
  g_signal_connect_object (self->banner, "button-clicked", G_CALLBACK (button_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->banner));
}

/**
 * sb_server_banner_new:
 * @engine: whose state is shown
 */
GtkWidget *
sb_server_banner_new (SbEngine *engine)
{
  SbServerBanner *self;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_SERVER_BANNER, NULL);
  self->engine = g_object_ref (engine);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state-message", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (settings_that_may_fail); i++)
    g_signal_connect_object (sb_engine_get_settings (engine), settings_that_may_fail[i], G_CALLBACK (settings_changed_cb),
                             self, G_CONNECT_SWAPPED);
  update_cb (self);
  return GTK_WIDGET (self);
}

/**
 * sb_server_banner_set_said:
 * @said: whether the page itself says that the server is stopped, so that it need not be said twice
 */
void
sb_server_banner_set_said (SbServerBanner *self,
                           gboolean        said)
{
  g_return_if_fail (SB_IS_SERVER_BANNER (self));

  if (self->said == said)
    return;
  self->said = said;
  update_cb (self);
}
