/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-retained-row.h"
#include "broadcast/sb-broadcast-words.h"
#include "sb-page.h"
#include "widgets/sb-format.h"
#include "widgets/sb-toast.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbRetainedRow:
 *
 * One message that is kept for those who come later: what, since when, for which channels, how many had it, and the button that takes it
 * back.
 */
struct _SbRetainedRow
{
  AdwActionRow parent_instance;

  SbRetainedItem *item;
  SbEngine *engine;
};

G_DEFINE_FINAL_TYPE (SbRetainedRow, sb_retained_row, ADW_TYPE_ACTION_ROW)

static void
update (SbRetainedRow *self)
{
  guint64 delivered = sb_retained_item_get_delivered (self->item);
  g_autoptr (SbTarget) target = sb_retained_row_dup_target (self);
  g_autofree char *preview = sb_broadcast_words_payload (sb_retained_item_get_payload (self->item),
                                                         sb_retained_item_get_binary (self->item));
  g_autofree char *words = sb_broadcast_words_for_target (target, sb_engine_get_tokens (self->engine));
  g_autofree char *since = sb_broadcast_words_time (sb_retained_item_get_since (self->item), g_get_real_time ());
  g_autofree char *number = sb_format_number (delivered);
  g_autofree char *newcomers = NULL;
  g_autofree char *line = NULL;

  /* Translators: clients that came later and got the message that is kept for them */
  newcomers = g_strdup_printf (ngettext ("%s newcomer so far", "%s newcomers so far", (gulong) delivered), number);
  line = g_strdup_printf ("%s · %s · %s", since, words, newcomers);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), preview);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), line);
}

/* --- take back --- */

typedef struct
{
  SbPage *page; /* owned */
  SbRetainedItem *item; /* owned */
} Release;

static void
release_free (gpointer data)
{
  Release *self = data;

  g_object_unref (self->page);
  g_object_unref (self->item);
  g_free (self);
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (SbPage) page = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRetainedItem) item = sb_engine_retained_finish (SB_ENGINE (source), result, &error);

  if (item == NULL)
    sb_page_say (page, "%s", error->message);
}

static void
undo_cb (Release *self)
{
  sb_engine_restore_retained_async (sb_page_get_engine (self->page), "window", self->item, restored_cb,
                                    g_object_ref (self->page));
}

static void
released_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Release *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbRetainedItem) item = sb_engine_retained_finish (SB_ENGINE (source), result, &error);

  if (item == NULL)
    {
      sb_page_say (self->page, "%s", error->message);
      release_free (self);
      return;
    }
  sb_page_add_toast (self->page, sb_toast_new_undo (_("No longer kept for newcomers"), NULL, G_CALLBACK (undo_cb), self, release_free));
}

static void
release_cb (SbRetainedRow *self)
{
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), SB_TYPE_PAGE);
  Release *release;

  if (page == NULL)
    return;
  release = g_new0 (Release, 1);
  release->page = g_object_ref (SB_PAGE (page));
  release->item = g_object_ref (self->item);
  sb_engine_release_retained_async (self->engine, "window", sb_retained_item_get_id (self->item), released_cb, release);
}

/* --- the row --- */

static void
sb_retained_row_dispose (GObject *object)
{
  SbRetainedRow *self = SB_RETAINED_ROW (object);

  g_clear_object (&self->item);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_retained_row_parent_class)->dispose (object);
}

static void
sb_retained_row_class_init (SbRetainedRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_retained_row_dispose;
}

static void
sb_retained_row_init (SbRetainedRow *self)
{
  GtkWidget *icon = gtk_image_new_from_icon_name ("view-pin-symbolic");
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), _("Edit as New"));

  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Kept for Newcomers"), -1);
  gtk_widget_add_css_class (icon, "dimmed");
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), icon);

  gtk_widget_set_tooltip_text (button, _("Stop Keeping"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", G_CALLBACK (release_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
}

/**
 * sb_retained_row_new:
 * @item: what it shows, and follows
 */
GtkWidget *
sb_retained_row_new (SbRetainedItem *item,
                     SbEngine       *engine)
{
  SbRetainedRow *self;

  g_return_val_if_fail (SB_IS_RETAINED_ITEM (item), NULL);
  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_RETAINED_ROW, NULL);
  self->item = g_object_ref (item);
  self->engine = g_object_ref (engine);
  g_signal_connect_object (item, "notify::delivered", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

SbRetainedItem *
sb_retained_row_get_item (SbRetainedRow *self)
{
  g_return_val_if_fail (SB_IS_RETAINED_ROW (self), NULL);

  return self->item;
}

/**
 * sb_retained_row_dup_target:
 *
 * Returns: (transfer full): whom a message has to be for to take the place of this one
 */
SbTarget *
sb_retained_row_dup_target (SbRetainedRow *self)
{
  const char *pattern;
  SbTarget *target;

  g_return_val_if_fail (SB_IS_RETAINED_ROW (self), NULL);

  pattern = sb_retained_item_get_pattern (self->item);
  if (strcmp (pattern, "**") == 0)
    return sb_target_new_everyone ();
  target = g_new0 (SbTarget, 1);
  target->channels = g_strdupv ((char **) (const char *const[]) { pattern, NULL });
  return target;
}
