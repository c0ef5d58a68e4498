/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "clients/sb-channels-dialog.h"
#include "watch/sb-channel-list.h"
#include "widgets/sb-format.h"
#include "widgets/sb-line.h"
#include <glib/gi18n.h>

#define REFRESH_INTERVAL 1 /* s */
#define HANDFUL 6          /* so many channels need no search */

/**
 * SbChannelsDialog:
 *
 * The channels that somebody is on, how many are, and how much is said there. It adds up once a second, and only while it is on
 * the screen. No row is selected, for each is there to be pressed; the focus stays with its channel when that moves.
 */
struct _SbChannelsDialog
{
  AdwDialog parent_instance;

  SbPage *page; /* owned */
  SbChannelList *channels;
  guint refresh_id;

  GtkSearchEntry *search;
  GtkStack *stack;
  GtkWidget *nobody;
  GtkWidget *nothing_found;
  GtkWidget *found;
  GtkListView *list_view;
};

G_DEFINE_FINAL_TYPE (SbChannelsDialog, sb_channels_dialog, ADW_TYPE_DIALOG)

/* --- going on --- */

/* Where a row leads: the dialog closes, and @page_name opens with the channel. */
static void
go_to (SbChannelsDialog *self,
       SbChannelItem    *item,
       const char       *page_name)
{
  g_autoptr (SbPage) page = g_object_ref (self->page);
  g_autofree char *filter = g_strconcat ("channel:", sb_channel_item_get_sum (item)->name, NULL);

  adw_dialog_close (ADW_DIALOG (self));
  sb_page_go_to (page, page_name, filter);
}

static void
activated_cb (SbChannelsDialog *self,
              guint             position)
{
  g_autoptr (SbChannelItem) item = g_list_model_get_item (G_LIST_MODEL (self->channels), position);

  if (item != NULL)
    go_to (self, item, "clients");
}

static void
broadcast_cb (GtkListItem *list_item,
              GtkWidget   *button)
{
  GtkWidget *self = gtk_widget_get_ancestor (button, SB_TYPE_CHANNELS_DIALOG);
  g_autoptr (SbChannelItem) item = g_object_ref (gtk_list_item_get_item (list_item));

  go_to (SB_CHANNELS_DIALOG (self), item, "broadcast");
}

/* --- rows --- */

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *list_item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *button = gtk_button_new_from_icon_name ("signalbox-broadcast-symbolic");
  GtkWidget *name = sb_line_new ("", 8, 24);

  /* Channels that differ only at their ends are usual. */
  sb_line_set_ellipsize (SB_LINE (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_append (GTK_BOX (lines), name);
  gtk_box_append (GTK_BOX (lines), sb_line_new ("caption dimmed num", 8, 24));
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_widget_add_css_class (row, "channel-row");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (broadcast_cb), list_item, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (row), lines);
  gtk_box_append (GTK_BOX (row), button);
  gtk_list_item_set_child (list_item, row);
}

static char *
describe (const SbChannelSum *sum)
{
  g_autofree char *number = sb_format_number (sum->n_clients);
  g_autofree char *speed = sb_format_compact (sum->rate);
  g_autofree char *clients = g_strdup_printf (ngettext ("%s client", "%s clients", sum->n_clients), number);
  g_autofree char *rate = g_strdup_printf (ngettext ("%s message/s", "%s messages/s", sb_format_plural (sum->rate)), speed);

  return g_strdup_printf ("%s · %s", clients, rate);
}

static void
show_facts (GtkListItem   *list_item,
            SbChannelItem *item)
{
  GtkWidget *lines = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));
  g_autofree char *facts = describe (sb_channel_item_get_sum (item));

  sb_line_set_text (SB_LINE (gtk_widget_get_last_child (lines)), facts);
  gtk_list_item_set_accessible_description (list_item, facts);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *list_item)
{
  SbChannelItem *item = gtk_list_item_get_item (list_item);
  const char *name = sb_channel_item_get_sum (item)->name;
  GtkWidget *lines = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));
  GtkWidget *button = gtk_widget_get_next_sibling (lines);
  g_autofree char *tooltip = g_strdup_printf (_("Broadcast to %s"), name);

  sb_line_set_text (SB_LINE (gtk_widget_get_first_child (lines)), name);
  gtk_list_item_set_accessible_label (list_item, name);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  show_facts (list_item, item);
  g_signal_connect_object (item, "refreshed", G_CALLBACK (show_facts), list_item, G_CONNECT_SWAPPED);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *list_item)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (list_item), show_facts, list_item);
}

/* --- what is shown --- */

static void
update (SbChannelsDialog *self)
{
  guint n = sb_channel_list_count (self->channels);
  guint n_found = g_list_model_get_n_items (G_LIST_MODEL (self->channels));
  gboolean searching = *gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0';

  gtk_stack_set_visible_child (self->stack, n == 0 ? self->nobody : n_found == 0 ? self->nothing_found : self->found);
  gtk_widget_set_visible (GTK_WIDGET (self->search), n > HANDFUL || searching);
}

static void
refresh (SbChannelsDialog *self)
{
  sb_channel_list_refresh (self->channels, G_LIST_MODEL (sb_engine_get_clients (sb_page_get_engine (self->page))));
  update (self);
}

static gboolean
refresh_cb (gpointer user_data)
{
  SbChannelsDialog *self = user_data;

  if (sb_page_is_awake (self->page))
    refresh (self);
  return G_SOURCE_CONTINUE;
}

static void
search_cb (SbChannelsDialog *self)
{
  sb_channel_list_set_search (self->channels, gtk_editable_get_text (GTK_EDITABLE (self->search)));
  update (self);
}

static void
stop_search_cb (SbChannelsDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

/* The entry tells what is written only a moment later. */
static void
activate_first_cb (SbChannelsDialog *self)
{
  search_cb (self);
  activated_cb (self, 0);
}

/* --- the dialog --- */

static void
sb_channels_dialog_map (GtkWidget *widget)
{
  SbChannelsDialog *self = SB_CHANNELS_DIALOG (widget);

  refresh (self);
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add_seconds (REFRESH_INTERVAL, refresh_cb, self);

  GTK_WIDGET_CLASS (sb_channels_dialog_parent_class)->map (widget);
}

static void
sb_channels_dialog_unmap (GtkWidget *widget)
{
  SbChannelsDialog *self = SB_CHANNELS_DIALOG (widget);

  g_clear_handle_id (&self->refresh_id, g_source_remove);

  GTK_WIDGET_CLASS (sb_channels_dialog_parent_class)->unmap (widget);
}

static void
sb_channels_dialog_dispose (GObject *object)
{
  SbChannelsDialog *self = SB_CHANNELS_DIALOG (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_CHANNELS_DIALOG);
  g_clear_object (&self->channels);
  g_clear_object (&self->page);

  G_OBJECT_CLASS (sb_channels_dialog_parent_class)->dispose (object);
}

static void
sb_channels_dialog_class_init (SbChannelsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_channels_dialog_dispose;
  widget_class->map = sb_channels_dialog_map;
  widget_class->unmap = sb_channels_dialog_unmap;

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-channels-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbChannelsDialog, search);
  gtk_widget_class_bind_template_child (widget_class, SbChannelsDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, SbChannelsDialog, nobody);
  gtk_widget_class_bind_template_child (widget_class, SbChannelsDialog, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, SbChannelsDialog, found);
  gtk_widget_class_bind_template_child (widget_class, SbChannelsDialog, list_view);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_first_cb);
}

static void
sb_channels_dialog_init (SbChannelsDialog *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSelectionModel) model = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->channels = sb_channel_list_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  model = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->channels))));
  gtk_list_view_set_factory (self->list_view, factory);
  gtk_list_view_set_model (self->list_view, model);
}

/**
 * sb_channels_dialog_new:
 * @page: whose engine it is about, and that leads to other pages
 *
 * Returns: a dialog to present
 */
AdwDialog *
sb_channels_dialog_new (SbPage *page)
{
  SbChannelsDialog *self;

  g_return_val_if_fail (SB_IS_PAGE (page), NULL);

  self = g_object_new (SB_TYPE_CHANNELS_DIALOG, NULL);
  self->page = g_object_ref (page);
  refresh (self);
  /* Where there is no need to search, one can press at once. */
  adw_dialog_set_focus (ADW_DIALOG (self), gtk_widget_get_visible (GTK_WIDGET (self->search)) ? GTK_WIDGET (self->search)
                                                                                              : GTK_WIDGET (self->list_view));
  return ADW_DIALOG (self);
}
