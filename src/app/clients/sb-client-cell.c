/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-cell.h"
#include "clients/sb-client-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

/**
 * SbClientCell:
 *
 * One cell of the table of clients, or a whole row of its narrow form. Its numbers are written when it gets a client
 * and whenever sb_client_cell_refresh() is called: the table decides how often, so that nothing is done for a page that
 * is not shown.
 */
struct _SbClientCell
{
  GtkBox parent_instance;

  SbClientCellKind kind;
  SbClient *client;

  GtkWidget *check; /* of the first cell and of a narrow row */
  GtkLabel *title;  /* NULL in a cell that is only a pill */
  GtkLabel *second; /* NULL in a cell of one line */
  GtkLabel *pill;   /* NULL in a cell without a state */
};

G_DEFINE_FINAL_TYPE (SbClientCell, sb_client_cell, GTK_TYPE_BOX)

gboolean
sb_client_cell_kind_is_number (SbClientCellKind kind)
{
  return kind >= SB_CLIENT_CELL_MESSAGES_IN && kind <= SB_CLIENT_CELL_REJECTED;
}

static void
sb_client_cell_dispose (GObject *object)
{
  g_clear_object (&SB_CLIENT_CELL (object)->client);

  G_OBJECT_CLASS (sb_client_cell_parent_class)->dispose (object);
}

static void
sb_client_cell_class_init (SbClientCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_client_cell_dispose;
}

static void
sb_client_cell_init (SbClientCell *self)
{
}

static GtkLabel *
add_label (GtkWidget         *box,
           const char *const *classes)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_css_classes (label, (const char **) classes);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static const char *const no_class[] = { NULL };
static const char *const dimmed[] = { "dimmed", "num", NULL };
static const char *const second_line[] = { "caption", "dimmed", "num", NULL };
static const char *const number[] = { "num", NULL };
static const char *const pill[] = { "pill", NULL };

/* The box is for the eye and the screen reader; the click that ticks it is the row's. */
static void
add_check (SbClientCell *self)
{
  self->check = gtk_check_button_new ();
  gtk_widget_set_can_target (self->check, FALSE);
  gtk_widget_set_can_focus (self->check, FALSE);
  gtk_widget_set_valign (self->check, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (self->check, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Selected"), -1);
  gtk_box_append (GTK_BOX (self), self->check);
}

static void
add_two_lines (SbClientCell *self)
{
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  add_check (self);
  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (self), lines);
  self->title = add_label (lines, no_class);
  gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_END);
  self->second = add_label (lines, second_line);
  gtk_label_set_ellipsize (self->second, PANGO_ELLIPSIZE_END);
}

static void
add_pill (SbClientCell *self)
{
  self->pill = add_label (GTK_WIDGET (self), pill);
  gtk_widget_set_valign (GTK_WIDGET (self->pill), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (GTK_WIDGET (self->pill), GTK_ALIGN_START);
}

static void
add_children (SbClientCell *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  switch (self->kind)
    {
    case SB_CLIENT_CELL_CLIENT:
      add_two_lines (self);
      gtk_label_set_width_chars (self->title, 16);
      break;
    case SB_CLIENT_CELL_ADDRESS:
      self->title = add_label (widget, number);
      break;
    case SB_CLIENT_CELL_CHANNEL:
      self->title = add_label (widget, no_class);
      gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_MIDDLE);
      gtk_label_set_width_chars (self->title, 8);
      gtk_label_set_max_width_chars (self->title, 20);
      break;
    case SB_CLIENT_CELL_SINCE:
    case SB_CLIENT_CELL_LEFT_AT:
    case SB_CLIENT_CELL_CLOSED_BY:
      self->title = add_label (widget, dimmed);
      break;
    case SB_CLIENT_CELL_ENDING:
      self->title = add_label (widget, number);
      gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (self->title, 16);
      break;
    case SB_CLIENT_CELL_STATE:
      add_pill (self);
      break;
    case SB_CLIENT_CELL_ROW:
      add_two_lines (self);
      add_pill (self);
      break;
    default:
      self->title = add_label (widget, number);
      gtk_label_set_xalign (self->title, 1);
      gtk_widget_set_hexpand (GTK_WIDGET (self->title), TRUE);
    }
}

/**
 * sb_client_cell_new:
 * @kind: what it shows
 */
GtkWidget *
sb_client_cell_new (SbClientCellKind kind)
{
  SbClientCell *self = g_object_new (SB_TYPE_CLIENT_CELL, "spacing", 12, NULL);

  self->kind = kind;
  if (kind == SB_CLIENT_CELL_ROW)
    gtk_widget_add_css_class (GTK_WIDGET (self), "client-row");
  add_children (self);
  return GTK_WIDGET (self);
}

void
sb_client_cell_set_client (SbClientCell *self,
                           SbClient     *client)
{
  g_return_if_fail (SB_IS_CLIENT_CELL (self));

  if (g_set_object (&self->client, client) && client != NULL)
    sb_client_cell_refresh (self);
}

SbClient *
sb_client_cell_get_client (SbClientCell *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_CELL (self), NULL);

  return self->client;
}

void
sb_client_cell_set_picking (SbClientCell *self,
                            gboolean      picking)
{
  g_return_if_fail (SB_IS_CLIENT_CELL (self));

  if (self->check != NULL)
    gtk_widget_set_visible (self->check, picking);
}

void
sb_client_cell_set_picked (SbClientCell *self,
                           gboolean      picked)
{
  g_return_if_fail (SB_IS_CLIENT_CELL (self));

  if (self->check != NULL)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->check), picked);
}

static void
refresh_pill (SbClientCell *self)
{
  static const char *const classes[] = { "ok", "warn", "bad" };
  const char *style = sb_client_words_pill_class (self->client);
  GtkWidget *widget = GTK_WIDGET (self->pill);
  g_autofree char *text = sb_client_words_state (self->client);

  gtk_widget_set_visible (widget, style != NULL);
  gtk_label_set_text (self->pill, text);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i], style) != 0)
      gtk_widget_remove_css_class (widget, classes[i]);
  if (style != NULL)
    gtk_widget_add_css_class (widget, style);
}

static char *
make_title (SbClientCell *self,
            gint64        now)
{
  SbClient *client = self->client;
  const SbPeer *peer = sb_client_get_peer (client);

  switch (self->kind)
    {
    case SB_CLIENT_CELL_ADDRESS: return g_strdup (peer->address);
    case SB_CLIENT_CELL_CHANNEL: return g_strdup (peer->channel);
    case SB_CLIENT_CELL_SINCE: return sb_client_words_since (client, now);
    case SB_CLIENT_CELL_MESSAGES_IN: return sb_format_number (sb_client_get_messages_in (client));
    case SB_CLIENT_CELL_MESSAGES_OUT: return sb_format_number (sb_client_get_messages_out (client));
    case SB_CLIENT_CELL_BYTES_IN: return sb_format_size (sb_client_get_bytes_in (client));
    case SB_CLIENT_CELL_BYTES_OUT: return sb_format_size (sb_client_get_bytes_out (client));
    case SB_CLIENT_CELL_RATE: return sb_format_compact (sb_client_get_rate (client));
    case SB_CLIENT_CELL_ROUND_TRIP: return sb_format_round_trip (sb_client_get_round_trip (client));
    case SB_CLIENT_CELL_BACKLOG: return sb_format_size (sb_client_get_backlog (client));
    case SB_CLIENT_CELL_REJECTED: return sb_format_number (sb_client_get_rejected (client));
    case SB_CLIENT_CELL_LEFT_AT: return sb_format_ago (sb_client_get_left_at (client), now);
    case SB_CLIENT_CELL_ENDING: return sb_client_words_ending (client);
    case SB_CLIENT_CELL_CLOSED_BY: return g_strdup (sb_client_words_closed_by (sb_client_get_closed_by (client)));
    case SB_CLIENT_CELL_CLIENT:
    case SB_CLIENT_CELL_STATE:
    case SB_CLIENT_CELL_ROW:
    default: return g_strdup (sb_client_get_title (client));
    }
}

/**
 * sb_client_cell_refresh:
 *
 * Writes what is shown anew, as of now.
 */
void
sb_client_cell_refresh (SbClientCell *self)
{
  gint64 now = g_get_real_time ();
  g_autofree char *title = NULL;
  g_autofree char *second = NULL;

  g_return_if_fail (SB_IS_CLIENT_CELL (self));

  if (self->client == NULL)
    return;

  if (self->pill != NULL)
    refresh_pill (self);
  if (self->title != NULL)
    {
      title = make_title (self, now);
      gtk_label_set_text (self->title, title);
    }
  if (self->kind == SB_CLIENT_CELL_CHANNEL || self->kind == SB_CLIENT_CELL_ENDING)
    gtk_widget_set_tooltip_text (GTK_WIDGET (self), title);
  if (self->second != NULL)
    {
      second = self->kind == SB_CLIENT_CELL_ROW ? sb_client_words_facts (self->client, now)
                                                : sb_client_words_second (self->client);
      gtk_label_set_text (self->second, second);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self->second), second);
    }
}
