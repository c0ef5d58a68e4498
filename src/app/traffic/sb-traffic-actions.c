/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-actions.h"
#include "clients/sb-send-dialog.h"
#include "traffic/sb-traffic-export.h"
#include "traffic/sb-traffic-words.h"
#include <glib/gi18n.h>

/* The same target again, as far as the log tells it. NULL: it does not. */
static SbTarget *
make_target (const SbTrafficRecord *record)
{
  const char *text = record->peer != NULL ? record->peer->channel : record->target;
  SbTarget *target;

  if (text == NULL || record->binary || (record->peer == NULL && !g_str_equal (text, "everyone") && *text != '/'))
    return NULL;
  if (g_str_equal (text, "everyone"))
    return sb_target_new_everyone ();
  target = g_new0 (SbTarget, 1);
  target->channels = g_strsplit (text, ", ", -1);
  return target;
}

/* --- which can be used --- */

static gboolean
has_target (SbPage                *page,
            const SbTrafficRecord *record)
{
  g_autoptr (SbTarget) target = make_target (record);

  return target != NULL;
}

static gboolean
has_client (SbPage                *page,
            const SbTrafficRecord *record)
{
  return record->peer != NULL;
}

/* Whether it failed a rule that is still there. */
static gboolean
has_rule (SbPage                *page,
          const SbTrafficRecord *record)
{
  return record->rule_id != 0
         && sb_rule_list_find (sb_engine_get_rules (sb_page_get_engine (page)), record->rule_id) != NULL;
}

/* --- what each does --- */

static void
copy (SbPage          *page,
      SbTrafficDetail *detail)
{
  g_autofree char *text = sb_traffic_detail_dup_text (detail);

  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (page)), text);
  sb_page_say (page, _("Message copied"));
}

/* As the export has it. */
static void
copy_line (SbPage          *page,
           SbTrafficDetail *detail)
{
  g_autofree char *text =
      sb_traffic_export_dup_line (sb_traffic_entry_get_record (sb_traffic_detail_get_entry (detail)));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (page)), text);
  sb_page_say (page, _("Line copied"));
}

static void
send_again (SbPage          *page,
            SbTrafficDetail *detail)
{
  SbTrafficEntry *entry = sb_traffic_detail_get_entry (detail);
  g_autoptr (SbTarget) target = make_target (sb_traffic_entry_get_record (entry));
  g_autofree char *channel = sb_traffic_words_channel (entry);
  g_autofree char *heading =
      target->everyone ? g_strdup (_("To everyone")) : g_strdup_printf (_("To everyone on %s"), channel);
  g_autofree char *text = sb_traffic_detail_dup_text (detail);

  adw_dialog_present (sb_send_dialog_new (page, heading, target, text), GTK_WIDGET (page));
}

static void
show_client (SbPage          *page,
             SbTrafficDetail *detail)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (sb_traffic_detail_get_entry (detail));
  g_autofree char *filter = g_strdup_printf ("client:%" G_GUINT64_FORMAT, record->peer->id);

  sb_page_go_to (page, "clients", filter);
}

static void
open_rule (SbPage          *page,
           SbTrafficDetail *detail)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (sb_traffic_detail_get_entry (detail));
  g_autofree char *filter = g_strdup_printf ("rule:%" G_GINT64_FORMAT, record->rule_id);

  sb_page_go_to (page, "rules", filter);
}

/* --- all of them --- */

static const struct
{
  const char *name;
  void (*run) (SbPage *page, SbTrafficDetail *detail);
  gboolean (*can) (SbPage *page, const SbTrafficRecord *record); /* NULL: always */
} actions[] = {
  { "traffic.copy", copy, NULL },
  { "traffic.copy-line", copy_line, NULL },
  { "traffic.send-again", send_again, has_target },
  { "traffic.show-client", show_client, has_client },
  { "traffic.open-rule", open_rule, has_rule },
};

void
sb_traffic_actions_install (GtkWidgetClass             *page_class,
                            GtkWidgetActionActivateFunc run)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (page_class, actions[i].name, NULL, run);
}

void
sb_traffic_actions_update (SbPage         *page,
                           SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = entry != NULL ? sb_traffic_entry_get_record (entry) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (page), actions[i].name,
                                   record != NULL && (actions[i].can == NULL || actions[i].can (page, record)));
}

void
sb_traffic_actions_run (SbPage          *page,
                        const char      *name,
                        SbTrafficDetail *detail)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, name))
      actions[i].run (page, detail);
}
