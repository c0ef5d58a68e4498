/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "preferences/sb-setting-row.h"
#include "sb-setting.h"
#include "widgets/sb-words.h"
#include <glib/gi18n.h>

/**
 * SbSettingRow:
 *
 * One setting as text, checked while it is typed: what is wrong stands below it, in words. What is right is applied
 * with the button, Enter, or by leaving the row. Where it is not the default, a button takes it back. What deletes
 * something for good ("deliberate") is not applied by leaving: that shows again what is set.
 */
struct _SbSettingRow
{
  AdwEntryRow parent_instance;

  SbSettings *settings;
  char *key;
  gboolean file; /* the path of one: a button chooses it */
  char *unit;
  gboolean deliberate;
  gboolean updating;

  GtkWidget *reset_button;
  GtkWidget *message_row; /* below this one in the list; NULL: not yet made */
  GtkLabel *message_label;
};

G_DEFINE_FINAL_TYPE (SbSettingRow, sb_setting_row, ADW_TYPE_ENTRY_ROW)

enum
{
  PROP_0,
  PROP_KEY,
  PROP_FILE,
  PROP_UNIT,
  PROP_DELIBERATE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static char *
dup_typed (SbSettingRow *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self))));
}

static void
ensure_message_row (SbSettingRow *self)
{
  GtkWidget *list = gtk_widget_get_parent (GTK_WIDGET (self));

  if (self->message_row != NULL || !GTK_IS_LIST_BOX (list))
    return;
  self->message_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->message_label, TRUE);
  gtk_label_set_xalign (self->message_label, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->message_label), "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->message_label), "setting-message");

  self->message_row = adw_preferences_row_new ();
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self->message_row), GTK_WIDGET (self->message_label));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self->message_row), FALSE);
  gtk_widget_set_focusable (self->message_row, FALSE);
  gtk_list_box_insert (GTK_LIST_BOX (list), self->message_row,
                       gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (self)) + 1);
}

static void
set_message (SbSettingRow *self,
             const char   *message)
{
  if (message == NULL)
    {
      if (self->message_row != NULL)
        {
          gtk_label_set_label (self->message_label, "");
          gtk_widget_set_visible (self->message_row, FALSE);
        }
      gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
      gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_FALSE,
                                   -1);
      return;
    }
  ensure_message_row (self);
  if (self->message_row != NULL)
    {
      gtk_label_set_label (self->message_label, message);
      gtk_widget_set_visible (self->message_row, TRUE);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (self),
                                      GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE, self->message_label, NULL,
                                      -1);
    }
  gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
}

static void
changed_cb (SbSettingRow *self)
{
  g_autofree char *typed = dup_typed (self);
  g_autoptr (GError) error = NULL;
  gboolean good;

  if (self->updating || self->settings == NULL)
    return;
  good = sb_settings_check_text (self->settings, self->key, typed, &error);
  set_message (self, good ? NULL : sb_words_for_setting_error (self->key, error));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self), good);
}

static char *
dup_default (SbSettingRow *self)
{
  SbSettingId id;
  const SbSetting *setting = sb_setting_find (self->key, &id);
  g_auto (GValue) value = G_VALUE_INIT;

  sb_setting_init_value (setting, &value);
  return sb_setting_to_text (setting, &value);
}

static void
reset_cb (SbSettingRow *self)
{
  g_autofree char *text = dup_default (self);

  /* The button with the focus goes. */
  gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_editable_set_text (GTK_EDITABLE (self), text);
  sb_setting_row_apply (self);
}

static void
update_reset_button (SbSettingRow *self,
                     const char   *text)
{
  g_autofree char *initial = dup_default (self);
  /* Translators: %s is the default of a setting */
  g_autofree char *shown = *initial != '\0' ? g_strdup_printf (_("Reset to %s"), initial) : g_strdup (_("Clear"));

  gtk_widget_set_visible (self->reset_button, !g_str_equal (initial, text));
  gtk_widget_set_tooltip_text (self->reset_button, shown);
}

static void
show_current_cb (SbSettingRow *self)
{
  g_autofree char *text = sb_settings_get_text (self->settings, self->key);

  update_reset_button (self, text);
  self->updating = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self), text);
  self->updating = FALSE;
  set_message (self, NULL);
}

static void
file_chosen_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (SbSettingRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL && g_file_peek_path (file) != NULL)
    {
      gtk_editable_set_text (GTK_EDITABLE (self), g_file_peek_path (file));
      sb_setting_row_apply (self);
    }
  else if (file != NULL)
    set_message (self, _("That file is not on this computer"));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    set_message (self, error->message);
}

static void
choose_file_cb (SbSettingRow *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, file_chosen_cb,
                        g_object_ref (self));
}

static GtkWidget *
add_button (SbSettingRow *self,
            const char   *icon_name,
            GCallback     callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon_name);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (self), button);
  return button;
}

static void
sb_setting_row_constructed (GObject *object)
{
  SbSettingRow *self = SB_SETTING_ROW (object);

  G_OBJECT_CLASS (sb_setting_row_parent_class)->constructed (object);

  if (self->unit != NULL)
    {
      GtkWidget *label = gtk_label_new (self->unit);

      gtk_widget_add_css_class (label, "dimmed");
      adw_entry_row_add_suffix (ADW_ENTRY_ROW (self), label);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->unit, -1);
    }
  self->reset_button = add_button (self, "edit-undo-symbolic", G_CALLBACK (reset_cb));
  gtk_widget_set_visible (self->reset_button, FALSE);
  if (self->file)
    gtk_widget_set_tooltip_text (add_button (self, "document-open-symbolic", G_CALLBACK (choose_file_cb)),
                                 _("Choose a File"));
}

/* Enter and the apply button. */
static void
apply_cb (SbSettingRow *self)
{
  sb_setting_row_apply (self);
}

static void
leave_cb (SbSettingRow *self)
{
  if (!self->deliberate)
    sb_setting_row_apply (self);
  else if (self->settings != NULL)
    {
      show_current_cb (self);
      adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self), FALSE);
    }
}

static void
sb_setting_row_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SbSettingRow *self = SB_SETTING_ROW (object);

  if (prop_id == PROP_KEY)
    g_value_set_string (value, self->key);
  else if (prop_id == PROP_FILE)
    g_value_set_boolean (value, self->file);
  else if (prop_id == PROP_UNIT)
    g_value_set_string (value, self->unit);
  else if (prop_id == PROP_DELIBERATE)
    g_value_set_boolean (value, self->deliberate);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_setting_row_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  SbSettingRow *self = SB_SETTING_ROW (object);

  if (prop_id == PROP_KEY)
    self->key = g_value_dup_string (value);
  else if (prop_id == PROP_FILE)
    self->file = g_value_get_boolean (value);
  else if (prop_id == PROP_UNIT)
    self->unit = g_value_dup_string (value);
  else if (prop_id == PROP_DELIBERATE)
    self->deliberate = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sb_setting_row_dispose (GObject *object)
{
  SbSettingRow *self = SB_SETTING_ROW (object);

  g_clear_object (&self->settings);
  self->message_row = NULL;

  G_OBJECT_CLASS (sb_setting_row_parent_class)->dispose (object);
}

static void
sb_setting_row_finalize (GObject *object)
{
  SbSettingRow *self = SB_SETTING_ROW (object);

  g_free (self->key);
  g_free (self->unit);

  G_OBJECT_CLASS (sb_setting_row_parent_class)->finalize (object);
}

static void
sb_setting_row_class_init (SbSettingRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = sb_setting_row_constructed;
  object_class->get_property = sb_setting_row_get_property;
  object_class->set_property = sb_setting_row_set_property;
  object_class->dispose = sb_setting_row_dispose;
  object_class->finalize = sb_setting_row_finalize;

  properties[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, NULL,
                                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_FILE] = g_param_spec_boolean ("file", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_UNIT] = g_param_spec_string ("unit", NULL, NULL, NULL,
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DELIBERATE] = g_param_spec_boolean ("deliberate", NULL, NULL, FALSE,
                                                      G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_setting_row_init (SbSettingRow *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_signal_connect_object (self, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "apply", G_CALLBACK (apply_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}

/**
 * sb_setting_row_set_settings:
 * @settings: of which the row shows its key; set once
 */
void
sb_setting_row_set_settings (SbSettingRow *self,
                             SbSettings   *settings)
{
  g_autofree char *signal = NULL;

  g_return_if_fail (SB_IS_SETTING_ROW (self));
  g_return_if_fail (self->settings == NULL);

  self->settings = g_object_ref (settings);
  show_current_cb (self);
  signal = g_strdup_printf ("notify::%s", self->key);
  g_signal_connect_object (settings, signal, G_CALLBACK (show_current_cb), self, G_CONNECT_SWAPPED);
}

/**
 * sb_setting_row_get_message:
 *
 * Returns: (nullable): what is wrong with the text, or %NULL
 */
const char *
sb_setting_row_get_message (SbSettingRow *self)
{
  g_return_val_if_fail (SB_IS_SETTING_ROW (self), NULL);

  if (!gtk_widget_has_css_class (GTK_WIDGET (self), "error") || self->message_row == NULL)
    return NULL;
  return gtk_label_get_label (self->message_label);
}

/**
 * sb_setting_row_apply:
 *
 * Sets what was typed, where it is right. What is wrong stays, with its message.
 *
 * Returns: whether the setting is now what the row shows
 */
gboolean
sb_setting_row_apply (SbSettingRow *self)
{
  g_autofree char *typed = dup_typed (self);
  g_autofree char *current = NULL;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (SB_IS_SETTING_ROW (self), FALSE);

  if (self->settings == NULL)
    return FALSE;
  current = sb_settings_get_text (self->settings, self->key);
  if (g_str_equal (current, gtk_editable_get_text (GTK_EDITABLE (self))))
    return TRUE;
  if (!sb_settings_set_text (self->settings, self->key, typed, &error))
    {
      set_message (self, sb_words_for_setting_error (self->key, error));
      return FALSE;
    }
  /* "1024 KiB" becomes "1 MiB". */
  show_current_cb (self);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self), FALSE);
  return TRUE;
}
