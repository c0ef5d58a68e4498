/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sb-page.h"
#include "broadcast/sb-schedule-banner.h"
#include "sb-server-banner.h"
#include "sb-window.h"
#include "widgets/sb-toast.h"

/**
 * SbPage:
 *
 * A page of the window: what stands beside the sidebar when its row there is chosen. The window makes each page once
 * and keeps it, so that search, selection and scroll position are as they were when the user comes back. Below the bars
 * of the page's (first) AdwToolbarView stand the banners that say what is the
 * matter with the server, and what is sent by itself.
 */
typedef struct
{
  SbEngine *engine;
  char *count;
  gboolean attention;
  gboolean awake;
  SbServerBanner *banner;
  GtkWindow *window; /* the one it is in while it is mapped */
} SbPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (SbPage, sb_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PROP_0,
  PROP_ENGINE,
  PROP_ATTENTION,
  PROP_COUNT,
  PROP_AWAKE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The first toolbar view within @widget, in the order of the widgets. */
static AdwToolbarView *
find_toolbar_view (GtkWidget *widget)
{
  AdwToolbarView *view = NULL;

  if (ADW_IS_TOOLBAR_VIEW (widget))
    return ADW_TOOLBAR_VIEW (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && view == NULL;
       child = gtk_widget_get_next_sibling (child))
    view = find_toolbar_view (child);
  return view;
}

/* By now the template of the subclass is there: its init() has run. */
static void
sb_page_constructed (GObject *object)
{
  SbPagePrivate *priv = sb_page_get_instance_private (SB_PAGE (object));
  AdwToolbarView *view = find_toolbar_view (GTK_WIDGET (object));

  G_OBJECT_CLASS (sb_page_parent_class)->constructed (object);

  if (view != NULL && priv->engine != NULL)
    {
      priv->banner = SB_SERVER_BANNER (sb_server_banner_new (priv->engine));
      adw_toolbar_view_add_top_bar (view, GTK_WIDGET (priv->banner));
      adw_toolbar_view_add_top_bar (view, sb_schedule_banner_new (priv->engine));
    }
}

static void
sb_page_get_property (GObject    *object,
                      guint       prop_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  SbPagePrivate *priv = sb_page_get_instance_private (SB_PAGE (object));

  switch (prop_id)
    {
    case PROP_ENGINE:
      g_value_set_object (value, priv->engine);
      break;
    case PROP_ATTENTION:
      g_value_set_boolean (value, priv->attention);
      break;
    case PROP_COUNT:
      g_value_set_string (value, priv->count);
      break;
    case PROP_AWAKE:
      g_value_set_boolean (value, priv->awake);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_page_set_property (GObject      *object,
                      guint         prop_id,
                      const GValue *value,
                      GParamSpec   *pspec)
{
  SbPage *self = SB_PAGE (object);
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  switch (prop_id)
    {
    case PROP_ENGINE:
      priv->engine = g_value_dup_object (value);
      break;
    case PROP_ATTENTION:
      sb_page_set_attention (self, g_value_get_boolean (value));
      break;
    case PROP_COUNT:
      sb_page_set_count (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
update_awake (SbPage *self)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);
  gboolean awake = gtk_widget_get_mapped (GTK_WIDGET (self)) &&
                   !(priv->window != NULL && gtk_window_is_suspended (priv->window));

  if (priv->awake == awake)
    return;
  priv->awake = awake;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AWAKE]);
}

static void
sb_page_map (GtkWidget *widget)
{
  SbPagePrivate *priv = sb_page_get_instance_private (SB_PAGE (widget));
  GtkRoot *root = gtk_widget_get_root (widget);

  GTK_WIDGET_CLASS (sb_page_parent_class)->map (widget);

  if (GTK_IS_WINDOW (root))
    {
      priv->window = GTK_WINDOW (root);
      g_signal_connect_object (root, "notify::suspended", G_CALLBACK (update_awake), widget, G_CONNECT_SWAPPED);
    }
  update_awake (SB_PAGE (widget));
}

static void
sb_page_unmap (GtkWidget *widget)
{
  SbPagePrivate *priv = sb_page_get_instance_private (SB_PAGE (widget));

  if (priv->window != NULL)
    g_signal_handlers_disconnect_by_func (priv->window, update_awake, widget);
  priv->window = NULL;

  GTK_WIDGET_CLASS (sb_page_parent_class)->unmap (widget);

  update_awake (SB_PAGE (widget));
}

static void
sb_page_finalize (GObject *object)
{
  SbPagePrivate *priv = sb_page_get_instance_private (SB_PAGE (object));

  g_clear_object (&priv->engine);
  g_clear_pointer (&priv->count, g_free);

  G_OBJECT_CLASS (sb_page_parent_class)->finalize (object);
}

static void
sb_page_class_init (SbPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sb_page_constructed;
  object_class->get_property = sb_page_get_property;
  object_class->set_property = sb_page_set_property;
  object_class->finalize = sb_page_finalize;
  widget_class->map = sb_page_map;
  widget_class->unmap = sb_page_unmap;

  /**
   * SbPage:engine:
   *
   * What the page shows and commands. Set when a subclass's constructed() runs, not yet in its init().
   */
  properties[PROP_ENGINE] = g_param_spec_object ("engine", NULL, NULL, SB_TYPE_ENGINE,
                                                 G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * SbPage:attention:
   *
   * Whether something on the page deserves a look: a dot on its row of the sidebar.
   */
  properties[PROP_ATTENTION] =
    g_param_spec_boolean ("attention", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * SbPage:count:
   *
   * A number worth knowing, ready for display, at the right of the page's row; %NULL for none.
   */
  properties[PROP_COUNT] = g_param_spec_string ("count", NULL, NULL, NULL,
                                                G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * SbPage:awake:
   *
   * Whether it is on the screen, in a window that is not suspended. What is asleep needs nothing written anew.
   */
  properties[PROP_AWAKE] = g_param_spec_boolean ("awake", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_page_init (SbPage *self)
{
}

/**
 * sb_page_get_engine:
 *
 * Returns: (transfer none): the engine the page is of; valid from constructed() on, as long as the page lives
 */
SbEngine *
sb_page_get_engine (SbPage *self)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  g_return_val_if_fail (SB_IS_PAGE (self), NULL);

  return priv->engine;
}

gboolean
sb_page_get_attention (SbPage *self)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  g_return_val_if_fail (SB_IS_PAGE (self), FALSE);

  return priv->attention;
}

void
sb_page_set_attention (SbPage  *self,
                       gboolean attention)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  g_return_if_fail (SB_IS_PAGE (self));

  attention = !!attention;
  if (priv->attention == attention)
    return;
  priv->attention = attention;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ATTENTION]);
}

gboolean
sb_page_is_awake (SbPage *self)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  g_return_val_if_fail (SB_IS_PAGE (self), FALSE);

  return priv->awake;
}

const char *
sb_page_get_count (SbPage *self)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  g_return_val_if_fail (SB_IS_PAGE (self), NULL);

  return priv->count;
}

void
sb_page_set_count (SbPage     *self,
                   const char *count)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  g_return_if_fail (SB_IS_PAGE (self));

  if (g_set_str (&priv->count, count))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COUNT]);
}

/**
 * sb_page_is_seen:
 *
 * Returns: whether somebody may see the page now: what keeps it up to date rests otherwise. It is not while another page is
 *   chosen, the window is hidden, or the desktop says that the window cannot be seen.
 */
gboolean
sb_page_is_seen (SbPage *self)
{
  GtkRoot *root;

  g_return_val_if_fail (SB_IS_PAGE (self), FALSE);

  root = gtk_widget_get_root (GTK_WIDGET (self));
  return gtk_widget_get_mapped (GTK_WIDGET (self)) && !(GTK_IS_WINDOW (root) && gtk_window_is_suspended (GTK_WINDOW (root)));
}

/**
 * sb_page_show:
 * @filter: (nullable): see #SbPageClass; a filter that the page does not know changes nothing
 *
 * Called by the window when the page was chosen with a filter.
 */
void
sb_page_show (SbPage     *self,
              const char *filter)
{
  g_return_if_fail (SB_IS_PAGE (self));

  if (filter != NULL && *filter != '\0' && SB_PAGE_GET_CLASS (self)->show != NULL)
    SB_PAGE_GET_CLASS (self)->show (self, filter);
}

/**
 * sb_page_focus_search:
 *
 * Ctrl+F. Does nothing on a page without a search.
 */
void
sb_page_focus_search (SbPage *self)
{
  g_return_if_fail (SB_IS_PAGE (self));

  if (SB_PAGE_GET_CLASS (self)->focus_search != NULL)
    SB_PAGE_GET_CLASS (self)->focus_search (self);
}

/**
 * sb_page_go_to:
 * @page_name: "overview", "clients", "traffic", "broadcast", "tokens", "rules" or "audit"
 * @filter: (nullable): what the other page is to show
 *
 * Leads the user to another page. Does nothing while the page is in no window.
 */
void
sb_page_go_to (SbPage     *self,
               const char *page_name,
               const char *filter)
{
  g_return_if_fail (SB_IS_PAGE (self));
  g_return_if_fail (page_name != NULL);

  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "(ss)", page_name, filter != NULL ? filter : "");
}

/**
 * sb_page_add_toast:
 * @toast: (transfer full): what happened
 *
 * Shows @toast in the window the page is in.
 */
void
sb_page_add_toast (SbPage   *self,
                   AdwToast *toast)
{
  g_autoptr (AdwToast) owned = toast;
  GtkRoot *root;

  g_return_if_fail (SB_IS_PAGE (self));
  g_return_if_fail (ADW_IS_TOAST (toast));

  root = gtk_widget_get_root (GTK_WIDGET (self));
  if (SB_IS_WINDOW (root))
    sb_window_add_toast (SB_WINDOW (root), g_steal_pointer (&owned));
}

/**
 * sb_page_say:
 * @format: (not nullable): a sentence without a final stop, translated, printf() style; plain text, no markup
 *
 * A toast without a button.
 */
void
sb_page_say (SbPage     *self,
             const char *format,
             ...)
{
  g_autofree char *text = NULL;
  va_list args;

  g_return_if_fail (SB_IS_PAGE (self));
  g_return_if_fail (format != NULL);

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  sb_page_add_toast (self, sb_toast_new (text));
}

/**
 * sb_page_set_says_stopped:
 * @says: whether the page, as it is now, says itself that the server is stopped, and lets start it
 *
 * Then its banner does not.
 */
void
sb_page_set_says_stopped (SbPage  *self,
                          gboolean says)
{
  SbPagePrivate *priv = sb_page_get_instance_private (self);

  g_return_if_fail (SB_IS_PAGE (self));

  if (priv->banner != NULL)
    sb_server_banner_set_said (priv->banner, says);
}
