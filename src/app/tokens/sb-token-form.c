/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-form.h"
#include "sb-page.h"
#include "tokens/sb-expiry.h"
#include "widgets/sb-spin.h"
#include <glib/gi18n.h>

/**
 * SbTokenForm:
 *
 * What an admin chooses when a token is issued or edited, checked as it is typed: what is wrong stands below the entry it is about.
 * Property: "valid" (boolean).
 */
struct _SbTokenForm
{
  AdwBin parent_instance;

  gboolean valid;
  gboolean label_touched;  /* an empty label is no mistake before anything was typed */
  gint64 not_before;       /* carried over: not asked for */
  gint64 given_expiry;     /* of the spec that is edited, to the microsecond */

  AdwEntryRow *label_row;
  GtkLabel *label_message;
  AdwSwitchRow *all_channels_row;
  AdwEntryRow *channels_row;
  GtkLabel *channels_message;
  AdwSwitchRow *publish_row;
  AdwComboRow *expiry_row;
  GtkStringList *expiry_labels;
  AdwEntryRow *date_row;
  GtkCalendar *calendar;
  GtkPopover *calendar_popover;
  GtkLabel *expiry_message;
  AdwSpinRow *max_connections_row;
  AdwSpinRow *rate_row;
};

G_DEFINE_FINAL_TYPE (SbTokenForm, sb_token_form, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_VALID,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

#define NEVER 0
#define ON_A_DATE -1

static const struct
{
  const char *label;
  gint64 duration; /* µs, NEVER or ON_A_DATE */
} expiries[] = {
  { N_("Never"), NEVER },
  { N_("In 1 Hour"), G_TIME_SPAN_HOUR },
  { N_("In 8 Hours"), 8 * G_TIME_SPAN_HOUR },
  { N_("In 1 Day"), G_TIME_SPAN_DAY },
  { N_("In 7 Days"), 7 * G_TIME_SPAN_DAY },
  { N_("In 30 Days"), 30 * G_TIME_SPAN_DAY },
  { N_("In 1 Year"), 365 * G_TIME_SPAN_DAY },
  { N_("On a Date"), ON_A_DATE },
};

/* --- what was typed --- */

static char **
split_channels (SbTokenForm *self)
{
  g_auto (GStrv) parts = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (adw_switch_row_get_active (self->all_channels_row))
    {
      g_strv_builder_add (builder, "**");
      return g_strv_builder_end (builder);
    }

  parts = g_strsplit_set (gtk_editable_get_text (GTK_EDITABLE (self->channels_row)), ", \t\n;", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_strv_builder_add (builder, parts[i]);
  return g_strv_builder_end (builder);
}

/* FALSE: what was typed is not a date. */
static gboolean
get_expiry (SbTokenForm *self,
            gint64      *expiry)
{
  gint64 duration = expiries[adw_combo_row_get_selected (self->expiry_row)].duration;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->date_row));

  if (duration == NEVER)
    *expiry = 0;
  else if (duration != ON_A_DATE)
    *expiry = g_get_real_time () + duration;
  else if (!sb_expiry_parse (text, expiry))
    return FALSE;
  else if (self->given_expiry != 0)
    {
      g_autofree char *given = sb_expiry_format (self->given_expiry);

      /* Nobody touched it: keep the seconds, too. */
      if (g_str_equal (text, given))
        *expiry = self->given_expiry;
    }
  return TRUE;
}

/* --- checks --- */

static void
show_message (GtkEditable *entry,
              GtkLabel    *label,
              const char  *message /* nullable */)
{
  GtkWidget *widget = GTK_WIDGET (entry);

  gtk_label_set_text (label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (label), message != NULL);
  if (message != NULL)
    {
      gtk_widget_add_css_class (widget, "error");
      gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE, label, NULL, -1);
    }
  else
    {
      gtk_widget_remove_css_class (widget, "error");
      gtk_accessible_reset_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_INVALID);
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE);
    }
}

static gboolean
check_label (SbTokenForm *self)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new (gtk_editable_get_text (GTK_EDITABLE (self->label_row)));
  g_autoptr (GError) error = NULL;
  gboolean valid = sb_token_spec_check (spec, 0, &error);

  show_message (GTK_EDITABLE (self->label_row), self->label_message, !valid && self->label_touched ? error->message : NULL);
  return valid;
}

static void
show_channels_message (SbTokenForm *self,
                       const char  *problem /* nullable */)
{
  gboolean visible = !adw_switch_row_get_active (self->all_channels_row);

  show_message (GTK_EDITABLE (self->channels_row), self->channels_message, visible ? problem : NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->channels_message), problem != NULL ? "dimmed" : "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->channels_message), problem != NULL ? "error" : "dimmed");
  if (problem == NULL)
    gtk_label_set_text (self->channels_message,
                        _("Separate several with commas. “/” is the lobby, “/room/*” each channel right below /room, “/room/**” all below it."));
  gtk_widget_set_visible (GTK_WIDGET (self->channels_message), visible);
}

static gboolean
check_channels (SbTokenForm *self)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("label");
  g_autoptr (GError) error = NULL;
  gboolean valid;

  g_strfreev (spec->channels);
  spec->channels = split_channels (self);
  valid = sb_token_spec_check (spec, 0, &error);
  /* Nothing typed yet: say how it is done rather than that it is wrong. */
  show_channels_message (self, !valid && spec->channels[0] != NULL ? error->message : NULL);
  return valid;
}

static gboolean
check_expiry (SbTokenForm *self)
{
  g_autoptr (SbTokenSpec) spec = sb_token_spec_new ("label");
  g_autoptr (GError) error = NULL;
  const char *message = NULL;
  gint64 now = g_get_real_time ();

  spec->not_before = self->not_before;
  if (!get_expiry (self, &spec->expires_at))
    message = _("Write year, month, day and time: 2027-10-12 18:00");
  else
    {
      /* An expired token may be edited without giving it more time. */
      if (spec->expires_at == self->given_expiry)
        now = 0;
      if (!sb_token_spec_check (spec, now, &error))
        message = error->message;
    }
  show_message (GTK_EDITABLE (self->date_row), self->expiry_message, message);
  return message == NULL;
}

static void
validate (SbTokenForm *self)
{
  gboolean label = check_label (self);
  gboolean channels = check_channels (self);
  gboolean expiry = check_expiry (self);
  gboolean valid = label && channels && expiry;

  if (valid == self->valid)
    return;
  self->valid = valid;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALID]);
}

/* --- what the widgets tell --- */

static void
changed_cb (SbTokenForm *self)
{
  validate (self);
}

static void
label_changed_cb (SbTokenForm *self)
{
  self->label_touched = TRUE;
  validate (self);
}

static void
expiry_selected_cb (SbTokenForm *self)
{
  gboolean dated = expiries[adw_combo_row_get_selected (self->expiry_row)].duration == ON_A_DATE;

  gtk_widget_set_visible (GTK_WIDGET (self->date_row), dated);
  if (dated && *gtk_editable_get_text (GTK_EDITABLE (self->date_row)) == '\0')
    {
      g_autoptr (GDateTime) tomorrow = g_date_time_new_from_unix_local_usec (g_get_real_time () + G_TIME_SPAN_DAY);
      g_autofree char *text = sb_expiry_set_day ("", g_date_time_get_year (tomorrow), g_date_time_get_month (tomorrow),
                                                 g_date_time_get_day_of_month (tomorrow));

      gtk_editable_set_text (GTK_EDITABLE (self->date_row), text);
    }
  validate (self);
}

static void
calendar_shown_cb (SbTokenForm *self)
{
  gint64 time;

  if (gtk_widget_get_visible (GTK_WIDGET (self->calendar_popover))
      && sb_expiry_parse (gtk_editable_get_text (GTK_EDITABLE (self->date_row)), &time))
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_local_usec (time);

      gtk_calendar_select_day (self->calendar, date);
    }
}

static void
day_selected_cb (SbTokenForm *self)
{
  g_autoptr (GDateTime) date = gtk_calendar_get_date (self->calendar);
  g_autofree char *text = sb_expiry_set_day (gtk_editable_get_text (GTK_EDITABLE (self->date_row)),
                                             g_date_time_get_year (date), g_date_time_get_month (date),
                                             g_date_time_get_day_of_month (date));

  if (!g_str_equal (text, gtk_editable_get_text (GTK_EDITABLE (self->date_row))))
    gtk_editable_set_text (GTK_EDITABLE (self->date_row), text);
}

/* --- the widget --- */

static void
sb_token_form_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  if (prop_id == PROP_VALID)
    g_value_set_boolean (value, SB_TOKEN_FORM (object)->valid);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static gboolean
sb_token_form_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SB_TOKEN_FORM (widget)->label_row));
}

static void
sb_token_form_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SB_TYPE_TOKEN_FORM);

  G_OBJECT_CLASS (sb_token_form_parent_class)->dispose (object);
}

static void
sb_token_form_class_init (SbTokenFormClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = sb_token_form_get_property;
  object_class->dispose = sb_token_form_dispose;
  widget_class->grab_focus = sb_token_form_grab_focus;

  properties[PROP_VALID] = g_param_spec_boolean ("valid", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-token-form.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, label_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, label_message);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, all_channels_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, channels_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, channels_message);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, publish_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, expiry_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, expiry_labels);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, date_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, calendar);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, calendar_popover);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, expiry_message);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, max_connections_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenForm, rate_row);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, label_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, expiry_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, calendar_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, day_selected_cb);
}

/* Enter submits from the numbers as it does from the entries. */
static void
activate_default (AdwSpinRow *row)
{
  GtkEditable *delegate = gtk_editable_get_delegate (GTK_EDITABLE (row));

  while (delegate != NULL && !GTK_IS_TEXT (delegate))
    delegate = gtk_editable_get_delegate (delegate);
  if (delegate != NULL)
    gtk_text_set_activates_default (GTK_TEXT (delegate), TRUE);
}

static void
sb_token_form_init (SbTokenForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (expiries); i++)
    gtk_string_list_append (self->expiry_labels, _(expiries[i].label));
  sb_spin_read_typed (self->max_connections_row);
  sb_spin_read_typed (self->rate_row);
  activate_default (self->max_connections_row);
  activate_default (self->rate_row);
  validate (self);
}

/**
 * sb_token_form_set_spec:
 * @spec: what the widgets are to show
 */
void
sb_token_form_set_spec (SbTokenForm       *self,
                        const SbTokenSpec *spec)
{
  gboolean all = FALSE;
  guint selected = 0;

  g_return_if_fail (SB_IS_TOKEN_FORM (self));
  g_return_if_fail (spec != NULL);

  self->not_before = spec->not_before;
  self->given_expiry = spec->expires_at;
  gtk_editable_set_text (GTK_EDITABLE (self->label_row), spec->label != NULL ? spec->label : "");

  all = g_strv_contains ((const char *const *) spec->channels, "**");
  adw_switch_row_set_active (self->all_channels_row, all);
  if (!all)
    {
      g_autofree char *channels = g_strjoinv (", ", spec->channels);

      gtk_editable_set_text (GTK_EDITABLE (self->channels_row), channels);
    }
  adw_switch_row_set_active (self->publish_row, spec->may_publish);

  if (spec->expires_at != 0)
    {
      g_autofree char *date = sb_expiry_format (spec->expires_at);

      gtk_editable_set_text (GTK_EDITABLE (self->date_row), date);
      selected = G_N_ELEMENTS (expiries) - 1;
    }
  adw_combo_row_set_selected (self->expiry_row, selected);
  adw_spin_row_set_value (self->max_connections_row, spec->max_connections);
  adw_spin_row_set_value (self->rate_row, spec->messages_per_second);
}

/**
 * sb_token_form_dup_spec:
 *
 * Returns: (transfer full): what was chosen; a date that cannot be read counts as none, so ask sb_token_form_is_valid() first
 */
SbTokenSpec *
sb_token_form_dup_spec (SbTokenForm *self)
{
  SbTokenSpec *spec;

  g_return_val_if_fail (SB_IS_TOKEN_FORM (self), NULL);

  /* What is being typed into a spin button counts, even if Enter came before it was taken over. */
  adw_spin_row_update (self->max_connections_row);
  adw_spin_row_update (self->rate_row);

  spec = sb_token_spec_new (gtk_editable_get_text (GTK_EDITABLE (self->label_row)));
  g_strfreev (spec->channels);
  spec->channels = split_channels (self);
  spec->may_publish = adw_switch_row_get_active (self->publish_row);
  spec->not_before = self->not_before;
  if (!get_expiry (self, &spec->expires_at))
    spec->expires_at = 0;
  spec->max_connections = (guint) adw_spin_row_get_value (self->max_connections_row);
  spec->messages_per_second = (guint) adw_spin_row_get_value (self->rate_row);
  return spec;
}

gboolean
sb_token_form_is_valid (SbTokenForm *self)
{
  g_return_val_if_fail (SB_IS_TOKEN_FORM (self), FALSE);

  return self->valid;
}

gboolean
sb_token_form_show_error (SbTokenForm  *self,
                          const GError *error)
{
  g_return_val_if_fail (SB_IS_TOKEN_FORM (self), FALSE);
  g_return_val_if_fail (error != NULL, FALSE);

  if (g_error_matches (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_LABEL))
    show_message (GTK_EDITABLE (self->label_row), self->label_message, error->message);
  else if (g_error_matches (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_CHANNELS))
    show_channels_message (self, error->message);
  else if (g_error_matches (error, SB_TOKEN_ERROR, SB_TOKEN_ERROR_EXPIRY))
    show_message (GTK_EDITABLE (self->date_row), self->expiry_message, error->message);
  else
    return FALSE;
  return TRUE;
}
