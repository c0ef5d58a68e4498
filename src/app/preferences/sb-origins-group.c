/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "preferences/sb-origins-group.h"
#include "widgets/sb-words.h"
#include <glib/gi18n.h>

/**
 * SbOriginsGroup:
 *
 * The web sites whose pages may connect: a list to add to, checked while it is typed, and to remove from.
 */
struct _SbOriginsGroup
{
  AdwPreferencesGroup parent_instance;

  SbSettings *settings;
  GPtrArray *rows; /* (element-type GtkWidget) one for each origin */
  AdwEntryRow *entry;
  GtkWidget *message_row;
  GtkLabel *message_label;
};

G_DEFINE_FINAL_TYPE (SbOriginsGroup, sb_origins_group, ADW_TYPE_PREFERENCES_GROUP)

static void
set_message (SbOriginsGroup *self,
             const char     *message)
{
  gtk_label_set_label (self->message_label, message != NULL ? message : "");
  gtk_widget_set_visible (self->message_row, message != NULL);
  if (message != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry),
                               GTK_ACCESSIBLE_STATE_INVALID,
                               message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

static char *
dup_typed (SbOriginsGroup *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
}

/* Whether what is typed can be added; the message says why not. */
static gboolean
check (SbOriginsGroup *self)
{
  g_autofree char *origin = dup_typed (self);
  g_auto (GStrv) origins = NULL;
  g_autoptr (GError) error = NULL;

  g_object_get (self->settings, "allowed-origins", &origins, NULL);
  if (*origin == '\0')
    set_message (self, NULL);
  else if (origins != NULL && g_strv_contains ((const char *const *) origins, origin))
    set_message (self, _("This origin is in the list already."));
  else if (!sb_settings_check_text (self->settings, "allowed-origins", origin, &error))
    set_message (self, sb_words_for_setting_error ("allowed-origins", error));
  else
    {
      set_message (self, NULL);
      return TRUE;
    }
  return FALSE;
}

static void
changed_cb (SbOriginsGroup *self)
{
  if (self->settings != NULL)
    adw_entry_row_set_show_apply_button (self->entry, check (self));
}

static void
add_cb (SbOriginsGroup *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *origin = dup_typed (self);
  g_auto (GStrv) old = NULL;
  g_auto (GStrv) new = NULL;

  if (!check (self))
    return;
  g_object_get (self->settings, "allowed-origins", &old, NULL);
  if (old != NULL)
    g_strv_builder_addv (builder, (const char **) old);
  g_strv_builder_add (builder, origin);
  new = g_strv_builder_end (builder);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  adw_entry_row_set_show_apply_button (self->entry, FALSE);
  g_object_set (self->settings, "allowed-origins", new, NULL);
}

static void
remove_cb (SbOriginsGroup *self,
           GtkWidget      *button)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *origin = g_object_get_data (G_OBJECT (button), "origin");
  g_auto (GStrv) old = NULL;
  g_auto (GStrv) new = NULL;

  g_object_get (self->settings, "allowed-origins", &old, NULL);
  for (guint i = 0; old != NULL && old[i] != NULL; i++)
    if (!g_str_equal (old[i], origin))
      g_strv_builder_add (builder, old[i]);
  new = g_strv_builder_end (builder);
  /* The row with the focus goes; what stays is never without one. */
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  g_object_set (self->settings, "allowed-origins", new, NULL);
}

static GtkWidget *
make_row (SbOriginsGroup *self,
          const char     *origin)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-delete-symbolic");
  /* Translators: %s is an origin, as in "https://example.org" */
  g_autofree char *name = g_strdup_printf (_("Remove %s"), origin);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), origin);
  if (g_str_equal (origin, "null"))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _("Pages opened from local files"));
  gtk_widget_set_tooltip_text (button, name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "origin", g_strdup (origin), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
update_cb (SbOriginsGroup *self)
{
  g_auto (GStrv) origins = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);

  /* Above the entry, which stays the last. */
  g_object_get (self->settings, "allowed-origins", &origins, NULL);
  for (guint i = 0; origins != NULL && origins[i] != NULL; i++)
    {
      GtkWidget *row = make_row (self, origins[i]);
      GtkWidget *list = gtk_widget_get_parent (GTK_WIDGET (self->entry));

      gtk_list_box_insert (GTK_LIST_BOX (list), row, i);
      g_ptr_array_add (self->rows, row);
    }
}

static void
sb_origins_group_dispose (GObject *object)
{
  SbOriginsGroup *self = SB_ORIGINS_GROUP (object);

  g_clear_object (&self->settings);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_origins_group_parent_class)->dispose (object);
}

static void
sb_origins_group_class_init (SbOriginsGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_origins_group_dispose;
}

static void
sb_origins_group_init (SbOriginsGroup *self)
{
  self->rows = g_ptr_array_new ();

  self->entry = ADW_ENTRY_ROW (adw_entry_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->entry), _("Add an Origin"));
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 12);
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "apply", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->entry));

  self->message_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->message_label, TRUE);
  gtk_label_set_xalign (self->message_label, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->message_label), "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->message_label), "setting-message");
  self->message_row = adw_preferences_row_new ();
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self->message_row), GTK_WIDGET (self->message_label));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self->message_row), FALSE);
  gtk_widget_set_focusable (self->message_row, FALSE);
  gtk_widget_set_visible (self->message_row, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->message_row);
}

/**
 * sb_origins_group_set_settings:
 * @settings: whose allowed origins are shown; set once
 */
void
sb_origins_group_set_settings (SbOriginsGroup *self,
                               SbSettings     *settings)
{
  g_return_if_fail (SB_IS_ORIGINS_GROUP (self));
  g_return_if_fail (self->settings == NULL);

  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "notify::allowed-origins", G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
}
