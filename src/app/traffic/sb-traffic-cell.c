/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-cell.h"
#include "traffic/sb-traffic-words.h"
#include "widgets/sb-format.h"
#include "widgets/sb-line.h"

#define MESSAGE_CHARS 7       /* the least that is seen of one, in characters */
#define REASON_CHARS 10       /* and of why it was rejected */
#define MAX_MESSAGE_CHARS 240 /* what one beside a reason may ask for */

/**
 * SbTrafficCell:
 *
 * One cell of the traffic table, or a whole row of its narrow form. Made by the table and used again for other lines; a
 * line never changes.
 */
struct _SbTrafficCell
{
  SbTableCell parent_instance;

  SbTrafficCellKind kind;

  SbTrafficEntry *entry;

  /* Of those that it consists of, once it is filled. */
  GtkImage *icon;
  SbLine *title;
  SbLine *second;   /* the message in a narrow row */
  SbLine *time;     /* of a narrow row */
  GtkLabel *reason; /* of a rejection, once there was one */
};

G_DEFINE_FINAL_TYPE (SbTrafficCell, sb_traffic_cell, SB_TYPE_TABLE_CELL)

/* Made when it is asked for: what may be cut, whole, and what an icon means. */
static gboolean
sb_traffic_cell_query_tooltip (GtkWidget  *widget,
                               int         x,
                               int         y,
                               gboolean    keyboard,
                               GtkTooltip *tooltip)
{
  SbTrafficCell *self = SB_TRAFFIC_CELL (widget);
  const char *text = self->entry != NULL ? sb_traffic_words_direction (self->entry) : NULL;

  if (self->reason != NULL && gtk_widget_get_visible (GTK_WIDGET (self->reason)))
    text = gtk_label_get_text (self->reason);
  else if (self->title != NULL)
    text = sb_line_get_text (self->title);
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL && *text != '\0';
}

static SbLine *
make_line (guint       width, /* in characters */
           const char *classes)
{
  GtkWidget *line = sb_line_new (classes, width, width);

  gtk_widget_set_hexpand (line, TRUE);
  return SB_LINE (line);
}

/* The only one in its cell, beside what may follow. */
static void
add_line (SbTrafficCell *self,
          guint          width,
          const char    *classes)
{
  self->title = make_line (width, classes);
  sb_table_cell_append (SB_TABLE_CELL (self), GTK_WIDGET (self->title));
}

static void
add_icon (SbTrafficCell *self)
{
  self->icon = GTK_IMAGE (gtk_image_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->icon), GTK_ALIGN_CENTER);
  sb_table_cell_append (SB_TABLE_CELL (self), GTK_WIDGET (self->icon));
}

static void
add_row (SbTrafficCell *self)
{
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  add_icon (self);
  gtk_widget_set_hexpand (lines, TRUE);
  self->title = make_line (12, "");
  self->time = make_line (8, "caption dimmed num");
  self->second = make_line (16, "monospace caption");
  sb_line_set_xalign (self->time, 1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->time), FALSE);
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->time));
  gtk_box_append (GTK_BOX (lines), line);
  gtk_box_append (GTK_BOX (lines), GTK_WIDGET (self->second));
  sb_table_cell_append (SB_TABLE_CELL (self), lines);
}

static void
sb_traffic_cell_fill (SbTableCell *cell)
{
  SbTrafficCell *self = SB_TRAFFIC_CELL (cell);

  switch (self->kind)
    {
    case SB_TRAFFIC_CELL_TIME:
      add_line (self, 11, "dimmed num");
      break;
    case SB_TRAFFIC_CELL_DIRECTION:
      add_icon (self);
      break;
    case SB_TRAFFIC_CELL_CLIENT:
    case SB_TRAFFIC_CELL_CHANNEL:
      add_line (self, self->kind == SB_TRAFFIC_CELL_CLIENT ? 16 : 12, "");
      break;
    case SB_TRAFFIC_CELL_MESSAGE:
      add_line (self, MESSAGE_CHARS, "monospace");
      break;
    case SB_TRAFFIC_CELL_SIZE:
    case SB_TRAFFIC_CELL_REACHED:
      add_line (self, 7, self->kind == SB_TRAFFIC_CELL_SIZE ? "num dimmed" : "num");
      sb_line_set_xalign (self->title, 1);
      break;
    case SB_TRAFFIC_CELL_ROW:
    default:
      add_row (self);
    }
}

static void
set_class (gpointer    widget,
           const char *name,
           gboolean    set)
{
  if (set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_icon (SbTrafficCell  *self,
           SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);
  const char *direction = sb_traffic_words_direction (entry);
  gboolean rejected = record->rejection != SB_REJECTED_NOT;

  gtk_image_set_from_icon_name (self->icon, sb_traffic_words_icon (entry));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_PROPERTY_LABEL, direction, -1);
  set_class (self->icon, "error", rejected);
  set_class (self->icon, "accent", !rejected && record->direction != SB_DIRECTION_FROM_CLIENT);
  set_class (self->icon, "dimmed", !rejected && record->direction == SB_DIRECTION_FROM_CLIENT);
}

static void
add_reason (SbTrafficCell *self)
{
  GtkWidget *reason = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (reason), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (reason), TRUE);
  gtk_label_set_xalign (GTK_LABEL (reason), 0);
  gtk_label_set_width_chars (GTK_LABEL (reason), REASON_CHARS);
  gtk_widget_set_hexpand (reason, TRUE);
  gtk_widget_add_css_class (reason, "error");
  gtk_widget_add_css_class (reason, "caption");
  sb_table_cell_append (SB_TABLE_CELL (self), reason);
  self->reason = GTK_LABEL (reason);
}

/* The reason follows the message at once. Where there is not room for both, the shorter of them is whole and the other is cut. */
static void
make_room (SbTrafficCell *self,
           gboolean       for_reason)
{
  glong n_chars = for_reason ? g_utf8_strlen (sb_line_get_text (self->title), -1) + 1 : MESSAGE_CHARS;

  sb_line_set_nat_chars (self->title, (guint) CLAMP (n_chars, MESSAGE_CHARS, MAX_MESSAGE_CHARS));
  gtk_widget_set_hexpand (GTK_WIDGET (self->title), !for_reason);
}

static void
show_message (SbTrafficCell  *self,
              SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);
  gboolean rejected = record->rejection != SB_REJECTED_NOT && record->reason != NULL;

  sb_line_set_text (self->title, sb_traffic_entry_get_preview (entry));
  set_class (self->title, "error", record->rejection != SB_REJECTED_NOT);
  set_class (self->title, "dimmed", record->binary);
  if (rejected && self->reason == NULL)
    add_reason (self);
  if (self->reason == NULL)
    return;
  if (rejected)
    {
      g_autofree char *reason = sb_traffic_words_reason (record);

      gtk_label_set_text (self->reason, reason);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->reason), rejected);
  make_room (self, rejected);
}

static void
show_row (SbTrafficCell  *self,
          SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);
  g_autofree char *client = sb_traffic_words_client (entry);
  g_autofree char *channel = sb_traffic_words_channel (entry);
  g_autofree char *title = g_strdup_printf ("%s · %s", client, channel);
  g_autofree char *clock = sb_format_clock (record->time, FALSE);

  sb_line_set_text (self->title, title);
  sb_line_set_text (self->time, clock);
  sb_line_set_text (self->second, sb_traffic_entry_get_preview (entry));
  set_class (self->second, "error", record->rejection != SB_REJECTED_NOT);
}

static char *
make_title (SbTrafficCell  *self,
            SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);

  switch (self->kind)
    {
    case SB_TRAFFIC_CELL_TIME: return sb_format_clock (record->time, TRUE);
    case SB_TRAFFIC_CELL_CLIENT: return sb_traffic_words_client (entry);
    case SB_TRAFFIC_CELL_CHANNEL: return sb_traffic_words_channel (entry);
    case SB_TRAFFIC_CELL_SIZE: return sb_format_size (record->size);
    case SB_TRAFFIC_CELL_REACHED: return sb_traffic_words_reached (entry);
    default: return g_strdup ("");
    }
}

static void
sb_traffic_cell_write (SbTableCell *cell)
{
  SbTrafficCell *self = SB_TRAFFIC_CELL (cell);

  if (self->entry == NULL)
    return;
  if (self->icon != NULL)
    show_icon (self, self->entry);
  if (self->kind == SB_TRAFFIC_CELL_ROW)
    show_row (self, self->entry);
  else if (self->kind == SB_TRAFFIC_CELL_MESSAGE)
    show_message (self, self->entry);
  else if (self->title != NULL)
    {
      g_autofree char *title = make_title (self, self->entry);

      sb_line_set_text (self->title, title);
    }
}

static void
sb_traffic_cell_dispose (GObject *object)
{
  g_clear_object (&SB_TRAFFIC_CELL (object)->entry);

  G_OBJECT_CLASS (sb_traffic_cell_parent_class)->dispose (object);
}

static void
sb_traffic_cell_class_init (SbTrafficCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_traffic_cell_dispose;
  GTK_WIDGET_CLASS (klass)->query_tooltip = sb_traffic_cell_query_tooltip;
  SB_TABLE_CELL_CLASS (klass)->fill = sb_traffic_cell_fill;
  SB_TABLE_CELL_CLASS (klass)->refresh = sb_traffic_cell_write;
}

static void
sb_traffic_cell_init (SbTrafficCell *self)
{
}

/**
 * sb_traffic_cell_new:
 * @kind: what it shows
 */
GtkWidget *
sb_traffic_cell_new (SbTrafficCellKind kind)
{
  SbTrafficCell *self = g_object_new (SB_TYPE_TRAFFIC_CELL, NULL);

  self->kind = kind;
  sb_table_cell_set_spacing (SB_TABLE_CELL (self), kind == SB_TRAFFIC_CELL_MESSAGE ? 18 : 12);
  gtk_widget_add_css_class (GTK_WIDGET (self), kind == SB_TRAFFIC_CELL_ROW ? "traffic-row" : "traffic-cell");
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  return GTK_WIDGET (self);
}

/* A rejection has its reason beside the message, for which that makes room. */
static gboolean
may_resize (SbTrafficCell *self)
{
  return self->kind == SB_TRAFFIC_CELL_MESSAGE &&
         (self->reason != NULL || sb_traffic_entry_get_record (self->entry)->reason != NULL);
}

/**
 * sb_traffic_cell_set_entry:
 * @entry: (nullable): the line to show; %NULL: none, until there is another
 */
void
sb_traffic_cell_set_entry (SbTrafficCell  *self,
                           SbTrafficEntry *entry)
{
  g_return_if_fail (SB_IS_TRAFFIC_CELL (self));
  g_return_if_fail (entry == NULL || SB_IS_TRAFFIC_ENTRY (entry));

  if (g_set_object (&self->entry, entry) && entry != NULL)
    sb_table_cell_changed (SB_TABLE_CELL (self), may_resize (self));
}
