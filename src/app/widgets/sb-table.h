/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SB_TYPE_TABLE (sb_table_get_type ())
G_DECLARE_DERIVABLE_TYPE (SbTable, sb_table, SB, TABLE, AdwBin)

/* A column, in the order in which they stand before the user moves them. */
typedef struct
{
  const char *id;      /* of its action and in the settings */
  const char *title;   /* to be translated */
  const char *context; /* of the title, as in NC_(); NULL: none */
  int needs;           /* the width of the table, in sp, from which it is shown unasked; 0: always; -1: only when asked for */
  gboolean number;     /* at the right, its heading as well */
  gboolean expands;    /* takes its part of what room is left */
  gboolean sorts;      /* a click on its heading sorts */
} SbTableColumn;

/**
 * SbTableClass:
 * @setting: the table's name in the settings: "@setting-columns" and "@setting-sort"; %NULL: nothing is remembered
 * @columns: (array length=n_columns): constant
 * @narrow: the width, in sp, up to which rows of a list are shown instead of columns
 * @make_cell: a cell of that column; of the narrow row where @column is @n_columns
 * @bind_cell: the cell shows @item from now on; %NULL: nothing
 * @mark_cell: the row of a first cell, or a narrow row, is selected or is not any more; %NULL: nobody needs to know
 * @describe: what a screen reader says of a row before its cells: (out) (transfer full)
 *
 * What a table has to say of itself; set in class_init().
 */
struct _SbTableClass
{
  AdwBinClass parent_class;

  const char *setting;
  const SbTableColumn *columns;
  guint n_columns;
  int narrow;

  GtkWidget *(*make_cell) (SbTable *self, guint column);
  void       (*bind_cell) (SbTable *self, GtkWidget *cell, gpointer item);
  void       (*mark_cell) (SbTable *self, GtkWidget *cell, gboolean selected);
  void       (*describe)  (SbTable *self, gpointer item, char **label, char **description);
};

typedef void (*SbTableCellFunc) (GtkWidget *cell, gpointer user_data);

/* What is shown, in its order. */
void               sb_table_set_model       (SbTable *self, GtkSelectionModel *model);
GtkSelectionModel *sb_table_get_model       (SbTable *self);
/* What the list is called, for screen readers. */
void               sb_table_set_label       (SbTable *self, const char *label);
/* The menu of a row: it selects the row, unless that is selected. */
void               sb_table_set_menu        (SbTable *self, GMenuModel *menu);
/* Opens it for the rows that are selected, at a place within @over. */
void               sb_table_open_row_menu   (SbTable *self, GtkWidget *over, double x, double y);
/* Picking: a click adds a row to those selected, or takes it off. */
void               sb_table_set_picking     (SbTable *self, gboolean picking);
gboolean           sb_table_get_picking     (SbTable *self);
/* Whether a column makes sense for what is shown now. */
void               sb_table_set_available   (SbTable *self, guint column, gboolean available);
/* An action for each column, by its id, and "reset": for the group "columns" of the page. */
GActionGroup      *sb_table_get_actions     (SbTable *self);
/* By which column it is sorted; -1: by none. */
int                sb_table_get_sort        (SbTable *self, gboolean *descending);
void               sb_table_sort_by         (SbTable *self, int column, gboolean descending);
gboolean           sb_table_is_narrow       (SbTable *self);
/* The one that is to be seen. */
GtkScrolledWindow *sb_table_get_scroller    (SbTable *self, gboolean narrow);
void               sb_table_scroll_to       (SbTable *self, guint position, GtkListScrollFlags flags);
/* What is said of the rows may have changed, though they show the same items. */
void               sb_table_describe_again  (SbTable *self);
/* The items are the same, but not what they show. */
void               sb_table_show_again      (SbTable *self);
/* For each cell there is, on the screen (mapped) or near it. */
void               sb_table_foreach_cell    (SbTable *self, SbTableCellFunc func, gpointer user_data);

G_END_DECLS
