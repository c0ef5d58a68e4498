/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rules/sb-rule-words.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>

static void
add (GString    *text,
     const char *part)
{
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

char *
sb_rule_words_asks (const SbRuleSpec *spec)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (spec != NULL, NULL);

  if (spec->schema != NULL)
    add (text, spec->assert_format ? _("schema and formats") : _("schema"));
  if (!spec->allow_binary)
    add (text, _("text only"));
  else if (!spec->allow_text)
    add (text, _("binary only"));
  if (spec->max_size > 0)
    {
      g_autofree char *size = sb_format_size (spec->max_size);
      g_autofree char *part = g_strdup_printf (_("at most %s"), size);

      add (text, part);
    }
  if (spec->max_depth > 0)
    {
      g_autofree char *part = g_strdup_printf (ngettext ("%u level deep", "%u levels deep", spec->max_depth), spec->max_depth);

      add (text, part);
    }
  if (spec->messages_per_second > 0)
    {
      g_autofree char *part = g_strdup_printf (_("%u/s each"), spec->messages_per_second);

      add (text, part);
    }
  if (text->len == 0)
    add (text, _("nothing"));
  return g_string_free (text, FALSE);
}

const char *
sb_rule_words_failure (SbRuleFailure failure)
{
  switch (failure)
    {
    case SB_RULE_REPLY: return _("Reply with the error");
    case SB_RULE_DROP: return _("Drop silently");
    case SB_RULE_DISCONNECT: return _("Disconnect");
    default: g_return_val_if_reached ("");
    }
}

const char *
sb_rule_words_state (const SbRule *rule)
{
  g_return_val_if_fail (rule != NULL, NULL);

  if (!rule->spec.enabled)
    return C_("a rule", "Off");
  return rule->problem != NULL ? C_("a rule", "Broken") : C_("a rule", "In Force");
}

const char *
sb_rule_words_state_class (const SbRule *rule)
{
  g_return_val_if_fail (rule != NULL, NULL);

  if (!rule->spec.enabled)
    return "plain";
  return rule->problem != NULL ? "bad" : NULL;
}

char *
sb_rule_words_counts (SbRuleItem *item)
{
  g_autofree char *passed = NULL;
  g_autofree char *failed = NULL;

  g_return_val_if_fail (SB_IS_RULE_ITEM (item), NULL);

  passed = sb_format_number (sb_rule_item_get_passed (item));
  failed = sb_format_number (sb_rule_item_get_failed (item));
  return g_strdup_printf (_("%s passed · %s failed"), passed, failed);
}

const char *
sb_rule_words_cause (const char *cause)
{
  static const struct
  {
    const char *cause;
    const char *words;
  } words[] = {
    { SB_CAUSE_RATE, N_("too fast") },       { SB_CAUSE_TOO_BIG, N_("too big") },
    { SB_CAUSE_TEXT, N_("text") },           { SB_CAUSE_BINARY, N_("binary") },
    { SB_CAUSE_UTF8, N_("not UTF-8") },      { SB_CAUSE_JSON, N_("not JSON") },
    { SB_CAUSE_DEPTH, N_("nested too deep") }, { SB_CAUSE_EXHAUSTED, N_("too much to check") },
    { SB_CAUSE_BROKEN, N_("broken schema") },
  };

  g_return_val_if_fail (cause != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].cause, cause))
      return _(words[i].words);
  return cause;
}

char *
sb_rule_words_causes (SbRuleItem *item)
{
  g_autoptr (GArray) causes = NULL;
  GString *text;

  g_return_val_if_fail (SB_IS_RULE_ITEM (item), NULL);

  causes = sb_rule_item_list_causes (item);
  if (causes->len == 0)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < causes->len; i++)
    {
      const SbRuleCause *cause = &g_array_index (causes, SbRuleCause, i);
      g_autofree char *number = sb_format_number (cause->n);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? ", " : "", sb_rule_words_cause (cause->cause), number);
    }
  return g_string_free (text, FALSE);
}
