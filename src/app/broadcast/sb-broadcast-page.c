/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-broadcast-page.h"
#include "broadcast/sb-broadcast-row.h"
#include "broadcast/sb-broadcast-words.h"
#include "broadcast/sb-composer.h"
#include "broadcast/sb-retained-row.h"
#include "broadcast/sb-schedule-row.h"
#include "broadcast/sb-template-commands.h"
#include "broadcast/sb-template-dialog.h"
#include <glib/gi18n.h>
#include <string.h>

/* A list box makes a row for each item at once: so many of them, and more when they are asked for. */
#define ROWS_AT_ONCE 20

/**
 * SbBroadcastPage:
 *
 * What the admin says to many: the composer, and below it what was said before with what became of it.
 */
struct _SbBroadcastPage
{
  SbPage parent_instance;

  GtkSliceListModel *slice;
  GtkSliceListModel *retained_slice;
  GtkCustomFilter *filter;
  GtkFilterListModel *filtered; /* of the history; NULL's model while nobody looks */
  char *wanted;                 /* casefolded; NULL: everything */

  SbComposer *composer;
  GtkWidget *schedules_group;
  GtkListBox *schedules_list;
  GtkWidget *retained_group;
  GtkListBox *retained_list;
  GtkWidget *retained_more_button;
  GtkEditable *history_search;
  GtkWidget *history_nothing;
  GtkListBox *history_list;
  GtkWidget *history_empty;
  GtkWidget *more_button;
};

G_DEFINE_FINAL_TYPE (SbBroadcastPage, sb_broadcast_page, SB_TYPE_PAGE)

/* --- history --- */

static void
sent_again_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbBroadcast) broadcast = sb_engine_broadcast_finish (SB_ENGINE (source), result, &error);

  if (broadcast == NULL)
    sb_page_say (page, "%s", error->message);
}

static void
again_cb (SbBroadcastPage *self,
          SbBroadcastRow  *row)
{
  SbBroadcast *broadcast = sb_broadcast_row_get_broadcast (row);

  /* All of it: what was kept is kept again. */
  (sb_broadcast_get_retained (broadcast) ? sb_engine_retain_async : sb_engine_broadcast_async) (
      sb_page_get_engine (SB_PAGE (self)), "window", sb_broadcast_get_target (broadcast),
      sb_broadcast_get_binary (broadcast), sb_broadcast_get_payload (broadcast), sent_again_cb, g_object_ref (self));
}

/* Puts what was said once, or is kept, into the editor. @retain: for those who come later. */
static void
write_anew (SbBroadcastPage *self,
            const SbTarget  *target,
            gboolean         retain,
            gboolean         binary,
            GBytes          *payload)
{
  gsize size;
  const char *data = g_bytes_get_data (payload, &size);
  g_autofree char *text = NULL;

  if (binary)
    {
      sb_page_say (SB_PAGE (self), _("A binary message cannot be edited as text"));
      return;
    }
  text = g_utf8_make_valid (data, (gssize) size);
  if (target != NULL)
    sb_composer_set_target (self->composer, target);
  sb_composer_set_retain (self->composer, retain);
  sb_composer_set_text (self->composer, text);
}

static void
row_activated_cb (SbBroadcastPage *self,
                  SbBroadcastRow  *row)
{
  SbBroadcast *broadcast = sb_broadcast_row_get_broadcast (row);

  write_anew (self, sb_broadcast_get_target (broadcast), sb_broadcast_get_retained (broadcast),
              sb_broadcast_get_binary (broadcast), sb_broadcast_get_payload (broadcast));
}

static void
save_cb (SbBroadcastPage *self,
         SbBroadcastRow  *row)
{
  SbBroadcast *broadcast = sb_broadcast_row_get_broadcast (row);

  sb_template_commands_save (SB_PAGE (self), sb_broadcast_get_target (broadcast), sb_broadcast_get_binary (broadcast),
                             sb_broadcast_get_payload (broadcast));
}

static void
copied_cb (SbBroadcastPage *self)
{
  sb_page_say (SB_PAGE (self), _("Message copied"));
}

static GtkWidget *
make_row_cb (gpointer item,
             gpointer user_data)
{
  SbBroadcastPage *self = user_data;
  GtkWidget *row = sb_broadcast_row_new (item, sb_page_get_engine (SB_PAGE (self)));

  g_signal_connect_object (row, "again", G_CALLBACK (again_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "save", G_CALLBACK (save_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "copied", G_CALLBACK (copied_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static void
history_changed_cb (SbBroadcastPage *self)
{
  guint n = g_list_model_get_n_items (sb_engine_get_broadcasts (sb_page_get_engine (SB_PAGE (self))));
  guint n_found = self->wanted != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) : n;

  gtk_widget_set_visible (GTK_WIDGET (self->history_list), n_found > 0);
  gtk_widget_set_visible (self->history_empty, n == 0);
  gtk_widget_set_visible (self->history_nothing, n > 0 && n_found == 0);
  gtk_widget_set_visible (GTK_WIDGET (self->history_search), n > 0);
  gtk_widget_set_visible (self->more_button, n_found > gtk_slice_list_model_get_size (self->slice));
  /* Rows cost more than broadcasts: none are made for a page that nobody looks at. */
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_filter_list_model_set_model (self->filtered, NULL);
}

static gboolean
filter_func (gpointer item,
             gpointer user_data)
{
  SbBroadcastPage *self = user_data;
  g_autofree char *preview = NULL, *line = NULL, *key = NULL, *text = NULL;

  if (self->wanted == NULL)
    return TRUE;
  preview = sb_broadcast_words_preview (item);
  line = sb_broadcast_words_line (item, sb_engine_get_tokens (sb_page_get_engine (SB_PAGE (self))), g_get_real_time ());
  text = g_strconcat (preview, "\n", line, NULL);
  key = g_utf8_casefold (text, -1);
  return strstr (key, self->wanted) != NULL;
}

static void
history_search_cb (SbBroadcastPage *self)
{
  const char *text = gtk_editable_get_text (self->history_search);

  g_clear_pointer (&self->wanted, g_free);
  if (*text != '\0')
    self->wanted = g_utf8_casefold (text, -1);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  history_changed_cb (self);
}

/* --- what is sent by itself --- */

static GtkWidget *
make_schedule_row_cb (gpointer item,
                      gpointer user_data)
{
  return sb_schedule_row_new (item, sb_page_get_engine (SB_PAGE (user_data)));
}

static void
schedules_changed_cb (SbBroadcastPage *self)
{
  GListModel *schedules = sb_engine_get_schedules (sb_page_get_engine (SB_PAGE (self)));

  gtk_widget_set_visible (self->schedules_group, g_list_model_get_n_items (schedules) > 0);
}

/* --- what is kept for those who come later --- */

static GtkWidget *
make_retained_row_cb (gpointer item,
                      gpointer user_data)
{
  return sb_retained_row_new (item, sb_page_get_engine (SB_PAGE (user_data)));
}

static void
retained_activated_cb (SbBroadcastPage *self,
                       SbRetainedRow   *row)
{
  SbRetainedItem *item = sb_retained_row_get_item (row);
  g_autoptr (SbTarget) target = sb_retained_row_dup_target (row);

  write_anew (self, target, TRUE, sb_retained_item_get_binary (item), sb_retained_item_get_payload (item));
}

static void
retained_changed_cb (SbBroadcastPage *self)
{
  guint n = g_list_model_get_n_items (sb_engine_get_retained (sb_page_get_engine (SB_PAGE (self))));

  gtk_widget_set_visible (self->retained_group, n > 0);
  gtk_widget_set_visible (self->retained_more_button, n > gtk_slice_list_model_get_size (self->retained_slice));
}

static void
retained_more_cb (SbBroadcastPage *self)
{
  gtk_slice_list_model_set_size (self->retained_slice, gtk_slice_list_model_get_size (self->retained_slice) + ROWS_AT_ONCE);
  retained_changed_cb (self);
}

/* --- templates --- */

static void
template_chosen_cb (SbBroadcastPage *self,
                    SbTemplate      *template)
{
  const SbMessage *message = sb_template_get_message (template);

  write_anew (self, message->target, FALSE, message->binary, message->payload);
}

static void
templates_action_cb (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  AdwDialog *dialog = sb_template_dialog_new (SB_PAGE (widget));

  g_signal_connect_object (dialog, "chosen", G_CALLBACK (template_chosen_cb), widget, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

static void
more_cb (SbBroadcastPage *self)
{
  gtk_slice_list_model_set_size (self->slice, gtk_slice_list_model_get_size (self->slice) + ROWS_AT_ONCE);
  history_changed_cb (self);
}

/* --- the page --- */

/* "1,2,3" */
static GArray *
parse_ids (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint64 id = g_ascii_strtoull (parts[i], NULL, 10);

      if (id != 0)
        g_array_append_val (ids, id);
    }
  return ids;
}

/* "clients:1,2,3", "token:3", "channel:/news" */
static void
sb_broadcast_page_show (SbPage     *page,
                        const char *filter)
{
  g_autoptr (SbTarget) target = g_new0 (SbTarget, 1);

  if (g_str_has_prefix (filter, "clients:"))
    target->client_ids = parse_ids (filter + strlen ("clients:"));
  else if (g_str_has_prefix (filter, "client:"))
    target->client_ids = parse_ids (filter + strlen ("client:"));
  else if (g_str_has_prefix (filter, "token:"))
    target->token_ids = parse_ids (filter + strlen ("token:"));
  else if (g_str_has_prefix (filter, "channel:"))
    target->channels = g_strdupv ((char **) (const char *const[]) { filter + strlen ("channel:"), NULL });
  else
    return;
  sb_composer_set_target (SB_BROADCAST_PAGE (page)->composer, target);
}

static void
sb_broadcast_page_map (GtkWidget *widget)
{
  SbBroadcastPage *self = SB_BROADCAST_PAGE (widget);

  if (gtk_filter_list_model_get_model (self->filtered) == NULL)
    gtk_filter_list_model_set_model (self->filtered, sb_engine_get_broadcasts (sb_page_get_engine (SB_PAGE (self))));

  GTK_WIDGET_CLASS (sb_broadcast_page_parent_class)->map (widget);
}

static void
sb_broadcast_page_constructed (GObject *object)
{
  SbBroadcastPage *self = SB_BROADCAST_PAGE (object);
  SbEngine *engine = sb_page_get_engine (SB_PAGE (self));

  G_OBJECT_CLASS (sb_broadcast_page_parent_class)->constructed (object);

  sb_composer_set_engine (self->composer, engine);
  self->filter = gtk_custom_filter_new (filter_func, self, NULL);
  self->filtered = gtk_filter_list_model_new (NULL, GTK_FILTER (g_object_ref (self->filter)));
  self->slice = gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (self->filtered)), 0, ROWS_AT_ONCE);
  gtk_list_box_bind_model (self->history_list, G_LIST_MODEL (self->slice), make_row_cb, self, NULL);
  g_signal_connect_object (sb_engine_get_broadcasts (engine), "items-changed", G_CALLBACK (history_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_bind_model (self->schedules_list, sb_engine_get_schedules (engine), make_schedule_row_cb, self, NULL);
  g_signal_connect_object (sb_engine_get_schedules (engine), "items-changed", G_CALLBACK (schedules_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->retained_slice = gtk_slice_list_model_new (g_object_ref (sb_engine_get_retained (engine)), 0, ROWS_AT_ONCE);
  gtk_list_box_bind_model (self->retained_list, G_LIST_MODEL (self->retained_slice), make_retained_row_cb, self, NULL);
  g_signal_connect_object (sb_engine_get_retained (engine), "items-changed", G_CALLBACK (retained_changed_cb), self,
                           G_CONNECT_SWAPPED);
  schedules_changed_cb (self);
  retained_changed_cb (self);
  history_changed_cb (self);
}

static void
sb_broadcast_page_focus_search (SbPage *page)
{
  SbBroadcastPage *self = SB_BROADCAST_PAGE (page);

  if (gtk_widget_get_visible (GTK_WIDGET (self->history_search)))
    gtk_widget_grab_focus (GTK_WIDGET (self->history_search));
}

static void
sb_broadcast_page_dispose (GObject *object)
{
  SbBroadcastPage *self = SB_BROADCAST_PAGE (object);

  /* It asks this page. */
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_BROADCAST_PAGE);
  g_clear_object (&self->slice);
  g_clear_object (&self->retained_slice);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_pointer (&self->wanted, g_free);

  G_OBJECT_CLASS (sb_broadcast_page_parent_class)->dispose (object);
}

static void
sb_broadcast_page_class_init (SbBroadcastPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sb_broadcast_page_constructed;
  object_class->dispose = sb_broadcast_page_dispose;
  widget_class->map = sb_broadcast_page_map;
  SB_PAGE_CLASS (klass)->show = sb_broadcast_page_show;
  SB_PAGE_CLASS (klass)->focus_search = sb_broadcast_page_focus_search;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-broadcast-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, composer);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, schedules_group);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, schedules_list);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, retained_group);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, retained_list);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, retained_more_button);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, history_search);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, history_nothing);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, history_list);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, history_empty);
  gtk_widget_class_bind_template_child (widget_class, SbBroadcastPage, more_button);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, retained_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, retained_more_cb);
  gtk_widget_class_bind_template_callback (widget_class, more_cb);
  gtk_widget_class_bind_template_callback (widget_class, history_search_cb);

  gtk_widget_class_install_action (widget_class, "broadcast.templates", NULL, templates_action_cb);
}

static void
sb_broadcast_page_init (SbBroadcastPage *self)
{
  g_type_ensure (SB_TYPE_COMPOSER);
  gtk_widget_init_template (GTK_WIDGET (self));
}
