/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-details.h"
#include "sb-page.h"
#include "tokens/sb-token-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

/**
 * SbTokenDetails:
 *
 * The panel beside the token table: everything known of one token, and what can be done with it. Its buttons activate the actions
 * "token.…" of the page it is in. It follows its token's changes by itself.
 */
struct _SbTokenDetails
{
  AdwBin parent_instance;

  SbTokenItem *item;

  GtkLabel *title;
  GtkLabel *hint;
  GtkLabel *pill;
  AdwActionRow *channels_row;
  AdwActionRow *may_row;
  AdwActionRow *live_row;
  AdwActionRow *last_used_row;
  AdwActionRow *expires_row;
  AdwActionRow *created_row;
  AdwActionRow *revoked_row;
  AdwActionRow *previous_row;
  AdwActionRow *rate_row;
  GtkWidget *show_clients_row;
  GtkWidget *edit_row;
  GtkWidget *rotate_row;
  GtkWidget *revoke_row;
  GtkWidget *delete_row;
};

G_DEFINE_FINAL_TYPE (SbTokenDetails, sb_token_details, ADW_TYPE_BIN)

static void
sb_token_details_dispose (GObject *object)
{
  SbTokenDetails *self = SB_TOKEN_DETAILS (object);

  sb_token_details_set_item (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_TOKEN_DETAILS);

  G_OBJECT_CLASS (sb_token_details_parent_class)->dispose (object);
}

static void
sb_token_details_class_init (SbTokenDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_token_details_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-token-details.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, title);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, hint);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, pill);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, channels_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, may_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, live_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, last_used_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, expires_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, created_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, revoked_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, previous_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, rate_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, show_clients_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, edit_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, rotate_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, revoke_row);
  gtk_widget_class_bind_template_child (widget_class, SbTokenDetails, delete_row);
}

static void
sb_token_details_init (SbTokenDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* A row without a value would be a question; it is not there. */
static void
show_value (AdwActionRow *row,
            char         *value /* taken */)
{
  gtk_widget_set_visible (GTK_WIDGET (row), value != NULL);
  adw_action_row_set_subtitle (row, value != NULL ? value : "");
  g_free (value);
}

static char *
describe_expiry (const SbToken *token,
                 gint64         now)
{
  g_autofree char *date = NULL;
  g_autofree char *words = sb_token_words_expires (token, now);

  if (token->spec.expires_at == 0)
    return g_steal_pointer (&words);

  date = sb_format_date_time (token->spec.expires_at);
  return g_strdup_printf ("%s · %s", words, date);
}

static char *
describe_live (SbTokenItem *item)
{
  guint max = sb_token_item_get_token (item)->spec.max_connections;
  g_autofree char *live = sb_format_number (sb_token_item_get_live (item));
  g_autofree char *limit = sb_format_number (max);

  if (max == 0)
    return g_steal_pointer (&live);
  /* Translators: connections now and their limit, as in "12 of at most 20" */
  return g_strdup_printf (_("%s of at most %s"), live, limit);
}

static char *
describe_rate (const SbToken *token)
{
  guint rate = token->spec.messages_per_second;
  g_autofree char *number = sb_format_number (rate);

  if (rate == 0)
    return NULL;
  return g_strdup_printf (ngettext ("%s message per second and client", "%s messages per second and client", rate), number);
}

static char *
describe_previous (const SbToken *token,
                   gint64         now)
{
  g_autofree char *until = NULL;

  if (token->previous_until <= now || token->revoked_at != 0)
    return NULL;
  until = sb_format_until (token->previous_until, now);
  /* Translators: %s is a time to come, as in "ends in 2 hours" */
  return g_strdup_printf (_("Still valid, ends %s"), until);
}

static void
refresh_state (SbTokenDetails *self)
{
  SbTokenState state = sb_token_item_get_state (self->item);
  const char *style = sb_token_words_pill_class (state);
  gboolean over = state == SB_TOKEN_REVOKED || state == SB_TOKEN_EXPIRED;

  gtk_label_set_text (self->pill, sb_token_words_state (state));
  gtk_widget_set_visible (GTK_WIDGET (self->pill), style != NULL);
  gtk_widget_set_css_classes (GTK_WIDGET (self->pill), (const char *[]) { "pill", style, NULL });

  /* Of a token that is over there is nothing left to do but to delete it, or to give an expired one more time. */
  gtk_widget_set_visible (self->edit_row, state != SB_TOKEN_REVOKED);
  gtk_widget_set_visible (self->rotate_row, !over);
  gtk_widget_set_visible (self->revoke_row, !over);
  gtk_widget_set_visible (self->delete_row, over);
  gtk_widget_set_visible (self->show_clients_row, sb_token_item_get_live (self->item) > 0);
}

/**
 * sb_token_details_refresh:
 *
 * Writes what is shown anew, as of now.
 */
void
sb_token_details_refresh (SbTokenDetails *self)
{
  gint64 now = g_get_real_time ();
  SbToken *token;

  g_return_if_fail (SB_IS_TOKEN_DETAILS (self));

  if (self->item == NULL)
    return;

  token = sb_token_item_get_token (self->item);
  gtk_label_set_text (self->title, token->spec.label);
  gtk_label_set_text (self->hint, token->hint);
  show_value (self->channels_row, sb_token_words_channels (token));
  show_value (self->may_row, g_strdup (sb_token_words_may (token)));
  show_value (self->live_row, describe_live (self->item));
  show_value (self->last_used_row, sb_token_words_last_used (self->item, now));
  show_value (self->expires_row, describe_expiry (token, now));
  show_value (self->created_row, sb_format_date_time (token->created_at));
  show_value (self->revoked_row, token->revoked_at != 0 ? sb_format_date_time (token->revoked_at) : NULL);
  show_value (self->previous_row, describe_previous (token, now));
  show_value (self->rate_row, describe_rate (token));
  refresh_state (self);
}

/**
 * sb_token_details_set_item:
 * @item: (nullable): the token to show; with %NULL what is there stays, for a panel that is just going away
 */
void
sb_token_details_set_item (SbTokenDetails *self,
                           SbTokenItem    *item)
{
  g_return_if_fail (SB_IS_TOKEN_DETAILS (self));

  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, sb_token_details_refresh, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    {
      g_signal_connect_swapped (item, "changed", G_CALLBACK (sb_token_details_refresh), self);
      sb_token_details_refresh (self);
    }
}
