/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-client-lines.h"
#include "traffic/sb-traffic-words.h"
#include "watch/sb-preview.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

#define MAX_LINES 6

/**
 * SbClientLines:
 *
 * What a client said last, the newest first: a few lines in its panel. It reads the log where it lies, and only what came
 * since it last looked.
 */
struct _SbClientLines
{
  GtkBox parent_instance;

  SbTrafficLog *log;
  guint64 client_id;
  guint64 looked;  /* serials before this one were looked at */
  guint n;
  GtkLabel *nothing;
};

G_DEFINE_FINAL_TYPE (SbClientLines, sb_client_lines, GTK_TYPE_BOX)

static void
sb_client_lines_dispose (GObject *object)
{
  g_clear_object (&SB_CLIENT_LINES (object)->log);

  G_OBJECT_CLASS (sb_client_lines_parent_class)->dispose (object);
}

static void
sb_client_lines_class_init (SbClientLinesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_client_lines_dispose;
}

static void
sb_client_lines_init (SbClientLines *self)
{
  GtkWidget *nothing = gtk_label_new (_("No message of this client is kept."));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_label_set_xalign (GTK_LABEL (nothing), 0);
  gtk_label_set_wrap (GTK_LABEL (nothing), TRUE);
  gtk_widget_add_css_class (nothing, "dimmed");
  gtk_widget_add_css_class (nothing, "caption");
  gtk_box_append (GTK_BOX (self), nothing);
  self->nothing = GTK_LABEL (nothing);
}

static GtkWidget *
add_text (GtkWidget  *line,
          const char *text,
          guint       width,
          const char *style)
{
  GtkWidget *inscription = gtk_inscription_new (text);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (inscription), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (inscription), width);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (inscription), width);
  gtk_widget_add_css_class (inscription, "caption");
  gtk_widget_add_css_class (inscription, style);
  gtk_box_append (GTK_BOX (line), inscription);
  return inscription;
}

/* A rejected one says why, in words, instead of what it was. */
static GtkWidget *
make_line (const SbTrafficRecord *record)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gboolean rejected = record->rejection != SB_REJECTED_NOT;
  g_autofree char *clock = sb_format_clock (record->time, FALSE);
  g_autofree char *preview = sb_preview_make (record->payload, record->size, record->binary);
  g_autofree char *reason = sb_traffic_words_reason (record);
  const char *why = reason != NULL ? reason : sb_rejection_to_code (record->rejection);
  GtkWidget *time = add_text (line, clock, 8, "dimmed");
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *text = add_text (line, rejected ? why : preview, 8, rejected ? "error" : "monospace");
  g_autofree char *title = rejected ? g_strdup_printf (_("Rejected: %s"), why) : NULL;
  g_autofree char *tooltip = rejected ? g_strdup_printf ("%s\n%s", title, preview) : g_strdup (preview);

  gtk_widget_set_visible (icon, rejected);
  gtk_widget_add_css_class (icon, "error");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, C_("message", "Rejected"), -1);
  gtk_box_insert_child_after (GTK_BOX (line), icon, time);
  gtk_widget_add_css_class (time, "num");
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_set_tooltip_text (line, tooltip);
  return line;
}

static void
clear (SbClientLines *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != GTK_WIDGET (self->nothing))
    gtk_box_remove (GTK_BOX (self), child);
  self->n = 0;
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), TRUE);
}

void
sb_client_lines_set_client (SbClientLines *self,
                            SbTrafficLog  *log,
                            SbClient      *client)
{
  g_return_if_fail (SB_IS_CLIENT_LINES (self));

  clear (self);
  g_set_object (&self->log, log);
  self->client_id = client != NULL ? sb_client_get_id (client) : 0;
  self->looked = 0;
  if (client != NULL)
    sb_client_lines_refresh (self);
}

void
sb_client_lines_refresh (SbClientLines *self)
{
  guint64 end, begin;
  guint n_items, n_found = 0;
  GtkWidget *after = NULL;

  g_return_if_fail (SB_IS_CLIENT_LINES (self));

  if (self->log == NULL || self->client_id == 0)
    return;
  n_items = g_list_model_get_n_items (G_LIST_MODEL (self->log));
  end = sb_traffic_log_get_n_logged (self->log);
  begin = end - n_items;
  /* From the newest back, until there are enough. */
  for (guint64 serial = end; serial > MAX (begin, self->looked) && n_found < MAX_LINES; serial--)
    {
      const SbTrafficRecord *record = sb_traffic_log_peek (self->log, (guint) (serial - 1 - begin));
      GtkWidget *line;

      if (record->peer == NULL || record->peer->id != self->client_id)
        continue;
      line = make_line (record);
      gtk_box_insert_child_after (GTK_BOX (self), line, after);
      after = line;
      n_found++;
    }
  self->looked = end;
  for (self->n += n_found; self->n > MAX_LINES; self->n--)
    gtk_box_remove (GTK_BOX (self), gtk_widget_get_prev_sibling (GTK_WIDGET (self->nothing)));
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), self->n == 0);
}

guint
sb_client_lines_count (SbClientLines *self)
{
  g_return_val_if_fail (SB_IS_CLIENT_LINES (self), 0);

  return self->n;
}
