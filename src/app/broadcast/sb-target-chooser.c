/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-target-chooser.h"
#include "access/sb-channel.h"
#include "sb-page.h"
#include "watch/sb-channel-sum.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <string.h>

#define MAX_CHANNELS_SHOWN 200
#define MAX_CLIENTS_NAMED 5

/**
 * SbTargetChooser:
 *
 * Whom a message is for: everyone, the clients on channels, the clients of tokens, or clients that were selected elsewhere. Keeps what
 * was chosen of each kind while another is active. Besides, whether it is kept for those who come later. Signal "changed".
 */
struct _SbTargetChooser
{
  GtkBox parent_instance;

  SbEngine *engine;
  GArray *token_ids;  /* (element-type gint64) */
  GArray *client_ids; /* (element-type guint64) */

  gboolean retain; /* wished, while it cannot be */

  AdwToggleGroup *kinds;
  GtkCheckButton *retain_button;
  AdwToggle *clients_toggle; /* owned by @kinds; NULL before clients were chosen */
  GtkStack *stack;
  GtkEditable *channels_entry;
  GtkLabel *channels_message;
  GtkPopover *live_popover;
  GtkListBox *live_list;
  GtkLabel *tokens_label;
  GtkPopover *tokens_popover;
  GtkBox *tokens_box;
  GtkLabel *clients_label;
};

G_DEFINE_FINAL_TYPE (SbTargetChooser, sb_target_chooser, GTK_TYPE_BOX)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *
get_kind (SbTargetChooser *self)
{
  const char *kind = adw_toggle_group_get_active_name (self->kinds);

  return kind != NULL ? kind : "everyone";
}

/* --- channels --- */

static char **
split_channels (SbTargetChooser *self)
{
  g_auto (GStrv) parts = g_strsplit_set (gtk_editable_get_text (self->channels_entry), ", \t\n;", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_strv_builder_add (builder, parts[i]);
  return g_strv_builder_end (builder);
}

static gboolean
check_channels (char  **channels,
                GError **error)
{
  for (guint i = 0; channels[i] != NULL; i++)
    if (!sb_channel_pattern_check (channels[i], error))
      return FALSE;
  return TRUE;
}

static void
show_channels_message (SbTargetChooser *self)
{
  g_auto (GStrv) channels = split_channels (self);
  g_autoptr (GError) error = NULL;
  GtkWidget *entry = GTK_WIDGET (self->channels_entry);
  gboolean valid = check_channels (channels, &error);

  gtk_label_set_text (self->channels_message, valid ? "" : error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->channels_message), !valid);
  if (valid)
    {
      gtk_widget_remove_css_class (entry, "error");
      gtk_accessible_reset_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID);
    }
  else
    {
      gtk_widget_add_css_class (entry, "error");
      gtk_accessible_update_state (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
    }
}

static void
add_live_row (SbTargetChooser *self,
              const char      *channel,
              guint            n)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 24);
  GtkWidget *name = gtk_label_new (channel);
  g_autofree char *number = sb_format_number (n);
  GtkWidget *count = gtk_label_new (number);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (count, "dimmed");
  gtk_widget_add_css_class (count, "num");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), count);
  g_object_set_data_full (G_OBJECT (box), "channel", g_strdup (channel), g_free);
  gtk_list_box_append (self->live_list, box);
}

static void
live_shown_cb (SbTargetChooser *self)
{
  g_autoptr (GPtrArray) channels = NULL;

  if (!gtk_widget_get_visible (GTK_WIDGET (self->live_popover)))
    return;

  gtk_list_box_remove_all (self->live_list);
  channels = sb_channel_sum_collect (G_LIST_MODEL (sb_engine_get_clients (self->engine)));
  for (guint i = 0; i < MIN (channels->len, MAX_CHANNELS_SHOWN); i++)
    {
      const SbChannelSum *channel = g_ptr_array_index (channels, i);

      add_live_row (self, channel->name, channel->n_clients);
    }
}

static void
live_activated_cb (SbTargetChooser *self,
                   GtkListBoxRow   *row)
{
  const char *channel = g_object_get_data (G_OBJECT (gtk_list_box_row_get_child (row)), "channel");
  g_auto (GStrv) channels = split_channels (self);
  g_autofree char *before = NULL;
  g_autofree char *text = NULL;

  if (!g_strv_contains ((const char *const *) channels, channel))
    {
      before = g_strjoinv (", ", channels);
      text = *before != '\0' ? g_strdup_printf ("%s, %s", before, channel) : g_strdup (channel);
      gtk_editable_set_text (self->channels_entry, text);
    }
  gtk_popover_popdown (self->live_popover);
  gtk_widget_grab_focus (GTK_WIDGET (self->channels_entry));
  gtk_editable_set_position (self->channels_entry, -1);
}

/* --- tokens --- */

static gboolean
find_token (SbTargetChooser *self,
            gint64           id,
            guint           *position)
{
  for (guint i = 0; i < self->token_ids->len; i++)
    if (g_array_index (self->token_ids, gint64, i) == id)
      {
        *position = i;
        return TRUE;
      }
  return FALSE;
}

static void
show_tokens (SbTargetChooser *self)
{
  GString *names = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->token_ids->len; i++)
    {
      SbTokenItem *item = sb_token_list_find (sb_engine_get_tokens (self->engine), g_array_index (self->token_ids, gint64, i));

      if (item != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", sb_token_item_get_token (item)->spec.label);
    }
  text = g_string_free (names, FALSE);
  gtk_label_set_text (self->tokens_label, *text != '\0' ? text : _("No token chosen"));
  if (*text != '\0')
    gtk_widget_remove_css_class (GTK_WIDGET (self->tokens_label), "dimmed");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->tokens_label), "dimmed");
}

static void
token_toggled_cb (GtkCheckButton  *button,
                  SbTargetChooser *self)
{
  gint64 *id = g_object_get_data (G_OBJECT (button), "id");
  guint position;
  gboolean chosen = find_token (self, *id, &position);

  if (gtk_check_button_get_active (button) && !chosen)
    g_array_append_val (self->token_ids, *id);
  else if (!gtk_check_button_get_active (button) && chosen)
    g_array_remove_index (self->token_ids, position);
  show_tokens (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
add_token_button (SbTargetChooser *self,
                  SbTokenItem     *item)
{
  const SbToken *token = sb_token_item_get_token (item);
  g_autofree char *live = sb_format_number (sb_token_item_get_live (item));
  /* Translators: the label of a token and how many clients are connected with it */
  g_autofree char *text = g_strdup_printf (_("%s (%s)"), token->spec.label, live);
  GtkWidget *button = gtk_check_button_new_with_label (text);
  guint position;

  g_object_set_data_full (G_OBJECT (button), "id", g_memdup2 (&token->id, sizeof token->id), g_free);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (button), find_token (self, token->id, &position));
  g_signal_connect (button, "toggled", G_CALLBACK (token_toggled_cb), self);
  gtk_box_append (self->tokens_box, button);
}

static void
tokens_shown_cb (SbTargetChooser *self)
{
  GListModel *tokens;
  GtkWidget *child;

  if (!gtk_widget_get_visible (GTK_WIDGET (self->tokens_popover)))
    return;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->tokens_box))) != NULL)
    gtk_box_remove (self->tokens_box, child);
  tokens = G_LIST_MODEL (sb_engine_get_tokens (self->engine));
  for (guint i = 0; i < g_list_model_get_n_items (tokens); i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (tokens, i);
      SbTokenState state = sb_token_item_get_state (item);

      if (state != SB_TOKEN_REVOKED && state != SB_TOKEN_EXPIRED)
        add_token_button (self, item);
    }
}

/* --- clients --- */

static void
show_clients (SbTargetChooser *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_named = MIN (self->client_ids->len, MAX_CLIENTS_NAMED);
  g_autofree char *shortened = NULL;

  for (guint i = 0; i < n_named; i++)
    {
      SbClient *client = sb_client_list_find (sb_engine_get_clients (self->engine), g_array_index (self->client_ids, guint64, i));

      if (client == NULL)
        g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", _("one that has left"));
      else
        g_string_append_printf (text, "%s%s (%s)", i > 0 ? ", " : "", sb_client_get_title (client), sb_client_get_peer (client)->address);
    }
  if (self->client_ids->len > n_named)
    {
      guint n_more = self->client_ids->len - n_named;

      /* Translators: some names of clients, and how many are not named */
      shortened = g_strdup_printf (ngettext ("%s, and %u more", "%s, and %u more", n_more), text->str, n_more);
    }
  gtk_label_set_text (self->clients_label, shortened != NULL ? shortened : text->str);
}

static void
show_clients_toggle (SbTargetChooser *self)
{
  if (self->clients_toggle != NULL)
    return;
  self->clients_toggle = adw_toggle_new ();
  adw_toggle_set_name (self->clients_toggle, "clients");
  adw_toggle_set_label (self->clients_toggle, _("Selected"));
  adw_toggle_set_tooltip (self->clients_toggle, _("The Clients That Were Selected"));
  adw_toggle_group_add (self->kinds, self->clients_toggle);
}

/* --- the widget --- */

/* Nobody comes later as a client that was selected, and of a token nothing is kept. */
static void
update_retain (SbTargetChooser *self)
{
  GtkWidget *button = GTK_WIDGET (self->retain_button);
  const char *kind = get_kind (self);
  gboolean possible = g_str_equal (kind, "everyone") || g_str_equal (kind, "channels");

  if (gtk_widget_get_sensitive (button) && !possible)
    {
      self->retain = gtk_check_button_get_active (self->retain_button);
      gtk_check_button_set_active (self->retain_button, FALSE);
    }
  else if (!gtk_widget_get_sensitive (button) && possible)
    gtk_check_button_set_active (self->retain_button, self->retain);
  gtk_widget_set_sensitive (button, possible);
  gtk_widget_set_tooltip_text (button, possible
                                           ? _("Whoever joins later gets it first, until another message takes its place")
                                           : _("Only a message to everyone or to channels can be kept for newcomers."));
}

static void
kind_cb (SbTargetChooser *self)
{
  const char *kind = get_kind (self);

  update_retain (self);

  gtk_widget_set_visible (GTK_WIDGET (self->stack), !g_str_equal (kind, "everyone"));
  if (!g_str_equal (kind, "everyone"))
    gtk_stack_set_visible_child_name (self->stack, kind);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
changed_cb (SbTargetChooser *self)
{
  show_channels_message (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
sb_target_chooser_dispose (GObject *object)
{
  SbTargetChooser *self = SB_TARGET_CHOOSER (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TARGET_CHOOSER);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->token_ids, g_array_unref);
  g_clear_pointer (&self->client_ids, g_array_unref);

  G_OBJECT_CLASS (sb_target_chooser_parent_class)->dispose (object);
}

static void
sb_target_chooser_class_init (SbTargetChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_target_chooser_dispose;

  /**
   * SbTargetChooser::changed:
   *
   * sb_target_chooser_dup_target() may give another target than before.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-target-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, kinds);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, retain_button);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, stack);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, channels_entry);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, channels_message);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, live_popover);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, live_list);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, tokens_label);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, tokens_popover);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, tokens_box);
  gtk_widget_class_bind_template_child (widget_class, SbTargetChooser, clients_label);
  gtk_widget_class_bind_template_callback (widget_class, kind_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, live_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, live_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, tokens_shown_cb);
}

static void
sb_target_chooser_init (SbTargetChooser *self)
{
  GtkWidget *placeholder = gtk_label_new (_("No client is connected"));

  self->token_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->client_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_css_class (placeholder, "dimmed");
  gtk_list_box_set_placeholder (self->live_list, placeholder);
  update_retain (self);
}

void
sb_target_chooser_set_engine (SbTargetChooser *self,
                              SbEngine        *engine)
{
  g_return_if_fail (SB_IS_TARGET_CHOOSER (self));
  g_return_if_fail (SB_IS_ENGINE (engine));

  g_set_object (&self->engine, engine);
  show_tokens (self);
}

SbTarget *
sb_target_chooser_dup_target (SbTargetChooser *self)
{
  g_autoptr (SbTarget) target = g_new0 (SbTarget, 1);
  const char *kind;

  g_return_val_if_fail (SB_IS_TARGET_CHOOSER (self), NULL);

  kind = get_kind (self);
  if (g_str_equal (kind, "everyone"))
    target->everyone = TRUE;
  else if (g_str_equal (kind, "channels"))
    {
      target->channels = split_channels (self);
      if (target->channels[0] == NULL || !check_channels (target->channels, NULL))
        return NULL;
    }
  else if (g_str_equal (kind, "tokens"))
    {
      if (self->token_ids->len == 0)
        return NULL;
      target->token_ids = g_array_copy (self->token_ids);
    }
  else
    {
      if (self->client_ids->len == 0)
        return NULL;
      target->client_ids = g_array_copy (self->client_ids);
    }
  return g_steal_pointer (&target);
}

/**
 * sb_target_chooser_set_target:
 * @target: of one kind; of a union only the first kind is taken
 */
void
sb_target_chooser_set_target (SbTargetChooser *self,
                              const SbTarget  *target)
{
  const char *kind = "everyone";

  g_return_if_fail (SB_IS_TARGET_CHOOSER (self));
  g_return_if_fail (target != NULL);

  if (!target->everyone && target->channels != NULL && target->channels[0] != NULL)
    {
      g_autofree char *text = g_strjoinv (", ", target->channels);

      gtk_editable_set_text (self->channels_entry, text);
      kind = "channels";
    }
  else if (!target->everyone && target->token_ids != NULL && target->token_ids->len > 0)
    {
      g_array_set_size (self->token_ids, 0);
      g_array_append_vals (self->token_ids, target->token_ids->data, target->token_ids->len);
      show_tokens (self);
      kind = "tokens";
    }
  else if (!target->everyone && target->client_ids != NULL && target->client_ids->len > 0)
    {
      g_array_set_size (self->client_ids, 0);
      g_array_append_vals (self->client_ids, target->client_ids->data, target->client_ids->len);
      show_clients (self);
      show_clients_toggle (self);
      kind = "clients";
    }
  adw_toggle_group_set_active_name (self->kinds, kind);
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
sb_target_chooser_get_retain (SbTargetChooser *self)
{
  g_return_val_if_fail (SB_IS_TARGET_CHOOSER (self), FALSE);

  return gtk_check_button_get_active (self->retain_button);
}

/* Without effect where it cannot be kept. */
void
sb_target_chooser_set_retain (SbTargetChooser *self,
                              gboolean         retain)
{
  g_return_if_fail (SB_IS_TARGET_CHOOSER (self));

  if (gtk_widget_get_sensitive (GTK_WIDGET (self->retain_button)))
    gtk_check_button_set_active (self->retain_button, retain);
}
