/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tokens/sb-token-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

static gboolean
allows_everything (const SbToken *token)
{
  return g_strv_contains ((const char *const *) token->spec.channels, "**");
}

char *
sb_token_words_channels (const SbToken *token)
{
  g_return_val_if_fail (token != NULL, NULL);

  if (allows_everything (token))
    return g_strdup (_("All channels"));
  return g_strjoinv (", ", token->spec.channels);
}

const char *
sb_token_words_may (const SbToken *token)
{
  g_return_val_if_fail (token != NULL, NULL);

  return token->spec.may_publish ? _("Publish") : _("Listen only");
}

char *
sb_token_words_expires (const SbToken *token,
                        gint64         now)
{
  g_return_val_if_fail (token != NULL, NULL);

  if (token->spec.expires_at == 0)
    return g_strdup (_("Never"));
  if (token->spec.expires_at <= now)
    return sb_format_ago (token->spec.expires_at, now);
  return sb_format_until (token->spec.expires_at, now);
}

char *
sb_token_words_last_used (SbTokenItem *item,
                          gint64       now)
{
  g_autofree char *ago = NULL;
  const char *address;

  g_return_val_if_fail (SB_IS_TOKEN_ITEM (item), NULL);

  if (sb_token_item_get_last_used (item) == 0)
    /* Translators: when a token was last used */
    return g_strdup (C_("last used", "Never"));

  ago = sb_format_ago (sb_token_item_get_last_used (item), now);
  address = sb_token_item_get_last_address (item);
  return address != NULL ? g_strdup_printf ("%s · %s", ago, address) : g_steal_pointer (&ago);
}

const char *
sb_token_words_state (SbTokenState state)
{
  switch (state)
    {
    case SB_TOKEN_ACTIVE:
      return _("Active");
    case SB_TOKEN_NOT_YET_VALID:
      return _("Not Yet Valid");
    case SB_TOKEN_EXPIRING:
      return _("Expiring");
    case SB_TOKEN_EXPIRED:
      return _("Expired");
    case SB_TOKEN_REVOKED:
      return _("Revoked");
    default:
      g_return_val_if_reached (NULL);
    }
}

const char *
sb_token_words_pill_class (SbTokenState state)
{
  switch (state)
    {
    case SB_TOKEN_ACTIVE:
      return NULL;
    case SB_TOKEN_EXPIRING:
      return "warn";
    case SB_TOKEN_REVOKED:
      return "bad";
    case SB_TOKEN_NOT_YET_VALID:
    case SB_TOKEN_EXPIRED:
    default:
      return "plain";
    }
}

char *
sb_token_words_facts (SbTokenItem *item,
                      gint64       now)
{
  SbToken *token;
  g_autofree char *channels = NULL;
  GString *facts;

  g_return_val_if_fail (SB_IS_TOKEN_ITEM (item), NULL);

  token = sb_token_item_get_token (item);
  channels = sb_token_words_channels (token);
  facts = g_string_new (channels);
  if (!token->spec.may_publish)
    g_string_append_printf (facts, " · %s", sb_token_words_may (token));
  if (token->spec.expires_at != 0 && sb_token_item_get_state (item) != SB_TOKEN_REVOKED)
    {
      g_autofree char *expires = sb_token_words_expires (token, now);

      g_string_append (facts, " · ");
      if (token->spec.expires_at > now)
        /* Translators: %s is a time to come, as in "expires in 2 hours", "expires 12 October" */
        g_string_append_printf (facts, _("expires %s"), expires);
      else
        /* Translators: %s is a time past, as in "expired 5 min ago", "expired 12 October" */
        g_string_append_printf (facts, _("expired %s"), expires);
    }
  return g_string_free (facts, FALSE);
}

char *
sb_token_words_summary (guint n_active,
                        guint n_clients)
{
  g_autofree char *active = sb_format_number (n_active);
  g_autofree char *clients = sb_format_number (n_clients);
  /* Translators: a number of tokens */
  g_autofree char *active_text = g_strdup_printf (ngettext ("%s active", "%s active", n_active), active);
  g_autofree char *clients_text = g_strdup_printf (ngettext ("%s client", "%s clients", n_clients), clients);

  return g_strdup_printf ("%s · %s", active_text, clients_text);
}
