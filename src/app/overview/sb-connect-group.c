/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-connect-group.h"
#include "sb-server-commands.h"
#include "widgets/sb-connect-snippets.h"
#include "widgets/sb-copy-button.h"
#include "widgets/sb-qr.h"
#include <glib/gi18n.h>

/**
 * SbConnectGroup:
 *
 * How to reach the server: every address with Copy and QR code, code to start with, and a client that is there already.
 */
struct _SbConnectGroup
{
  AdwPreferencesGroup parent_instance;

  SbEngine *engine;
  GPtrArray *rows; /* (element-type GtkWidget) those that come and go with the addresses */
  char **shown;    /* the addresses they show, none while the server does not run; NULL: nothing yet */
};

G_DEFINE_FINAL_TYPE (SbConnectGroup, sb_connect_group, ADW_TYPE_PREFERENCES_GROUP)

/* With the path: it is the channel, and here the lobby. */
static char *
with_path (const char *uri)
{
  return g_strdup_printf ("%s%s", uri, g_str_has_suffix (uri, "/") ? "" : "/");
}

/* The address to write into code: from the network where it is served, else on this computer. */
static char *
dup_best_uri (SbConnectGroup *self)
{
  g_auto (GStrv) uris = sb_engine_dup_uris (self->engine);
  guint port;

  if (uris != NULL && uris[0] != NULL)
    return with_path (uris[1] != NULL ? uris[1] : uris[0]);
  g_object_get (sb_engine_get_settings (self->engine), "port", &port, NULL);
  return g_strdup_printf ("ws://127.0.0.1:%u/", port);
}

static void
qr_cb (GtkWidget *button)
{
  adw_dialog_present (sb_qr_dialog_new (C_("how to connect", "Connect"), gtk_widget_get_name (button)), button);
}

static void
add_row (SbConnectGroup *self,
         GtkWidget      *row)
{
  g_ptr_array_add (self->rows, row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
}

static void
add_uri_row (SbConnectGroup *self,
             const char     *bare_uri)
{
  GtkWidget *row = adw_action_row_new ();
  gboolean loopback = sb_server_is_loopback (bare_uri);
  g_autofree char *uri = with_path (bare_uri);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), loopback ? _("This Computer") : _("This Network"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), uri);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_add_css_class (row, "num");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), sb_copy_button_new (_("Copy Address"), uri, FALSE));
  /* Another device can do nothing with the address of this one's loopback. */
  if (!loopback)
    {
      GtkWidget *button = gtk_button_new_from_icon_name ("signalbox-qr-symbolic");

      gtk_widget_set_tooltip_text (button, _("Show QR Code"));
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_set_name (button, uri);
      g_signal_connect (button, "clicked", G_CALLBACK (qr_cb), NULL);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  add_row (self, row);
}

static GtkWidget *
add_text_row (SbConnectGroup *self,
              const char     *title,
              const char     *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  add_row (self, row);
  return row;
}

/* A row that leads on. */
static GtkWidget *
add_row_on (SbConnectGroup *self,
            const char     *title,
            const char     *subtitle)
{
  GtkWidget *row = add_text_row (self, title, subtitle);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  return row;
}

/* With the way to change that. */
static void
add_loopback_row (SbConnectGroup *self)
{
  GtkWidget *row = add_text_row (self, _("Other Devices Cannot Connect"), _("The server listens on this computer only"));
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Change…"));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.preferences");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", "listen-address");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
show (SbConnectGroup *self)
{
  char **uris = self->shown;
  GtkWidget *row;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);

  /* How to start it stands above: in the first steps, or the banner. */
  if (uris[0] == NULL)
    add_text_row (self, _("The Server Is Not Running"), _("Its addresses are shown here once it runs"));
  /* The engine names this computer's own address first; others are of more use. */
  for (guint i = 1; uris[0] != NULL && uris[i] != NULL; i++)
    add_uri_row (self, uris[i]);
  if (uris[0] != NULL)
    add_uri_row (self, uris[0]);
  if (g_strv_length (uris) == 1 && sb_server_is_loopback (uris[0]))
    add_loopback_row (self);
  row = add_row_on (self, _("Example Code"), _("Browser, Node.js, Python, curl, websocat, Arduino"));
  g_signal_connect_object (row, "activated", G_CALLBACK (sb_connect_group_show_code), self, G_CONNECT_SWAPPED);
  row = add_row_on (self, _("Test Client"), _("No code at hand? See what a client sees, and say what it may say"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "app.test-client");
}

/* Only other addresses make other rows: they keep the focus, and the tick of what was just copied, over all else that happens. */
static void
update_cb (SbConnectGroup *self)
{
  gboolean running = sb_server_is_running (self->engine);
  g_auto (GStrv) uris = running ? sb_engine_dup_uris (self->engine) : NULL;

  if (uris == NULL)
    uris = g_new0 (char *, 1);
  /* They are told right behind the state. */
  if (running && uris[0] == NULL)
    return;
  if (self->shown != NULL && g_strv_equal ((const char *const *) self->shown, (const char *const *) uris))
    return;
  g_strfreev (self->shown);
  self->shown = g_steal_pointer (&uris);
  show (self);
}

static void
sb_connect_group_dispose (GObject *object)
{
  SbConnectGroup *self = SB_CONNECT_GROUP (object);

  g_clear_object (&self->engine);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->shown, g_strfreev);

  G_OBJECT_CLASS (sb_connect_group_parent_class)->dispose (object);
}

static void
sb_connect_group_class_init (SbConnectGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_connect_group_dispose;
}

static void
sb_connect_group_init (SbConnectGroup *self)
{
  self->rows = g_ptr_array_new ();
}

/**
 * sb_connect_group_set_engine:
 * @engine: whose addresses are shown; set once
 */
void
sb_connect_group_set_engine (SbConnectGroup *self,
                             SbEngine       *engine)
{
  g_return_if_fail (SB_IS_CONNECT_GROUP (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (engine, "notify::uris", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
}

/**
 * sb_connect_group_show_code:
 *
 * Shows code to start with, with the address filled in.
 */
void
sb_connect_group_show_code (SbConnectGroup *self)
{
  g_autofree char *uri = NULL;

  g_return_if_fail (SB_IS_CONNECT_GROUP (self));

  uri = dup_best_uri (self);
  adw_dialog_present (sb_connect_snippets_dialog_new (uri), GTK_WIDGET (self));
}
