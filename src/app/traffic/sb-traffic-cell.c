/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-cell.h"
#include "traffic/sb-traffic-words.h"
#include "widgets/sb-format.h"

/**
 * SbTrafficCell:
 *
 * One cell of the traffic table, or a whole row of its narrow form. Made by the table and used again for other lines; a
 * line never changes.
 */
struct _SbTrafficCell
{
  GtkBox parent_instance;

  SbTrafficCellKind kind;

  GtkImage *icon;   /* of the direction */
  GtkLabel *title;
  GtkLabel *second; /* the reason of a rejection; the message in a narrow row */
  GtkLabel *time;   /* of a narrow row */
};

G_DEFINE_FINAL_TYPE (SbTrafficCell, sb_traffic_cell, GTK_TYPE_BOX)

static void
sb_traffic_cell_class_init (SbTrafficCellClass *klass)
{
}

static void
sb_traffic_cell_init (SbTrafficCell *self)
{
}

static GtkLabel *
add_label (GtkWidget  *box,
           const char *style,
           const char *second_style,
           gboolean    ellipsize)
{
  const char *classes[] = { style, second_style, NULL };
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (style != NULL)
    gtk_widget_set_css_classes (label, classes);
  if (ellipsize)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
add_icon (SbTrafficCell *self,
          GtkWidget     *box)
{
  self->icon = GTK_IMAGE (gtk_image_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->icon), GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->icon));
}

static void
add_row (SbTrafficCell *self)
{
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  add_icon (self, GTK_WIDGET (self));
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (lines), line);
  gtk_box_append (GTK_BOX (self), lines);
  self->title = add_label (line, NULL, NULL, TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self->title), TRUE);
  self->time = add_label (line, "caption", "dimmed", FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self->time), "num");
  self->second = add_label (lines, "monospace", NULL, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->second), "caption");
}

static void
add_children (SbTrafficCell *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  switch (self->kind)
    {
    case SB_TRAFFIC_CELL_TIME:
      self->title = add_label (widget, "dimmed", "num", FALSE);
      break;
    case SB_TRAFFIC_CELL_DIRECTION:
      add_icon (self, widget);
      break;
    case SB_TRAFFIC_CELL_CLIENT:
    case SB_TRAFFIC_CELL_CHANNEL:
      self->title = add_label (widget, NULL, NULL, TRUE);
      gtk_label_set_width_chars (self->title, self->kind == SB_TRAFFIC_CELL_CLIENT ? 12 : 9);
      gtk_label_set_max_width_chars (self->title, 18);
      break;
    case SB_TRAFFIC_CELL_MESSAGE:
      self->title = add_label (widget, "monospace", NULL, TRUE);
      self->second = add_label (widget, "error", NULL, TRUE);
      gtk_label_set_width_chars (self->title, 20);
      break;
    case SB_TRAFFIC_CELL_SIZE:
    case SB_TRAFFIC_CELL_REACHED:
      self->title = add_label (widget, "num", self->kind == SB_TRAFFIC_CELL_SIZE ? "dimmed" : NULL, FALSE);
      gtk_label_set_xalign (self->title, 1);
      gtk_widget_set_hexpand (GTK_WIDGET (self->title), TRUE);
      gtk_label_set_width_chars (self->title, 5);
      break;
    case SB_TRAFFIC_CELL_ROW:
    default:
      add_row (self);
    }
}

/**
 * sb_traffic_cell_new:
 * @kind: what it shows
 */
GtkWidget *
sb_traffic_cell_new (SbTrafficCellKind kind)
{
  SbTrafficCell *self = g_object_new (SB_TYPE_TRAFFIC_CELL, "spacing", 12, NULL);

  self->kind = kind;
  gtk_widget_add_css_class (GTK_WIDGET (self), kind == SB_TRAFFIC_CELL_ROW ? "traffic-row" : "traffic-cell");
  add_children (self);
  return GTK_WIDGET (self);
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
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->icon), direction);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_PROPERTY_LABEL, direction, -1);
  set_class (self->icon, "error", rejected);
  set_class (self->icon, "accent", !rejected && record->direction != SB_DIRECTION_FROM_CLIENT);
  set_class (self->icon, "dimmed", !rejected && record->direction == SB_DIRECTION_FROM_CLIENT);
}

static void
show_message (SbTrafficCell  *self,
              SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);
  gboolean rejected = record->rejection != SB_REJECTED_NOT;

  gtk_label_set_text (self->title, sb_traffic_entry_get_preview (entry));
  set_class (self->title, "error", rejected);
  set_class (self->title, "dimmed", record->binary);
  gtk_label_set_text (self->second, rejected && record->reason != NULL ? record->reason : "");
  gtk_widget_set_visible (GTK_WIDGET (self->second), rejected);
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

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->time, clock);
  gtk_label_set_text (self->second, sb_traffic_entry_get_preview (entry));
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

/**
 * sb_traffic_cell_set_entry:
 * @entry: the line to show
 */
void
sb_traffic_cell_set_entry (SbTrafficCell  *self,
                           SbTrafficEntry *entry)
{
  g_return_if_fail (SB_IS_TRAFFIC_CELL (self));
  g_return_if_fail (SB_IS_TRAFFIC_ENTRY (entry));

  if (self->icon != NULL)
    show_icon (self, entry);
  if (self->kind == SB_TRAFFIC_CELL_ROW)
    show_row (self, entry);
  else if (self->kind == SB_TRAFFIC_CELL_MESSAGE)
    show_message (self, entry);
  else if (self->title != NULL)
    {
      g_autofree char *title = make_title (self, entry);

      gtk_label_set_text (self->title, title);
    }
}
