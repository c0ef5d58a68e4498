/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-attention-group.h"
#include "widgets/sb-format.h"
#include "widgets/sb-words.h"
#include <glib/gi18n.h>

#define MAX_TOKENS 4
#define MAX_ADDRESSES 4
#define MAX_RULES 4
#define MAX_NAMES 3        /* of clients in one line */
#define MAX_LOOKED_AT 1000 /* journal entries, messages: this runs every second */
#define REFUSALS_SINCE G_TIME_SPAN_HOUR
#define CERTIFICATE_SOON (14 * G_TIME_SPAN_DAY)

/**
 * SbAttentionGroup:
 *
 * What someone should look at now: refused sign-ins, clients that are slow or send what is rejected, tokens about to
 * expire. Each row leads to the page that shows it. Hidden while there is nothing.
 */
struct _SbAttentionGroup
{
  AdwPreferencesGroup parent_instance;

  SbEngine *engine;
  GPtrArray *items; /* (element-type Item) shown now */
  GPtrArray *rows;  /* (element-type GtkWidget) one for each, owned by the group */
};

G_DEFINE_FINAL_TYPE (SbAttentionGroup, sb_attention_group, ADW_TYPE_PREFERENCES_GROUP)

/* A row before it is one, to be compared with what is shown. */
typedef struct
{
  const char *icon_name;
  char *title;
  char *subtitle;
  const char *page; /* "preferences" for those; @filter is the setting then */
  char *filter;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->title);
  g_free (item->subtitle);
  g_free (item->filter);
  g_free (item);
}

static gboolean
item_leads_to_same (const Item *a,
                    const Item *b)
{
  return g_str_equal (a->icon_name, b->icon_name) &&
         g_str_equal (a->page, b->page) &&
         g_str_equal (a->filter, b->filter);
}

/* Takes over @title, @subtitle and @filter. */
static void
add_item (GPtrArray  *items,
          const char *icon_name,
          char       *title,
          char       *subtitle,
          const char *page,
          char       *filter)
{
  Item *item = g_new0 (Item, 1);

  item->icon_name = icon_name;
  item->title = title;
  item->subtitle = subtitle;
  item->page = page;
  item->filter = filter;
  g_ptr_array_add (items, item);
}

/* --- what there is --- */

typedef struct
{
  const char *address; /* the entry's, which the journal keeps */
  const char *detail;  /* of the newest */
  gint64 time;         /* of the newest */
  guint count;
} Refusals;

static void
count_refusal (GArray         *addresses,
               SbJournalEntry *entry)
{
  const char *address = sb_journal_entry_get_actor (entry);
  Refusals refusals;

  for (guint i = 0; i < addresses->len; i++)
    {
      Refusals *known = &g_array_index (addresses, Refusals, i);

      if (g_strcmp0 (known->address, address) == 0)
        {
          known->count += sb_journal_entry_get_count (entry);
          return;
        }
    }
  refusals.address = address;
  refusals.detail = sb_journal_entry_get_detail (entry);
  refusals.time = sb_journal_entry_get_time (entry);
  refusals.count = sb_journal_entry_get_count (entry);
  g_array_append_val (addresses, refusals);
}

static void
find_refusals (SbAttentionGroup *self,
               GPtrArray        *items,
               gint64            now)
{
  GListModel *journal = G_LIST_MODEL (sb_engine_get_journal (self->engine));
  guint n = MIN (g_list_model_get_n_items (journal), MAX_LOOKED_AT);
  g_autoptr (GArray) addresses = g_array_new (FALSE, FALSE, sizeof (Refusals));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbJournalEntry) entry = g_list_model_get_item (journal, i);

      if (sb_journal_entry_get_time (entry) < now - REFUSALS_SINCE)
        break;
      if (sb_journal_entry_get_act (entry) == SB_ACT_CLIENT_REFUSED)
        count_refusal (addresses, entry);
    }
  for (guint i = 0; i < MIN (addresses->len, MAX_ADDRESSES); i++)
    {
      const Refusals *refusals = &g_array_index (addresses, Refusals, i);
      g_autofree char *ago = sb_format_ago (refusals->time, now);
      g_autofree char *why = sb_words_for_refusal (refusals->detail);

      add_item (items, "dialog-password-symbolic",
                /* Translators: %s is an address */
                g_strdup_printf (ngettext ("%u refused sign-in from %s", "%u refused sign-ins from %s",
                                           refusals->count),
                                 refusals->count, refusals->address),
                *why != '\0' ? g_strdup_printf ("%s · %s", why, ago) : g_strdup (ago),
                "audit", g_strdup_printf ("address:%s", refusals->address));
    }
}

/* Who they are, as far as a line goes; several that came in with one token have one name. @id: of the only one, else 0. */
static char *
name_rejected (SbClientList *clients,
               guint         n_rejected,
               guint64      *id)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (clients)), n_found = 0;

  *id = 0;
  for (guint i = 0; i < n && n_found < n_rejected; i++)
    {
      g_autoptr (SbClient) client = g_list_model_get_item (G_LIST_MODEL (clients), i);

      if (sb_client_get_state (client) != SB_CLIENT_REJECTED)
        continue;
      n_found++;
      *id = n_rejected == 1 ? sb_client_get_id (client) : 0;
      if (g_ptr_array_find_with_equal_func (names, sb_client_get_title (client), g_str_equal, NULL))
        continue;
      if (names->len == MAX_NAMES)
        {
          g_ptr_array_add (names, g_strdup ("…"));
          break;
        }
      g_ptr_array_add (names, g_strdup (sb_client_get_title (client)));
    }
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

/* The rule that did it, where all that was rejected in the last minute was so by one. NULL: none, or several. */
static const SbRule *
find_rule_of_rejected (SbAttentionGroup *self)
{
  SbTrafficLog *log = sb_engine_get_traffic (self->engine);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (log));
  gint64 since = g_get_real_time () - G_TIME_SPAN_MINUTE, id = 0;
  SbRuleItem *item;

  for (guint i = 0; i < MIN (n, MAX_LOOKED_AT); i++)
    {
      const SbTrafficRecord *record = sb_traffic_log_peek (log, n - 1 - i);

      if (record->time < since)
        break;
      if (record->rejection == SB_REJECTED_NOT)
        continue;
      if (record->rule_id == 0 || (id != 0 && record->rule_id != id))
        return NULL;
      id = record->rule_id;
    }
  item = id != 0 ? sb_rule_list_find (sb_engine_get_rules (self->engine), id) : NULL;
  return item != NULL ? sb_rule_item_get_rule (item) : NULL;
}

static void
find_rejected (SbAttentionGroup *self,
               GPtrArray        *items,
               guint             n_rejected)
{
  guint n_messages = sb_meter_get_sum (sb_engine_get_meter (self->engine), SB_MEASURE_REJECTED, 60);
  guint64 id;
  g_autofree char *names = name_rejected (sb_engine_get_clients (self->engine), n_rejected, &id);
  const SbRule *by = find_rule_of_rejected (self);
  /* Translators: what rejected messages; %s is the rule's channel, or a pattern of channels */
  g_autofree char *rule = by != NULL ? g_strdup_printf (_("rule for %s"), by->spec.pattern) : NULL;
  g_autofree char *count = g_strdup_printf (
      ngettext ("%u message in the last minute", "%u messages in the last minute", n_messages), n_messages);

  add_item (items, "dialog-warning-symbolic",
            g_strdup_printf (ngettext ("%u client sends messages that are rejected",
                                       "%u clients send messages that are rejected", n_rejected),
                             n_rejected),
            rule != NULL ? g_strdup_printf ("%s · %s · %s", names, rule, count) : g_strdup_printf ("%s · %s", names, count),
            "traffic",
            by != NULL ? g_strdup_printf ("rule:%" G_GINT64_FORMAT, by->id)
            : id != 0 ? g_strdup_printf ("rejected:%" G_GUINT64_FORMAT, id) : g_strdup ("rejected"));
}

static void
find_clients (SbAttentionGroup *self,
              GPtrArray        *items)
{
  SbClientList *clients = sb_engine_get_clients (self->engine);
  guint n_slow = sb_client_list_get_n_slow (clients);
  guint n_rejected = sb_client_list_get_n_rejected (clients);

  if (n_slow > 0)
    add_item (items, "network-cellular-signal-weak-symbolic",
              g_strdup_printf (ngettext ("%u client is slow", "%u clients are slow", n_slow), n_slow),
              g_strdup (_("More waits to be sent than is taken; above the limit a client is disconnected")),
              "clients", g_strdup ("slow"));
  if (n_rejected > 0)
    find_rejected (self, items, n_rejected);
}

/* A schema that cannot be used lets nothing through. */
static void
find_rules (SbAttentionGroup *self,
            GPtrArray        *items)
{
  GListModel *rules = G_LIST_MODEL (sb_engine_get_rules (self->engine));
  guint n = g_list_model_get_n_items (rules), n_found = 0;

  if (sb_rule_list_get_n_problems (sb_engine_get_rules (self->engine)) == 0)
    return;
  for (guint i = 0; i < n && n_found < MAX_RULES; i++)
    {
      g_autoptr (SbRuleItem) item = g_list_model_get_item (rules, i);
      const SbRule *rule = sb_rule_item_get_rule (item);

      if (!rule->spec.enabled || rule->problem == NULL)
        continue;
      n_found++;
      add_item (items, "signalbox-rules-symbolic",
                g_strdup_printf (_("The rule for %s cannot be used, so no text passes"), rule->spec.pattern),
                g_strdup (rule->problem), "rules", g_strdup_printf ("rule:%" G_GINT64_FORMAT, rule->id));
    }
}

static void
add_expiring (GPtrArray   *items,
              SbTokenItem *item,
              gint64       now)
{
  const SbToken *token = sb_token_item_get_token (item);
  g_autofree char *until = sb_format_until (token->spec.expires_at, now);
  guint live = sb_token_item_get_live (item);

  add_item (items, "alarm-symbolic",
            /* Translators: the second %s is a time to come, as in "in 2 hours" */
            g_strdup_printf (_("Token “%s” expires %s"), token->spec.label, until),
            live == 0 ? g_strdup (_("No client uses it now"))
                      : g_strdup_printf (ngettext ("%u client will be disconnected",
                                                   "%u clients will be disconnected", live),
                                         live),
            "tokens", g_strdup_printf ("token:%" G_GINT64_FORMAT, sb_token_item_get_id (item)));
}

static void
find_expiring_tokens (SbAttentionGroup *self,
                      GPtrArray        *items,
                      gint64            now)
{
  GListModel *tokens = G_LIST_MODEL (sb_engine_get_tokens (self->engine));
  guint n = g_list_model_get_n_items (tokens), n_expiring = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SbTokenItem) item = g_list_model_get_item (tokens, i);

      if (sb_token_item_get_state (item) == SB_TOKEN_EXPIRING && ++n_expiring <= MAX_TOKENS)
        add_expiring (items, item, now);
    }
  if (n_expiring > MAX_TOKENS)
    add_item (items, "alarm-symbolic",
              g_strdup_printf (ngettext ("%u more token expires soon", "%u more tokens expire soon",
                                         n_expiring - MAX_TOKENS),
                               n_expiring - MAX_TOKENS),
              g_strdup (""), "tokens", g_strdup ("expiring"));
}

static void
find_certificate (SbAttentionGroup *self,
                  GPtrArray        *items,
                  gint64            now)
{
  GTlsCertificate *certificate = sb_engine_get_certificate (self->engine);
  g_autoptr (GDateTime) end = certificate != NULL ? g_tls_certificate_get_not_valid_after (certificate) : NULL;
  gint64 time = end != NULL ? g_date_time_to_unix_usec (end) : G_MAXINT64;
  g_autofree char *until = NULL;

  /* What has expired is said by the server's state. */
  if (time <= now || time > now + CERTIFICATE_SOON)
    return;
  until = sb_format_until (time, now);
  add_item (items, "alarm-symbolic",
            /* Translators: %s is a time to come, as in "in 2 days" */
            g_strdup_printf (_("The certificate expires %s"), until),
            g_strdup (_("Clients will refuse to connect")),
            "preferences", g_strdup ("tls-certificate"));
}

/* --- showing it --- */

static void
update_row (GtkWidget  *row,
            const Item *item)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), item->title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), item->subtitle);
}

static GtkWidget *
make_row (const Item *item)
{
  GtkWidget *row = adw_action_row_new ();

  /* Labels and reasons are what they are, not markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (item->icon_name));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  if (g_str_equal (item->page, "preferences"))
    {
      gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.preferences");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", item->filter);
    }
  else
    {
      gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.show-page");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "(ss)", item->page, item->filter);
    }
  update_row (row, item);
  return row;
}

/* Rows that lead to the same place are kept, with the keyboard focus they may have; only their text changes. */
static gboolean
same_places (GPtrArray *a,
             GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!item_leads_to_same (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;
  return TRUE;
}

static void
remake_rows (SbAttentionGroup *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < self->items->len; i++)
    {
      GtkWidget *row = make_row (g_ptr_array_index (self->items, i));

      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
    }
}

static void
sb_attention_group_dispose (GObject *object)
{
  SbAttentionGroup *self = SB_ATTENTION_GROUP (object);

  g_clear_object (&self->engine);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_attention_group_parent_class)->dispose (object);
}

static void
sb_attention_group_class_init (SbAttentionGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_attention_group_dispose;
}

static void
sb_attention_group_init (SbAttentionGroup *self)
{
  self->items = g_ptr_array_new_with_free_func (item_free);
  self->rows = g_ptr_array_new ();
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * sb_attention_group_set_engine:
 * @engine: what is looked at; set once
 */
void
sb_attention_group_set_engine (SbAttentionGroup *self,
                               SbEngine         *engine)
{
  g_return_if_fail (SB_IS_ATTENTION_GROUP (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  sb_attention_group_update (self);
}

/**
 * sb_attention_group_update:
 *
 * Looks again. Cheap enough for once a second.
 */
void
sb_attention_group_update (SbAttentionGroup *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (item_free);
  gint64 now = g_get_real_time ();
  gboolean same;

  g_return_if_fail (SB_IS_ATTENTION_GROUP (self));

  find_refusals (self, items, now);
  find_rules (self, items);
  find_clients (self, items);
  find_expiring_tokens (self, items, now);
  find_certificate (self, items, now);

  same = same_places (self->items, items);
  g_ptr_array_unref (self->items);
  self->items = g_steal_pointer (&items);
  if (!same)
    remake_rows (self);
  else
    for (guint i = 0; i < self->rows->len; i++)
      update_row (g_ptr_array_index (self->rows, i), g_ptr_array_index (self->items, i));
  gtk_widget_set_visible (GTK_WIDGET (self), self->items->len > 0);
}
