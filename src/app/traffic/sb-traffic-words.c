/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "traffic/sb-traffic-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <string.h>

static gboolean
is_rejected (const SbTrafficRecord *record)
{
  return record->rejection != SB_REJECTED_NOT;
}

char *
sb_traffic_words_client (SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);

  if (record->direction == SB_DIRECTION_FROM_CLIENT)
    return g_strdup (sb_traffic_entry_get_title (entry));
  return g_strdup (record->direction == SB_DIRECTION_BROADCAST ? C_("sender", "Broadcast")
                                                               : C_("sender", "Administrator"));
}

char *
sb_traffic_words_channel (SbTrafficEntry *entry)
{
  const char *channel = sb_traffic_entry_get_channel (entry);

  /* The engine's word for it, the only one of its target texts that is a common word. */
  return g_strdup (g_str_equal (channel, "everyone") ? _("everyone") : channel);
}

char *
sb_traffic_words_reached (SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);
  g_autofree char *number = sb_format_number (record->reached);

  if (is_rejected (record))
    return g_strdup ("");
  return g_strdup_printf (gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL ? "← %s" : "→ %s", number);
}

const char *
sb_traffic_words_icon (SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);

  if (is_rejected (record))
    return "dialog-warning-symbolic";
  return record->direction == SB_DIRECTION_FROM_CLIENT ? "go-next-symbolic" : "signalbox-broadcast-symbolic";
}

const char *
sb_traffic_words_direction (SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);

  if (is_rejected (record))
    return C_("message", "Rejected");
  return record->direction == SB_DIRECTION_FROM_CLIENT ? _("From a client") : _("From an administrator");
}

char *
sb_traffic_words_reason (const SbTrafficRecord *record)
{
  gsize length = record->pointer != NULL ? strlen (record->pointer) : 0;

  if (record->reason == NULL || length == 0 || strncmp (record->reason, record->pointer, length) != 0 ||
      strncmp (record->reason + length, ": ", 2) != 0)
    return g_strdup (record->reason);
  return g_strdup_printf ("%s · %s", record->reason + length + 2, record->pointer);
}

static char *
describe_place (const SbTrafficRecord *record)
{
  if (record->pointer == NULL || *record->pointer == '\0')
    return NULL;
  /* Translators: a JSON Pointer, as in "At /data/0." */
  return g_strdup_printf (_("At %s."), record->pointer);
}

static const char *
describe_reply (const SbTrafficRecord *record)
{
  if (record->told)
    return _("The client was told; nobody else received it.");
  if (record->silent)
    return _("The client was not told, as the rule says; nobody else received it.");
  return _("The client was not told, because it had many such replies already; nobody else received it.");
}

char *
sb_traffic_words_title (SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);
  g_autofree char *number = sb_format_number (record->reached);

  if (is_rejected (record))
    return g_strdup_printf (_("Rejected: %s"),
                            record->reason != NULL ? record->reason : sb_rejection_to_code (record->rejection));
  if (record->reached == 0)
    return g_strdup (_("Sent to nobody"));
  return g_strdup_printf (ngettext ("Sent to %s client", "Sent to %s clients", record->reached), number);
}

char *
sb_traffic_words_sentence (SbTrafficEntry *entry)
{
  const SbTrafficRecord *record = sb_traffic_entry_get_record (entry);
  g_autofree char *client = sb_traffic_words_client (entry);
  g_autofree char *channel = sb_traffic_words_channel (entry);
  g_autofree char *size = sb_format_size (record->size);
  g_autofree char *clock = sb_format_clock (record->time, TRUE);
  g_autofree char *dropped = sb_format_number (record->dropped);
  g_autofree char *lost =
      record->dropped > 0
          ? g_strdup_printf (ngettext ("%s client did not get it", "%s clients did not get it", record->dropped), dropped)
          : NULL;
  /* Translators: a client and a channel, as in "Door sensor on /news" */
  g_autofree char *who = g_strdup_printf (_("%s on %s"), client, channel);

  if (is_rejected (record))
    {
      g_autofree char *place = describe_place (record);

      return g_strdup_printf ("%s%s%s %s · %s", place != NULL ? place : "", place != NULL ? " " : "", describe_reply (record), who,
                              clock);
    }
  if (record->direction != SB_DIRECTION_FROM_CLIENT)
    {
      g_autofree char *sent = g_strdup_printf (_("You sent this to %s"), channel);

      return g_strjoin (" · ", sent, size, clock, lost, NULL);
    }
  if (record->reached == 0 && record->dropped == 0)
    {
      /* Translators: a channel and a client, as in "Nobody else was on /news when Door sensor said this" */
      g_autofree char *alone = g_strdup_printf (_("Nobody else was on %s when %s said this"), channel, client);

      return g_strjoin (" · ", alone, clock, NULL);
    }
  return g_strjoin (" · ", who, size, clock, lost, NULL);
}

char *
sb_traffic_words_summary (double   rate,
                          guint64  n_not_kept,
                          gboolean running)
{
  g_autofree char *speed = sb_format_compact (rate);
  g_autofree char *number = sb_format_number (n_not_kept);
  /* Translators: a number of messages that were not listed, because there were too many */
  g_autofree char *lost = g_strdup_printf (ngettext ("%s not kept", "%s not kept", (gulong) n_not_kept), number);
  g_autofree char *said =
      g_strdup_printf (ngettext ("%s message/s", "%s messages/s", sb_format_plural (rate)), speed);

  if (n_not_kept == 0)
    return running ? g_steal_pointer (&said) : NULL;
  return running ? g_strdup_printf ("%s · %s", said, lost) : g_steal_pointer (&lost);
}
