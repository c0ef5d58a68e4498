/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "trial/sb-talk-words.h"
#include "traffic/sb-traffic-text.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

const char *
sb_talk_words_icon (SbTalkLine *line)
{
  switch (sb_talk_line_get_kind (line))
    {
    case SB_TALK_SENT: return "go-next-symbolic";
    case SB_TALK_RECEIVED: return "go-previous-symbolic";
    case SB_TALK_REJECTED:
    case SB_TALK_TROUBLE: return "dialog-warning-symbolic";
    case SB_TALK_EVENT:
    default: return NULL;
    }
}

const char *
sb_talk_words_kind (SbTalkLine *line)
{
  switch (sb_talk_line_get_kind (line))
    {
    case SB_TALK_SENT: return C_("message", "Sent");
    case SB_TALK_RECEIVED: return C_("message", "Received");
    case SB_TALK_REJECTED: return C_("message", "Rejected");
    case SB_TALK_EVENT:
    case SB_TALK_TROUBLE:
    default: return _("Connection");
    }
}

char *
sb_talk_words_facts (SbTalkLine *line)
{
  g_autofree char *clock = sb_format_clock (sb_talk_line_get_time (line), TRUE);
  g_autofree char *size = sb_format_size (sb_talk_line_get_size (line));

  if (sb_talk_line_get_payload (line) == NULL)
    return g_strdup_printf ("%s · %s", sb_talk_words_kind (line), clock);
  return g_strdup_printf ("%s · %s · %s", sb_talk_words_kind (line), clock, size);
}

char *
sb_talk_words_whole (SbTalkLine *line,
                     gboolean   *json)
{
  GBytes *payload = sb_talk_line_get_payload (line);
  gsize length = 0;
  const char *bytes = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;
  gboolean whole = length == sb_talk_line_get_size (line) && !sb_talk_line_get_binary (line);
  gboolean valid = payload != NULL && whole && sb_traffic_text_is_json (bytes, length);
  guint mark;

  if (json != NULL)
    *json = valid;
  if (payload == NULL)
    return g_strdup (sb_talk_line_get_text (line));
  if (valid)
    return sb_traffic_text_indent (bytes, length);
  if (sb_talk_line_get_binary (line))
    return sb_traffic_text_dump ((const guint8 *) bytes, length);
  return sb_traffic_text_make (bytes, length, 0, &mark);
}
