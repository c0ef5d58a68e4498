/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-missed-dialog.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = gtk_label_new (NULL), *facts = gtk_label_new (NULL);

  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (facts), 0);
  gtk_label_set_ellipsize (GTK_LABEL (facts), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (facts, "caption");
  gtk_widget_add_css_class (facts, "dimmed");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), facts);
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  const char *text = gtk_string_object_get_string (gtk_list_item_get_item (item));
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  GtkWidget *name = gtk_widget_get_first_child (gtk_list_item_get_child (item));

  gtk_label_set_text (GTK_LABEL (name), lines[0]);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (name)), lines[1] != NULL ? lines[1] : "");
  gtk_list_item_set_accessible_label (item, lines[0]);
  gtk_list_item_set_accessible_description (item, lines[1] != NULL ? lines[1] : "");
}

/* Two lines a client. Names are strangers' words, but no line breaks are let in with them. */
static GtkStringList *
list_clients (GPtrArray *peers)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  for (guint i = 0; peers != NULL && i < peers->len; i++)
    {
      const SbPeer *peer = g_ptr_array_index (peers, i);
      g_autofree char *who = peer->name != NULL ? g_strdup_printf ("%s · “%s”", peer->token_label, peer->name)
                                                : g_strdup (peer->token_label != NULL ? peer->token_label : _("Unknown client"));
      g_autofree char *text = g_strdup_printf ("%s\n%s · %s", who, peer->address != NULL ? peer->address : "–",
                                               peer->channel != NULL ? peer->channel : "–");

      gtk_string_list_append (list, text);
    }
  return list;
}

static char *
describe (SbBroadcast *broadcast)
{
  GPtrArray *peers = sb_broadcast_get_dropped_peers (broadcast);
  guint dropped = sb_broadcast_get_dropped (broadcast), named = peers != NULL ? peers->len : 0;
  g_autofree char *number = sb_format_number (dropped - MIN (named, dropped));
  GString *text = g_string_new (_("Their connection was too slow to take the message, so that more waited for them than the server "
                                  "keeps, or they left before it was sent."));

  if (named < dropped)
    {
      g_string_append_c (text, ' ');
      /* Translators: so many more clients missed a message than the list shows */
      g_string_append_printf (text, ngettext ("%s more is not listed.", "%s more are not listed.", dropped - named), number);
    }
  return g_string_free (text, FALSE);
}

AdwDialog *
sb_missed_dialog_new (SbBroadcast *broadcast)
{
  AdwDialog *dialog;
  GtkWidget *view, *box, *label, *scrolled, *list;
  GtkListItemFactory *factory;
  g_autofree char *text = NULL;

  g_return_val_if_fail (SB_IS_BROADCAST (broadcast), NULL);

  dialog = adw_dialog_new ();
  view = adw_toolbar_view_new ();
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  text = describe (broadcast);
  label = gtk_label_new (text);
  factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (
                              G_LIST_MODEL (list_clients (sb_broadcast_get_dropped_peers (broadcast))))),
                            factory);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Who Missed It"), -1);
  scrolled = gtk_scrolled_window_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_margin_start (label, 14);
  gtk_widget_set_margin_end (label, 14);
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_set_margin_start (list, 12);
  gtk_widget_set_margin_end (list, 12);
  gtk_widget_set_margin_bottom (list, 12);
  gtk_widget_add_css_class (list, "flat");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), scrolled);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), box);
  adw_dialog_set_title (dialog, _("Who Missed It"));
  adw_dialog_set_content_width (dialog, 440);
  adw_dialog_set_content_height (dialog, 420);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
