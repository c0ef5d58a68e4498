/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-missed-dialog.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

#define N_LINES 3

static GtkLabel *
add_line (GtkWidget  *box,
          const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (style != NULL)
    gtk_widget_add_css_class (label, "caption");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  add_line (box, NULL);
  add_line (box, "why");
  add_line (box, "dimmed");
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  const char *text = gtk_string_object_get_string (gtk_list_item_get_item (item));
  g_auto (GStrv) lines = g_strsplit (text, "\n", N_LINES);
  g_autofree char *facts = g_strdup_printf ("%s · %s", lines[1], lines[2]);
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item));

  for (guint i = 0; i < N_LINES; i++, label = gtk_widget_get_next_sibling (label))
    gtk_label_set_text (GTK_LABEL (label), lines[i]);
  gtk_list_item_set_accessible_label (item, lines[0]);
  gtk_list_item_set_accessible_description (item, facts);
}

/* Who, why, and where: a line each. Names are strangers' words, but no line breaks are let in with them. */
static GtkStringList *
list_clients (GPtrArray *missed)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  for (guint i = 0; missed != NULL && i < missed->len; i++)
    {
      const SbMissed *one = g_ptr_array_index (missed, i);
      const SbPeer *peer = one->peer;
      const char *label = peer->token_label != NULL ? peer->token_label : _("Unknown client");
      /* Translators: the label of a token, and the name that a client gave itself */
      g_autofree char *who = peer->name != NULL ? g_strdup_printf (_("%s · “%s”"), label, peer->name) : g_strdup (label);
      g_autofree char *text = g_strdup_printf ("%s\n%s\n%s · %s", who, sb_missed_why_to_text (one->why),
                                               peer->address != NULL ? peer->address : "–",
                                               peer->channel != NULL ? peer->channel : "–");

      gtk_string_list_append (list, text);
    }
  return list;
}

/* NULL: the list names them all. */
static char *
count_unnamed (SbBroadcast *broadcast)
{
  GPtrArray *missed = sb_broadcast_get_missed (broadcast);
  guint dropped = sb_broadcast_get_dropped (broadcast), named = missed != NULL ? missed->len : 0;
  g_autofree char *number = sb_format_number (dropped - MIN (named, dropped));

  if (named >= dropped)
    return NULL;
  /* Translators: so many more clients missed a message than the list shows */
  return g_strdup_printf (ngettext ("%s more is not listed.", "%s more are not listed.", dropped - named), number);
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
  text = count_unnamed (broadcast);
  label = gtk_label_new (text);
  gtk_widget_set_visible (label, text != NULL);
  factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (
                              G_LIST_MODEL (list_clients (sb_broadcast_get_missed (broadcast))))),
                            factory);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Who Missed It"), -1);
  scrolled = gtk_scrolled_window_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_margin_start (label, 14);
  gtk_widget_set_margin_end (label, 14);
  gtk_widget_set_margin_bottom (label, 12);
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_set_margin_start (list, 12);
  gtk_widget_set_margin_end (list, 12);
  gtk_widget_set_margin_bottom (list, 12);
  gtk_widget_add_css_class (list, "flat");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), label);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), box);
  adw_dialog_set_title (dialog, _("Who Missed It"));
  adw_dialog_set_content_width (dialog, 440);
  adw_dialog_set_content_height (dialog, 420);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
