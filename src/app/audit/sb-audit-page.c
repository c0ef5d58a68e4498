/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "audit/sb-audit-page.h"
#include "audit/sb-audit-export.h"
#include "audit/sb-audit-row.h"
#include "audit/sb-audit-words.h"
#include "widgets/sb-export.h"
#include "widgets/sb-filter-bar.h"
#include "widgets/sb-format.h"
#include <glib/gi18n.h>
#include <string.h>

/**
 * SbAuditPage:
 *
 * Who did what, and when: the audit trail, newest first, a heading for each day.
 *
 *   SbJournal → GtkFilterListModel (search and kind) → GtkSortListModel (for its sections: days) → GtkNoSelection
 */
struct _SbAuditPage
{
  SbPage parent_instance;

  GtkCustomFilter *filter;
  GtkFilterListModel *filtered;
  char *period;     /* "any", "hour", "day", "week" */
  char *actor;      /* "any", "window", "command line", "server", "address" */
  guint top_id;     /* idle: back to the top, where the list stood */
  gboolean at_top;
  int width;         /* of the list, when it was last scrolled */
  GHashTable *days; /* quarter of an hour → day, both counted from the epoch */

  SbFilterBar *filter_bar;
  GtkStack *stack;
  GtkWidget *empty;
  GtkWidget *nothing_found;
  GtkWidget *list;
  GtkListView *list_view;
  GtkWidget *narrow_button;
  GtkWidget *older_bar;
};

enum
{
  PROP_0,
  PROP_PERIOD,
  PROP_ACTOR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SbAuditPage, sb_audit_page, SB_TYPE_PAGE)

static GListModel *
get_journal (SbAuditPage *self)
{
  return G_LIST_MODEL (sb_engine_get_journal (sb_page_get_engine (SB_PAGE (self))));
}

/* --- which entries --- */

static gboolean
kind_is_chosen (SbAct       act,
                const char *choice)
{
  if (g_str_equal (choice, "all"))
    return TRUE;
  if (g_str_equal (choice, "refused"))
    return act == SB_ACT_CLIENT_REFUSED;
  return g_str_equal (choice, sb_audit_words_kind (act));
}

static gboolean
actor_is_chosen (SbAuditPage *self,
                 const char  *actor)
{
  gboolean server = g_str_equal (actor, "server") || g_str_equal (actor, "schedule");

  if (g_str_equal (self->actor, "any"))
    return TRUE;
  if (g_str_equal (self->actor, "server"))
    return server;
  if (g_str_equal (self->actor, "address"))
    return !server && !g_str_equal (actor, "window") && !g_str_equal (actor, "command line");
  return g_str_equal (self->actor, actor);
}

/* How far back, in µs; G_MAXINT64: as far as there is. */
static gint64
get_reach (SbAuditPage *self)
{
  if (g_str_equal (self->period, "hour"))
    return G_TIME_SPAN_HOUR;
  if (g_str_equal (self->period, "day"))
    return G_TIME_SPAN_DAY;
  if (g_str_equal (self->period, "week"))
    return 7 * G_TIME_SPAN_DAY;
  return G_MAXINT64;
}

static gboolean
is_narrowed (SbAuditPage *self)
{
  return !g_str_equal (self->actor, "any") || !g_str_equal (self->period, "any");
}

static gboolean
filter_func (gpointer item,
             gpointer user_data)
{
  SbAuditPage *self = user_data;
  g_autofree char *sentence = NULL;
  g_autofree char *detail = NULL;

  if (!kind_is_chosen (sb_journal_entry_get_act (item), sb_filter_bar_get_choice (self->filter_bar)))
    return FALSE;
  if (!actor_is_chosen (self, sb_journal_entry_get_actor (item)) ||
      g_get_real_time () - sb_journal_entry_get_time (item) > get_reach (self))
    return FALSE;
  if (!sb_filter_bar_is_searching (self->filter_bar))
    return TRUE;
  sentence = sb_audit_words_sentence (item);
  if (sb_filter_bar_matches (self->filter_bar, sentence))
    return TRUE;
  detail = sb_audit_words_detail (item);
  return sb_filter_bar_matches (self->filter_bar, detail);
}

static void
update (SbAuditPage *self)
{
  guint n = g_list_model_get_n_items (get_journal (self));
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  g_autofree char *number = sb_format_number (n_shown);
  g_autofree char *subtitle = g_strdup_printf (ngettext ("%s entry", "%s entries", n_shown), number);

  sb_filter_bar_set_facts (self->filter_bar, n_shown > 0 ? subtitle : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->filter_bar), n > 0);
  /* While it looks through them, that nothing was found yet says nothing. */
  if (n_shown > 0 || gtk_filter_list_model_get_pending (self->filtered) == 0)
    gtk_stack_set_visible_child (self->stack, n == 0 ? self->empty : n_shown == 0 ? self->nothing_found : self->list);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "audit.export", n_shown > 0);
}

static void
filter_changed_cb (SbAuditPage *self)
{
  /* What a key brings at once, as long as that is not felt. */
  gtk_filter_list_model_set_incremental (self->filtered, g_list_model_get_n_items (get_journal (self)) > SB_JOURNAL_SHOWN);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update (self);
}

static void
show_all_cb (SbAuditPage *self)
{
  g_object_set (self, "period", "any", "actor", "any", NULL);
  sb_filter_bar_reset (self->filter_bar);
}

static void
export_action_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  GListModel *shown = G_LIST_MODEL (SB_AUDIT_PAGE (widget)->filtered);
  guint n = g_list_model_get_n_items (shown);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_full (n, g_object_unref);
  g_autoptr (GListStore) store = g_list_store_new (SB_TYPE_JOURNAL_ENTRY);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (entries, g_list_model_get_item (shown, i));
  g_list_store_splice (store, 0, 0, entries->pdata, entries->len);
  sb_export_ask (SB_PAGE (widget), _("Export Audit Trail"), "audit.ndjson", sb_audit_export, G_OBJECT (store), TRUE);
}

/* --- older ones --- */

static void
show_older_bar (SbAuditPage *self)
{
  gboolean has_older = sb_journal_get_has_older (SB_JOURNAL (get_journal (self)));

  /* The focus must not go with the button. */
  if (!has_older && gtk_widget_get_focus_child (self->older_bar) != NULL)
    gtk_widget_child_focus (GTK_WIDGET (self->stack), GTK_DIR_TAB_FORWARD);
  gtk_widget_set_visible (self->older_bar, has_older);
}

static void
older_loaded_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (SbAuditPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sb_engine_load_older_finish (SB_ENGINE (source), result, &error))
    sb_page_say (SB_PAGE (self), "%s", error->message);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "audit.load-older", TRUE);
}

static void
load_older_action_cb (GtkWidget  *widget,
                      const char *action_name,
                      GVariant   *parameter)
{
  gtk_widget_action_set_enabled (widget, "audit.load-older", FALSE);
  sb_engine_load_older_async (sb_page_get_engine (SB_PAGE (widget)), older_loaded_cb, g_object_ref (widget));
}

/* --- days --- */

/* The local day of a time. No time zone changes its day but at a quarter of an hour, so one answer holds for all of that quarter: a
 * calendar asked for each of 10000 entries, many times over while they are sorted, would be felt. */
static gint64
get_day (SbAuditPage *self,
         gint64       time)
{
  gint64 quarter = time / (15 * G_TIME_SPAN_MINUTE);
  gpointer day;

  if (!g_hash_table_lookup_extended (self->days, GINT_TO_POINTER ((int) quarter), NULL, &day))
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_local_usec (time);

      day = GINT_TO_POINTER (g_date_time_get_year (date) * 400 + g_date_time_get_day_of_year (date));
      g_hash_table_insert (self->days, GINT_TO_POINTER ((int) quarter), day);
    }
  return GPOINTER_TO_INT (day);
}

static int
compare_days_cb (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  gint64 day_a = get_day (user_data, sb_journal_entry_get_time ((SbJournalEntry *) a));
  gint64 day_b = get_day (user_data, sb_journal_entry_get_time ((SbJournalEntry *) b));

  return (day_a < day_b) - (day_a > day_b);
}

/* --- rows --- */

static void
setup_row_cb (GtkSignalListItemFactory *factory,
              GtkListItem              *list_item)
{
  gtk_list_item_set_child (list_item, sb_audit_row_new ());
  gtk_list_item_set_activatable (list_item, FALSE);
}

static void
bind_row_cb (GtkSignalListItemFactory *factory,
             GtkListItem              *list_item)
{
  SbJournalEntry *entry = gtk_list_item_get_item (list_item);
  g_autofree char *sentence = sb_audit_words_sentence (entry);
  g_autofree char *detail = sb_audit_words_detail (entry);
  g_autofree char *date = sb_format_date_time (sb_journal_entry_get_time (entry));
  g_autofree char *description = g_strdup_printf (*detail != '\0' ? "%s · %s" : "%s", date, detail);

  sb_audit_row_set_entry (SB_AUDIT_ROW (gtk_list_item_get_child (list_item)), entry);
  gtk_list_item_set_accessible_label (list_item, sentence);
  gtk_list_item_set_accessible_description (list_item, description);
}

static void
setup_header_cb (GtkSignalListItemFactory *factory,
                 GtkListHeader            *header)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "audit-heading");
  gtk_list_header_set_child (header, label);
}

static void
bind_header_cb (GtkSignalListItemFactory *factory,
                GtkListHeader            *header)
{
  SbJournalEntry *entry = gtk_list_header_get_item (header);
  g_autofree char *day = sb_audit_words_day (sb_journal_entry_get_time (entry), g_get_real_time ());

  gtk_label_set_text (GTK_LABEL (gtk_list_header_get_child (header)), day);
}

static void
set_up_list (SbAuditPage *self)
{
  g_autoptr (GtkListItemFactory) rows = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkListItemFactory) headers = gtk_signal_list_item_factory_new ();
  GtkSortListModel *sorted;
  g_autoptr (GtkSorter) by_day = GTK_SORTER (gtk_custom_sorter_new (compare_days_cb, self, NULL));
  g_autoptr (GtkSelectionModel) selection = NULL;

  g_signal_connect (rows, "setup", G_CALLBACK (setup_row_cb), NULL);
  g_signal_connect (rows, "bind", G_CALLBACK (bind_row_cb), NULL);
  g_signal_connect (headers, "setup", G_CALLBACK (setup_header_cb), NULL);
  g_signal_connect (headers, "bind", G_CALLBACK (bind_header_cb), NULL);
  gtk_list_view_set_factory (self->list_view, rows);
  gtk_list_view_set_header_factory (self->list_view, headers);

  sorted = gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (self->filtered)), NULL);
  gtk_sort_list_model_set_section_sorter (sorted, by_day);
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (sorted)));
  gtk_list_view_set_model (self->list_view, selection);
}

/* --- the page --- */

/* Entries that come above it move the list down by themselves, which is right for whoever reads; who stands at the top wants the newest. */
static gboolean
to_top_cb (gpointer user_data)
{
  SbAuditPage *self = user_data;

  self->top_id = 0;
  if (g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (self->list_view))) > 0)
    gtk_list_view_scroll_to (self->list_view, 0, GTK_LIST_SCROLL_NONE, NULL);
  gtk_adjustment_set_value (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list_view)), 0);
  return G_SOURCE_REMOVE;
}

static void
queue_top (SbAuditPage *self)
{
  if (self->at_top && self->top_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    /* When the rows have their places. */
    self->top_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, to_top_cb, self, NULL);
}

static void
scrolled_cb (SbAuditPage *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list_view));
  int width = gtk_widget_get_width (GTK_WIDGET (self->list_view));

  /* What the list does on its own, because its rows have another height at another width, or until it is put back, does not count. */
  if (width != self->width)
    {
      self->width = width;
      queue_top (self);
    }
  if (self->top_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->at_top = gtk_adjustment_get_value (adjustment) < 1;
}

static void
sb_audit_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_audit_page_parent_class)->map (widget);

  queue_top (SB_AUDIT_PAGE (widget));
}

static void
sb_audit_page_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbAuditPage *self = SB_AUDIT_PAGE (object);

  switch (prop_id)
    {
    case PROP_PERIOD:
      g_value_set_string (value, self->period);
      break;
    case PROP_ACTOR:
      g_value_set_string (value, self->actor);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_audit_page_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  SbAuditPage *self = SB_AUDIT_PAGE (object);
  const char *text = g_value_get_string (value);

  if (!g_set_str (prop_id == PROP_PERIOD ? &self->period : &self->actor, text != NULL ? text : "any"))
    return;
  g_object_notify_by_pspec (object, pspec);
  if (is_narrowed (self))
    gtk_widget_add_css_class (self->narrow_button, "accent");
  else
    gtk_widget_remove_css_class (self->narrow_button, "accent");
  gtk_widget_set_tooltip_text (self->narrow_button, is_narrowed (self) ? _("Filtered") : _("Filter"));
  filter_changed_cb (self);
}

/* Searches all kinds for @text. */
static void
search_for (SbAuditPage *self,
            const char  *text)
{
  show_all_cb (self);
  sb_filter_bar_set_text (self->filter_bar, text);
}

static void
sb_audit_page_show (SbPage     *page,
                    const char *filter)
{
  SbAuditPage *self = SB_AUDIT_PAGE (page);
  SbTokenItem *item;

  if (g_str_has_prefix (filter, "address:"))
    search_for (self, filter + strlen ("address:"));
  else if (g_str_has_prefix (filter, "token:"))
    {
      item = sb_token_list_find (sb_engine_get_tokens (sb_page_get_engine (page)), g_ascii_strtoll (filter + strlen ("token:"), NULL, 10));
      if (item != NULL)
        search_for (self, sb_token_item_get_token (item)->hint);
    }
  else
    {
      /* "refused", "tokens", "clients", …; what was searched for before would hide what is asked for now. */
      show_all_cb (self);
      sb_filter_bar_set_choice (self->filter_bar, filter);
    }
}

static void
sb_audit_page_focus_search (SbPage *page)
{
  SbAuditPage *self = SB_AUDIT_PAGE (page);

  if (gtk_widget_get_visible (GTK_WIDGET (self->filter_bar)))
    sb_filter_bar_focus_search (self->filter_bar);
}

static void
sb_audit_page_constructed (GObject *object)
{
  SbAuditPage *self = SB_AUDIT_PAGE (object);

  G_OBJECT_CLASS (sb_audit_page_parent_class)->constructed (object);

  self->filter = gtk_custom_filter_new (filter_func, self, NULL);
  self->filtered = gtk_filter_list_model_new (g_object_ref (get_journal (self)), GTK_FILTER (g_object_ref (self->filter)));
  set_up_list (self);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_journal (self), "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (queue_top), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->filtered, "notify::pending", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_journal (self), "notify::has-older", G_CALLBACK (show_older_bar), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list_view)), "value-changed",
                           G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  update (self);
  show_older_bar (self);
}

static void
sb_audit_page_dispose (GObject *object)
{
  SbAuditPage *self = SB_AUDIT_PAGE (object);

  g_clear_handle_id (&self->top_id, g_source_remove);

  /* Filter and sorter ask this page: they must not any more. */
  if (self->list_view != NULL)
    gtk_list_view_set_model (self->list_view, NULL);
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), SB_TYPE_AUDIT_PAGE);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);

  G_OBJECT_CLASS (sb_audit_page_parent_class)->dispose (object);
}

static void
sb_audit_page_finalize (GObject *object)
{
  g_hash_table_unref (SB_AUDIT_PAGE (object)->days);
  g_free (SB_AUDIT_PAGE (object)->period);
  g_free (SB_AUDIT_PAGE (object)->actor);

  G_OBJECT_CLASS (sb_audit_page_parent_class)->finalize (object);
}

static void
sb_audit_page_class_init (SbAuditPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sb_audit_page_constructed;
  object_class->dispose = sb_audit_page_dispose;
  object_class->finalize = sb_audit_page_finalize;
  object_class->get_property = sb_audit_page_get_property;
  object_class->set_property = sb_audit_page_set_property;
  widget_class->map = sb_audit_page_map;
  SB_PAGE_CLASS (klass)->show = sb_audit_page_show;
  SB_PAGE_CLASS (klass)->focus_search = sb_audit_page_focus_search;

  properties[PROP_PERIOD] =
    g_param_spec_string ("period", NULL, NULL, "any", G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ACTOR] =
    g_param_spec_string ("actor", NULL, NULL, "any", G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, SB_RESOURCE_PATH "sb-audit-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, filter_bar);
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, empty);
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, nothing_found);
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, list);
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, narrow_button);
  gtk_widget_class_bind_template_child (widget_class, SbAuditPage, older_bar);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);

  gtk_widget_class_install_action (widget_class, "audit.export", NULL, export_action_cb);
  gtk_widget_class_install_action (widget_class, "audit.load-older", NULL, load_older_action_cb);
  gtk_widget_class_install_property_action (widget_class, "audit.period", "period");
  gtk_widget_class_install_property_action (widget_class, "audit.actor", "actor");
}

static void
sb_audit_page_init (SbAuditPage *self)
{
  g_type_ensure (SB_TYPE_FILTER_BAR);
  self->days = g_hash_table_new (NULL, NULL);
  self->period = g_strdup ("any");
  self->actor = g_strdup ("any");
  self->at_top = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));

  sb_filter_bar_add_choice (self->filter_bar, "all", C_("events", "All"));
  sb_filter_bar_add_choice (self->filter_bar, "tokens", _("Tokens"));
  sb_filter_bar_add_choice (self->filter_bar, "clients", _("Clients"));
  sb_filter_bar_add_choice (self->filter_bar, "refused", _("Refused"));
  sb_filter_bar_add_choice (self->filter_bar, "broadcasts", _("Broadcasts"));
  sb_filter_bar_add_choice (self->filter_bar, "rules", _("Rules"));
  sb_filter_bar_add_choice (self->filter_bar, "server", _("Server"));
}
