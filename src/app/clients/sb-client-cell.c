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

  GtkWidget *check;      /* of the first cell and of a narrow row, once it was needed */
  GtkInscription *title; /* NULL in a cell that is only a pill */
  GtkInscription *second; /* NULL in a cell of one line */
  GtkLabel *pill;        /* once there was a state worth one */
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

/* Made when it is asked for: what may be cut, whole. */
static gboolean
sb_client_cell_query_tooltip (GtkWidget  *widget,
                              int         x,
                              int         y,
                              gboolean    keyboard,
                              GtkTooltip *tooltip)
{
  SbClientCell *self = SB_CLIENT_CELL (widget);
  const char *text = self->title != NULL ? gtk_inscription_get_text (self->title) : NULL;
  g_autofree char *both = NULL;

  if (self->second != NULL)
    both = g_strdup_printf ("%s\n%s", text, gtk_inscription_get_text (self->second));
  gtk_tooltip_set_text (tooltip, both != NULL ? both : text);
  return text != NULL && *text != '\0';
}

static void
sb_client_cell_class_init (SbClientCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_client_cell_dispose;
  GTK_WIDGET_CLASS (klass)->query_tooltip = sb_client_cell_query_tooltip;
}

static void
sb_client_cell_init (SbClientCell *self)
{
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

static GtkInscription *
add_text (SbClientCell *self,
          GtkWidget    *box,
          const char   *style /* nullable */)
{
  GtkWidget *text = gtk_inscription_new (NULL);
  guint width = get_width (self->kind);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text), self->kind == SB_CLIENT_CELL_CHANNEL
                                                                 ? GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_MIDDLE
                                                                 : GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (text), width > 12 ? width - width / 3 : width);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (text), width);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (text), sb_client_cell_kind_is_number (self->kind) ? 1 : 0);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_set_valign (text, GTK_ALIGN_CENTER); /* with more height it would break into lines */
  gtk_widget_add_css_class (text, "num");
  if (style != NULL)
    gtk_widget_add_css_class (text, style);
  gtk_box_append (GTK_BOX (box), text);
  return GTK_INSCRIPTION (text);
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
  gtk_box_prepend (GTK_BOX (self), self->check);
}

static void
add_two_lines (SbClientCell *self)
{
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (self), lines);
  self->title = add_text (self, lines, NULL);
  self->second = add_text (self, lines, "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->second), "dimmed");
}

static void
add_children (SbClientCell *self)
{
  switch (self->kind)
    {
    case SB_CLIENT_CELL_CLIENT:
    case SB_CLIENT_CELL_ROW:
      add_two_lines (self);
      break;
    case SB_CLIENT_CELL_STATE:
      gtk_widget_add_css_class (GTK_WIDGET (self), "state");
      break;
    case SB_CLIENT_CELL_SINCE:
    case SB_CLIENT_CELL_LEFT_AT:
    case SB_CLIENT_CELL_CLOSED_BY:
    case SB_CLIENT_CELL_PROTOCOL:
      self->title = add_text (self, GTK_WIDGET (self), "dimmed");
      break;
    default:
      self->title = add_text (self, GTK_WIDGET (self), NULL);
    }
}

/**
 * sb_client_cell_new:
 * @kind: what it shows
 */
GtkWidget *
sb_client_cell_new (SbClientCellKind kind)
{
  SbClientCell *self = g_object_new (SB_TYPE_CLIENT_CELL, "spacing", kind == SB_CLIENT_CELL_ROW || kind == SB_CLIENT_CELL_CLIENT ? 12 : 0, NULL);

  self->kind = kind;
  if (kind == SB_CLIENT_CELL_ROW)
    gtk_widget_add_css_class (GTK_WIDGET (self), "client-row");
  add_children (self);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), get_width (kind) > 12);
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

  if (self->second == NULL)
    return;
  if (picking && self->check == NULL)
    add_check (self);
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

/* For what deserves a look; most clients never have one. */
static void
add_pill (SbClientCell *self)
{
  GtkWidget *pill = gtk_label_new (NULL);

  gtk_widget_add_css_class (pill, "pill");
  gtk_widget_set_valign (pill, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (pill, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (self), pill);
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

/* Most stay the same from one refresh to the next, and need not be drawn anew. */
static void
set_text (GtkInscription *inscription,
          const char     *text)
{
  if (g_strcmp0 (gtk_inscription_get_text (inscription), text) != 0)
    gtk_inscription_set_text (inscription, text);
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

  if (self->kind == SB_CLIENT_CELL_STATE || self->kind == SB_CLIENT_CELL_ROW)
    refresh_pill (self);
  if (self->title != NULL)
    {
      title = make_title (self, now);
      set_text (self->title, title);
    }
  if (self->second != NULL)
    {
      second = self->kind == SB_CLIENT_CELL_ROW ? sb_client_words_facts (self->client, now)
                                                : sb_client_words_second (self->client);
      set_text (self->second, second);
    }
}
