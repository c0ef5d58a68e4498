/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-words.h"
#include <glib/gi18n.h>
#include <string.h>

static const struct
{
  const char *code; /* "ERROR: CAUSE", or "ERROR" for all other causes of it */
  const char *words;
} refusals[] = {
  { "invalid_token: unknown", N_("Unknown token") },
  { "invalid_token: malformed", N_("Not a token") },
  { "invalid_token: expired", N_("Expired token") },
  { "invalid_token: revoked", N_("Revoked token") },
  { "invalid_token: not_yet_valid", N_("Token that is not valid yet") },
  { "invalid_token", N_("Invalid token") },
  { "missing_token", N_("No token") },
  { "bad_request", N_("Not a WebSocket handshake") },
  { "upgrade_required", N_("Not a WebSocket client") },
  { "channel_not_allowed", N_("The token is not for that channel") },
  { "origin_not_allowed", N_("A web page from an origin that is not allowed") },
  { "address_blocked", N_("Blocked address") },
  { "no_such_channel", N_("No such channel") },
  { "too_many_connections", N_("Too many connections") },
  { "too_many_attempts", N_("Too many attempts") },
  { "full", N_("The server was full") },
  { "draining", N_("The server was about to stop") },
};

/* Whether @detail begins with @code as a whole word. */
static gboolean
begins_with (const char *detail,
             const char *code)
{
  size_t length = strlen (code);

  return strncmp (detail, code, length) == 0 && !g_ascii_isalnum (detail[length]) && detail[length] != '_';
}

/**
 * sb_words_for_refusal:
 * @detail: of a journal entry of %SB_ACT_CLIENT_REFUSED: "invalid_token: unknown", and what may follow
 *
 * Returns: (transfer full): why, in words, translated; @detail itself where it begins with no known code
 */
char *
sb_words_for_refusal (const char *detail)
{
  g_return_val_if_fail (detail != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (begins_with (detail, refusals[i].code))
      return g_strdup (_(refusals[i].words));
  return g_strdup (detail);
}

/**
 * sb_words_for_setting_error:
 * @key: of the setting
 * @error: of sb_settings_check_text() or sb_settings_set_text()
 *
 * Returns: (transfer none): what is wrong, without the key in front, which helps in a file but not below the setting's
 *   own row; valid
 *   as long as @error
 */
const char *
sb_words_for_setting_error (const char   *key,
                            const GError *error)
{
  g_autofree char *prefix = g_strdup_printf ("“%s”: ", key);

  g_return_val_if_fail (error != NULL, NULL);

  return g_str_has_prefix (error->message, prefix) ? error->message + strlen (prefix) : error->message;
}
