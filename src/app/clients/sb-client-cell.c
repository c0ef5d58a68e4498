/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-cell.h"
#include "clients/sb-client-words.h"
#include "widgets/sb-format.h"
#include "widgets/sb-line.h"
#include <glib/gi18n.h>

/**
 * SbClientCell:
 *
 * One cell of the table of clients, or a whole row of its narrow form. Its numbers are written when it comes on the screen
 * with a client and whenever sb_client_cell_refresh() is called: the table decides how often, so that nothing is done for
 * a page that is not shown.
 */
struct _SbClientCell
{
  SbTableCell parent_instance;

  SbClientCellKind kind;
  SbClient *client;
  gboolean picking;
  gboolean picked;

  GtkWidget *check;      /* of the first cell and of a narrow row, once it was needed */
  SbLine *title;   /* NULL while it is empty, and in a cell that is only a pill */
  SbLine *second; /* NULL while it is empty, and in a cell of one line */
  GtkLabel *pill;        /* once there was a state worth one */
};

G_DEFINE_FINAL_TYPE (SbClientCell, sb_client_cell, SB_TYPE_TABLE_CELL)

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

/* Made when it is asked for: what may be cut, whole. */
static gboolean
sb_client_cell_query_tooltip (GtkWidget  *widget,
                              int         x,
                              int         y,
                              gboolean    keyboard,
                              GtkTooltip *tooltip)
{
  SbClientCell *self = SB_CLIENT_CELL (widget);
  const char *text = self->title != NULL ? sb_line_get_text (self->title) : NULL;
  g_autofree char *both = NULL;

  if (self->second != NULL)
    both = g_strdup_printf ("%s\n%s", text, sb_line_get_text (self->second));
  gtk_tooltip_set_text (tooltip, both != NULL ? both : text);
  return text != NULL && *text != '\0';
}

/* How wide a column is, in characters: what it has to hold, whatever stands in it, so that it never jumps. */
static guint
get_width (SbClientCellKind kind)
{
  switch (kind)
    {
    case SB_CLIENT_CELL_CLIENT: return 22;
    case SB_CLIENT_CELL_ADDRESS: return 15;
    case SB_CLIENT_CELL_CHANNEL: return 14;
    case SB_CLIENT_CELL_ENDING: return 42;
    case SB_CLIENT_CELL_CLOSED_BY: return 15;
    case SB_CLIENT_CELL_LEFT_AT: return 10;
    case SB_CLIENT_CELL_PROTOCOL: return 5;
    case SB_CLIENT_CELL_SINCE:
    case SB_CLIENT_CELL_BYTES_IN:
    case SB_CLIENT_CELL_BYTES_OUT:
    case SB_CLIENT_CELL_BACKLOG: return 8;
    case SB_CLIENT_CELL_ROW: return 16;
    default: return 7;
    }
}

static SbLine *
make_line (SbClientCell *self,
           const char   *classes)
{
  guint width = get_width (self->kind);
  GtkWidget *line = sb_line_new (classes, width > 12 ? width - width / 3 : width, width);

  if (self->kind == SB_CLIENT_CELL_CHANNEL)
    sb_line_set_ellipsize (SB_LINE (line), PANGO_ELLIPSIZE_MIDDLE);
  sb_line_set_xalign (SB_LINE (line), sb_client_cell_kind_is_number (self->kind) ? 1 : 0);
  gtk_widget_set_hexpand (line, TRUE);
  return SB_LINE (line);
}

/* The box is for the eye and the screen reader; the click that ticks it is the row's. */
static void
add_check (SbClientCell *self)
{
  self->check = gtk_check_button_new ();
  gtk_widget_set_can_target (self->check, FALSE);
  gtk_widget_set_can_focus (self->check, FALSE);
  gtk_widget_set_valign (self->check, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Selected"), -1);
  gtk_widget_insert_after (self->check, GTK_WIDGET (self), NULL);
}

static gboolean
has_two_lines (SbClientCell *self)
{
  return self->kind == SB_CLIENT_CELL_CLIENT || self->kind == SB_CLIENT_CELL_ROW;
}

static void
update_check (SbClientCell *self)
{
  if (!has_two_lines (self) || !sb_table_cell_is_filled (SB_TABLE_CELL (self)))
    return;
  if (self->picking && self->check == NULL)
    add_check (self);
  if (self->check == NULL)
    return;
  gtk_widget_set_visible (self->check, self->picking);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->check), self->picked);
}

static void
add_two_lines (SbClientCell *self)
{
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (lines, TRUE);
  self->title = make_line (self, "num");
  self->second = make_line (self, "num caption dimmed");
  gtk_box_append (GTK_BOX (lines), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (lines), GTK_WIDGET (self->second));
  sb_table_cell_append (SB_TABLE_CELL (self), lines);
}

static void
add_line (SbClientCell *self,
          const char   *classes)
{
  self->title = make_line (self, classes);
  sb_table_cell_append (SB_TABLE_CELL (self), GTK_WIDGET (self->title));
}

static void
sb_client_cell_fill (SbTableCell *cell)
{
  SbClientCell *self = SB_CLIENT_CELL (cell);

  switch (self->kind)
    {
    case SB_CLIENT_CELL_CLIENT:
    case SB_CLIENT_CELL_ROW:
      add_two_lines (self);
      break;
    case SB_CLIENT_CELL_STATE:
      break;
    case SB_CLIENT_CELL_SINCE:
    case SB_CLIENT_CELL_LEFT_AT:
    case SB_CLIENT_CELL_CLOSED_BY:
    case SB_CLIENT_CELL_PROTOCOL:
      add_line (self, "num dimmed");
      break;
    default:
      add_line (self, "num");
    }
  update_check (self);
}

/* For what deserves a look; most clients never have one. */
static void
add_pill (SbClientCell *self)
{
  GtkWidget *pill = gtk_label_new (NULL);

  gtk_widget_add_css_class (pill, "pill");
  gtk_widget_set_valign (pill, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (pill, GTK_ALIGN_START);
  sb_table_cell_append (SB_TABLE_CELL (self), pill);
  self->pill = GTK_LABEL (pill);
}

static void
refresh_pill (SbClientCell *self)
{
  static const char *const classes[] = { "ok", "warn", "bad" };
  const char *style = sb_client_words_pill_class (self->client);
  GtkWidget *widget;
  g_autofree char *text = NULL;

  if (style == NULL)
    {
      if (self->pill != NULL)
        gtk_widget_set_visible (GTK_WIDGET (self->pill), FALSE);
      return;
    }
  if (self->pill == NULL)
    add_pill (self);
  widget = GTK_WIDGET (self->pill);
  text = sb_client_words_state (self->client);
  gtk_widget_set_visible (widget, TRUE);
  gtk_label_set_text (self->pill, text);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i], style) != 0)
      gtk_widget_remove_css_class (widget, classes[i]);
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
    case SB_CLIENT_CELL_PROTOCOL: return g_strdup (sb_client_words_protocol (client));
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

static gboolean
may_have_pill (SbClientCell *self)
{
  return self->kind == SB_CLIENT_CELL_STATE || self->kind == SB_CLIENT_CELL_ROW;
}

static void
sb_client_cell_write (SbTableCell *cell)
{
  SbClientCell *self = SB_CLIENT_CELL (cell);
  gint64 now = g_get_real_time ();
  g_autofree char *title = NULL;
  g_autofree char *second = NULL;

  if (self->client == NULL)
    return;

  if (may_have_pill (self))
    refresh_pill (self);
  if (self->title != NULL)
    {
      title = make_title (self, now);
      sb_line_set_text (self->title, title);
    }
  if (self->second != NULL)
    {
      second = self->kind == SB_CLIENT_CELL_ROW ? sb_client_words_facts (self->client, now)
                                                : sb_client_words_second (self->client);
      sb_line_set_text (self->second, second);
    }
}

static void
sb_client_cell_class_init (SbClientCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_client_cell_dispose;
  SB_TABLE_CELL_CLASS (klass)->fill = sb_client_cell_fill;
  SB_TABLE_CELL_CLASS (klass)->refresh = sb_client_cell_write;
  GTK_WIDGET_CLASS (klass)->query_tooltip = sb_client_cell_query_tooltip;
}

static void
sb_client_cell_init (SbClientCell *self)
{
}

/**
 * sb_client_cell_new:
 * @kind: what it shows
 */
GtkWidget *
sb_client_cell_new (SbClientCellKind kind)
{
  SbClientCell *self = g_object_new (SB_TYPE_CLIENT_CELL, NULL);

  self->kind = kind;
  sb_table_cell_set_spacing (SB_TABLE_CELL (self), has_two_lines (self) ? 12 : 0);
  if (kind == SB_CLIENT_CELL_ROW)
    gtk_widget_add_css_class (GTK_WIDGET (self), "client-row");
  else if (kind == SB_CLIENT_CELL_STATE)
    gtk_widget_add_css_class (GTK_WIDGET (self), "state");
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), get_width (kind) > 12);
  return GTK_WIDGET (self);
}

void
sb_client_cell_set_client (SbClientCell *self,
                           SbClient     *client)
{
  g_return_if_fail (SB_IS_CLIENT_CELL (self));

  if (g_set_object (&self->client, client) && client != NULL)
    sb_table_cell_changed (SB_TABLE_CELL (self), may_have_pill (self));
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

  self->picking = picking;
  update_check (self);
}

void
sb_client_cell_set_picked (SbClientCell *self,
                           gboolean      picked)
{
  g_return_if_fail (SB_IS_CLIENT_CELL (self));

  self->picked = picked;
  update_check (self);
}

/**
 * sb_client_cell_refresh:
 *
 * Writes what is shown anew, as of now.
 */
void
sb_client_cell_refresh (SbClientCell *self)
{
  g_return_if_fail (SB_IS_CLIENT_CELL (self));

  sb_table_cell_changed (SB_TABLE_CELL (self), FALSE);
}
