/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "broadcast/sb-broadcast-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <string.h>

#define PREVIEW_BYTES 400
#define MAX_TOKENS_NAMED 3

/* Spaces and line breaks of pretty JSON shrink to one space, so that the first line tells as much as it can. */
char *
sb_broadcast_words_payload (GBytes  *payload,
                            gboolean binary)
{
  gsize size;
  const char *data;
  g_autofree char *text = NULL;
  GString *line;

  g_return_val_if_fail (payload != NULL, NULL);

  data = g_bytes_get_data (payload, &size);
  if (binary)
    {
      g_autofree char *amount = sb_format_size (size);

      return g_strdup_printf (_("Binary message of %s"), amount);
    }

  text = g_utf8_make_valid (data, (gssize) MIN (size, PREVIEW_BYTES));
  line = g_string_new (NULL);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        c = ' ';
      else if (!g_unichar_isprint (c))
        c = 0xfffd;
      if (c != ' ' || (line->len > 0 && line->str[line->len - 1] != ' '))
        g_string_append_unichar (line, c);
    }
  if (size > PREVIEW_BYTES)
    g_string_append (line, "…");
  return g_string_free (line, FALSE);
}

char *
sb_broadcast_words_preview (SbBroadcast *broadcast)
{
  g_return_val_if_fail (SB_IS_BROADCAST (broadcast), NULL);

  return sb_broadcast_words_payload (sb_broadcast_get_payload (broadcast), sb_broadcast_get_binary (broadcast));
}

static void
append_part (GString    *text,
             const char *part)
{
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append (text, part);
}

static void
append_tokens (GString      *text,
               const GArray *ids,
               SbTokenList  *tokens)
{
  guint n_named = MIN (ids->len, MAX_TOKENS_NAMED);

  for (guint i = 0; i < n_named; i++)
    {
      SbTokenItem *item = sb_token_list_find (tokens, g_array_index (ids, gint64, i));
      const char *label = item != NULL ? sb_token_item_get_token (item)->spec.label : _("deleted");
      /* Translators: %s is the label of a token */
      g_autofree char *part = g_strdup_printf (_("token %s"), label);

      append_part (text, part);
    }
  if (ids->len > n_named)
    {
      g_autofree char *part = g_strdup_printf (ngettext ("%u more token", "%u more tokens", ids->len - n_named), ids->len - n_named);

      append_part (text, part);
    }
}

char *
sb_broadcast_words_target (SbBroadcast *broadcast,
                           SbTokenList *tokens)
{
  const SbTarget *target;

  g_return_val_if_fail (SB_IS_BROADCAST (broadcast), NULL);

  target = sb_broadcast_get_target (broadcast);
  return target != NULL ? sb_broadcast_words_for_target (target, tokens) : g_strdup (sb_broadcast_get_target_text (broadcast));
}

char *
sb_broadcast_words_for_target (const SbTarget *target,
                               SbTokenList    *tokens)
{
  GString *text;

  g_return_val_if_fail (target != NULL, NULL);
  g_return_val_if_fail (SB_IS_TOKEN_LIST (tokens), NULL);

  if (target->everyone)
    return g_strdup (_("everyone"));

  text = g_string_new (NULL);
  for (guint i = 0; target->channels != NULL && target->channels[i] != NULL; i++)
    append_part (text, target->channels[i]);
  if (target->token_ids != NULL)
    append_tokens (text, target->token_ids, tokens);
  if (target->client_ids != NULL && target->client_ids->len > 0)
    {
      guint n = target->client_ids->len;
      g_autofree char *part = g_strdup_printf (ngettext ("%u chosen client", "%u chosen clients", n), n);

      append_part (text, part);
    }
  return g_string_free (text, FALSE);
}

gboolean
sb_broadcast_words_is_worrying (SbBroadcast *broadcast)
{
  g_return_val_if_fail (SB_IS_BROADCAST (broadcast), FALSE);

  return sb_broadcast_get_interrupted (broadcast) || sb_broadcast_get_dropped (broadcast) > 0 || sb_broadcast_get_pending (broadcast) > 0;
}

static char *
describe_delivery (SbBroadcast *broadcast)
{
  guint targeted = sb_broadcast_get_targeted (broadcast);
  g_autofree char *sent = sb_format_number (sb_broadcast_get_sent (broadcast));
  g_autofree char *all = sb_format_number (targeted);
  g_autofree char *duration = sb_format_round_trip (sb_broadcast_get_duration (broadcast));

  /* Translators: as in "11 of 12 clients in 3 ms" */
  return g_strdup_printf (ngettext ("%s of %s client in %s", "%s of %s clients in %s", targeted), sent, all, duration);
}

char *
sb_broadcast_words_report (SbBroadcast *broadcast)
{
  guint dropped, pending;
  GString *text;
  g_autofree char *delivery = NULL;

  g_return_val_if_fail (SB_IS_BROADCAST (broadcast), NULL);

  if (sb_broadcast_get_interrupted (broadcast))
    return g_strdup (_("interrupted before its report came"));
  if (!sb_broadcast_get_complete (broadcast))
    return g_strdup (_("sending…"));
  if (sb_broadcast_get_targeted (broadcast) == 0)
    return g_strdup (_("nobody was there"));

  delivery = describe_delivery (broadcast);
  text = g_string_new (delivery);
  dropped = sb_broadcast_get_dropped (broadcast);
  pending = sb_broadcast_get_pending (broadcast);
  if (dropped > 0)
    {
      g_autofree char *number = sb_format_number (dropped);

      g_string_append (text, " · ");
      /* Translators: clients that did not get a message; stands beside "11 of 12 clients in 3 ms" */
      g_string_append_printf (text, ngettext ("%s missed it", "%s missed it", dropped), number);
    }
  if (pending > 0)
    {
      g_autofree char *number = sb_format_number (pending);

      g_string_append (text, " · ");
      /* Translators: clients whose connection was too slow to take the message within seconds */
      g_string_append_printf (text, ngettext ("%s still waiting", "%s still waiting", pending), number);
    }
  return g_string_free (text, FALSE);
}

/* "12:04", "12 October, 12:04", "12 October 2027, 12:04" */
char *
sb_broadcast_words_time (gint64 time,
                         gint64 now)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local_usec (time);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local_usec (now);

  if (g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (today)
      && g_date_time_get_year (then) == g_date_time_get_year (today))
    return g_date_time_format (then, "%H:%M");
  if (g_date_time_get_year (then) == g_date_time_get_year (today))
    /* Translators: a day of this year and a time, as in "12 October, 12:04"; see strftime(3) */
    return g_date_time_format (then, _("%-d %B, %H:%M"));
  return sb_format_date_time (time);
}

char *
sb_broadcast_words_line (SbBroadcast *broadcast,
                         SbTokenList *tokens,
                         gint64       now)
{
  g_autofree char *time = NULL;
  g_autofree char *target = NULL;
  g_autofree char *report = NULL;

  g_return_val_if_fail (SB_IS_BROADCAST (broadcast), NULL);

  time = sb_broadcast_words_time (sb_broadcast_get_time (broadcast), now);
  target = sb_broadcast_words_target (broadcast, tokens);
  report = sb_broadcast_words_report (broadcast);
  if (sb_broadcast_get_retained (broadcast))
    /* Translators: behind what became of a message: it was kept for clients that join later */
    return g_strdup_printf ("%s · %s · %s · %s", time, target, report, _("kept for newcomers"));
  return g_strdup_printf ("%s · %s · %s", time, target, report);
}
