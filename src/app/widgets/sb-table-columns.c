/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-table-columns.h"
#include "sb-app-settings.h"
#include "widgets/sb-table-parts.h"
#include <glib/gi18n.h>

#define SAVE_DELAY 500 /* ms: a column is dragged wider in many small steps */

/* Whether the user wants a column, as it is in the settings. */
typedef enum
{
  WISH_HIDDEN = 0,
  WISH_SHOWN = 1,
  WISH_NONE = -1, /* it depends on the room */
} Wish;

typedef struct
{
  GtkColumnViewColumn *column; /* owned */
  GSimpleAction *action;       /* of the group */
  Wish wish;
  gboolean available;
} Column;

struct _SbTableColumns
{
  GObject parent_instance;

  GtkColumnView *view; /* NULL once it is gone */
  const SbTableColumn *specs;
  guint n;
  Column *columns;
  char *columns_key; /* NULL: nothing is remembered */
  char *sort_key;
  int room;
  gboolean loading;
  guint save_id;
  GSimpleActionGroup *actions;
};

G_DEFINE_FINAL_TYPE (SbTableColumns, sb_table_columns, G_TYPE_OBJECT)

static int
find (SbTableColumns      *self,
      GtkColumnViewColumn *column)
{
  for (guint i = 0; i < self->n; i++)
    if (self->columns[i].column == column)
      return (int) i;
  return -1;
}

/* --- remembering --- */

static void
save (SbTableColumns *self)
{
  GSettings *settings = sb_app_settings_get ();
  GListModel *order = gtk_column_view_get_columns (self->view);
  GVariantBuilder builder;
  gboolean descending;
  int sort = sb_table_columns_get_sort (self, &descending);

  if (settings == NULL || self->columns_key == NULL)
    return;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sii)"));
  for (guint i = 0; i < g_list_model_get_n_items (order); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (order, i);
      int index = find (self, column);

      g_variant_builder_add (&builder, "(sii)", self->specs[index].id, (int) self->columns[index].wish,
                             gtk_column_view_column_get_fixed_width (column));
    }
  g_settings_set_value (settings, self->columns_key, g_variant_builder_end (&builder));
  g_settings_set (settings, self->sort_key, "(sb)", sort >= 0 ? self->specs[sort].id : "", descending);
}

static gboolean
save_cb (gpointer user_data)
{
  SbTableColumns *self = user_data;

  self->save_id = 0;
  save (self);
  return G_SOURCE_REMOVE;
}

static void
queue_save (SbTableColumns *self)
{
  if (!self->loading && self->save_id == 0)
    self->save_id = g_timeout_add (SAVE_DELAY, save_cb, self);
}

static int
find_id (SbTableColumns *self,
         const char     *id)
{
  for (guint i = 0; i < self->n; i++)
    if (g_str_equal (self->specs[i].id, id))
      return (int) i;
  return -1;
}

/* A column that the settings do not know, because it is new, stays where it is among the others. */
static void
load (SbTableColumns *self)
{
  GSettings *settings = sb_app_settings_get ();
  g_autoptr (GVariant) columns = NULL;
  g_autofree char *sort = NULL;
  gboolean descending;
  GVariantIter iter;
  const char *id;
  int wish, width;
  guint position = 0;

  if (settings == NULL || self->columns_key == NULL)
    return;
  columns = g_settings_get_value (settings, self->columns_key);
  g_variant_iter_init (&iter, columns);
  while (g_variant_iter_next (&iter, "(&sii)", &id, &wish, &width))
    {
      int index = find_id (self, id);

      if (index < 0)
        continue;
      self->columns[index].wish = CLAMP (wish, WISH_NONE, WISH_SHOWN);
      if (width > 0)
        gtk_column_view_column_set_fixed_width (self->columns[index].column, width);
      gtk_column_view_insert_column (self->view, position++, self->columns[index].column);
    }
  g_settings_get (settings, self->sort_key, "(sb)", &sort, &descending);
  sb_table_columns_sort_by (self, find_id (self, sort), descending);
}

/* --- showing and hiding --- */

static gboolean
is_wanted (SbTableColumns *self,
           guint           i)
{
  if (self->columns[i].wish != WISH_NONE)
    return self->columns[i].wish == WISH_SHOWN;
  return self->specs[i].needs >= 0 && self->specs[i].needs <= self->room;
}

static void
update (SbTableColumns *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      gboolean wanted = is_wanted (self, i);

      gtk_column_view_column_set_visible (self->columns[i].column, wanted && self->columns[i].available);
      g_simple_action_set_state (self->columns[i].action, g_variant_new_boolean (wanted));
      g_simple_action_set_enabled (self->columns[i].action, self->columns[i].available);
    }
}

static void
change_cb (SbTableColumns *self,
           GVariant       *state,
           GSimpleAction  *action)
{
  int index = find_id (self, g_action_get_name (G_ACTION (action)));

  self->columns[index].wish = g_variant_get_boolean (state) ? WISH_SHOWN : WISH_HIDDEN;
  update (self);
  queue_save (self);
}

static void
reset_cb (SbTableColumns *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      self->columns[i].wish = WISH_NONE;
      gtk_column_view_column_set_fixed_width (self->columns[i].column, -1);
      gtk_column_view_insert_column (self->view, i, self->columns[i].column);
    }
  sb_table_columns_sort_by (self, -1, FALSE);
  update (self);
  queue_save (self);
}

/* --- the object --- */

static void
sb_table_columns_dispose (GObject *object)
{
  SbTableColumns *self = SB_TABLE_COLUMNS (object);

  if (self->save_id != 0)
    save (self);
  g_clear_handle_id (&self->save_id, g_source_remove);
  self->loading = TRUE;
  for (guint i = 0; i < self->n; i++)
    g_clear_object (&self->columns[i].column);
  g_clear_object (&self->actions);

  G_OBJECT_CLASS (sb_table_columns_parent_class)->dispose (object);
}

static void
sb_table_columns_finalize (GObject *object)
{
  SbTableColumns *self = SB_TABLE_COLUMNS (object);

  g_free (self->columns);
  g_free (self->columns_key);
  g_free (self->sort_key);

  G_OBJECT_CLASS (sb_table_columns_parent_class)->finalize (object);
}

static void
sb_table_columns_class_init (SbTableColumnsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_table_columns_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_table_columns_finalize;
}

static void
sb_table_columns_init (SbTableColumns *self)
{
  self->room = G_MAXINT;
  self->actions = g_simple_action_group_new ();
}

/* GTK wants a sorter before a heading can be clicked; the model sorts, by what it knows of its rows. */
static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      user_data)
{
  return GTK_ORDERING_EQUAL;
}

static void
add_column (SbTableColumns *self,
            guint           i)
{
  const SbTableColumn *spec = &self->specs[i];
  const char *title = spec->context != NULL ? g_dpgettext2 (NULL, spec->context, spec->title)
                      : *spec->title != '\0' ? _(spec->title)
                                             : "";
  GtkColumnViewColumn *column = gtk_column_view_column_new (title, NULL);

  gtk_column_view_column_set_id (column, spec->id);
  gtk_column_view_column_set_expand (column, spec->expands);
  gtk_column_view_column_set_resizable (column, *title != '\0');
  if (spec->sorts)
    {
      g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cb, NULL, NULL));

      gtk_column_view_column_set_sorter (column, sorter);
    }
  gtk_column_view_append_column (self->view, column);
  if (spec->number)
    sb_table_align_heading (self->view, i);
  g_signal_connect_object (column, "notify::fixed-width", G_CALLBACK (queue_save), self, G_CONNECT_SWAPPED);
  self->columns[i].column = column;
  self->columns[i].wish = WISH_NONE;
  self->columns[i].available = TRUE;

  self->columns[i].action = g_simple_action_new_stateful (spec->id, NULL, g_variant_new_boolean (TRUE));
  g_signal_connect_object (self->columns[i].action, "change-state", G_CALLBACK (change_cb), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (self->columns[i].action));
  g_object_unref (self->columns[i].action);
}

SbTableColumns *
sb_table_columns_new (GtkColumnView       *view,
                      const SbTableColumn *columns,
                      guint                n_columns,
                      const char          *setting)
{
  SbTableColumns *self = g_object_new (SB_TYPE_TABLE_COLUMNS, NULL);
  g_autoptr (GSimpleAction) reset = g_simple_action_new ("reset", NULL);

  self->view = view;
  self->specs = columns;
  self->n = n_columns;
  self->columns = g_new0 (Column, n_columns);
  if (setting != NULL)
    {
      self->columns_key = g_strconcat (setting, "-columns", NULL);
      self->sort_key = g_strconcat (setting, "-sort", NULL);
    }
  self->loading = TRUE;
  for (guint i = 0; i < n_columns; i++)
    add_column (self, i);
  load (self);
  update (self);
  self->loading = FALSE;

  g_signal_connect_object (reset, "activate", G_CALLBACK (reset_cb), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (reset));
  g_signal_connect_object (gtk_column_view_get_columns (view), "items-changed", G_CALLBACK (queue_save), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_column_view_get_sorter (view), "changed", G_CALLBACK (queue_save), self,
                           G_CONNECT_SWAPPED);
  return self;
}

GtkColumnViewColumn *
sb_table_columns_get (SbTableColumns *self,
                      guint           column)
{
  g_return_val_if_fail (SB_IS_TABLE_COLUMNS (self) && column < self->n, NULL);

  return self->columns[column].column;
}

GActionGroup *
sb_table_columns_get_actions (SbTableColumns *self)
{
  g_return_val_if_fail (SB_IS_TABLE_COLUMNS (self), NULL);

  return G_ACTION_GROUP (self->actions);
}

/* @room: the width of the table, in sp: columns that need more are shown only when asked for. */
void
sb_table_columns_set_room (SbTableColumns *self,
                           int             room)
{
  g_return_if_fail (SB_IS_TABLE_COLUMNS (self));

  self->room = room;
  update (self);
}

void
sb_table_columns_set_available (SbTableColumns *self,
                                guint           column,
                                gboolean        available)
{
  g_return_if_fail (SB_IS_TABLE_COLUMNS (self) && column < self->n);

  self->columns[column].available = available;
  update (self);
}

int
sb_table_columns_get_sort (SbTableColumns *self,
                           gboolean       *descending)
{
  GtkColumnViewSorter *sorter;
  GtkColumnViewColumn *primary;

  g_return_val_if_fail (SB_IS_TABLE_COLUMNS (self), -1);

  sorter = GTK_COLUMN_VIEW_SORTER (gtk_column_view_get_sorter (self->view));
  primary = gtk_column_view_sorter_get_primary_sort_column (sorter);
  *descending = gtk_column_view_sorter_get_primary_sort_order (sorter) == GTK_SORT_DESCENDING;
  return primary != NULL ? find (self, primary) : -1;
}

/* @column: -1: none */
void
sb_table_columns_sort_by (SbTableColumns *self,
                          int             column,
                          gboolean        descending)
{
  g_return_if_fail (SB_IS_TABLE_COLUMNS (self) && column < (int) self->n);

  gtk_column_view_sort_by_column (self->view, column >= 0 ? self->columns[column].column : NULL,
                                  descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
}
