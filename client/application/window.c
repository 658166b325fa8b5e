/* SPDX-License-Identifier: GPL-3.0-or-later
 * The window. Pages are made when first shown, so that the start costs no more than the first page.
 */
#define G_LOG_DOMAIN "nhi-application"

#include <glib/gi18n.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "client/application/session-guard.h"
#include "client/application/sidebar-row.h"
#include "client/application/window.h"
#include "client/pages/account-page.h"
#include "client/pages/card-page.h"
#include "client/pages/check-page.h"
#include "client/pages/health-bank-page.h"
#include "client/pages/home-page.h"
#include "client/pages/registration-page.h"
#include "client/pages/viewer-page.h"
#include "client/widgets/format.h"
#include "client/widgets/row.h"

#define TOAST_SECONDS 3

typedef struct
{
  const char *name;
  const char *title;
  const char *icon;   /* NULL: not in the sidebar */
  const char *parent; /* where Back leads, and which row of the sidebar is selected */
  gboolean needs_sign_in;
  GtkWidget *(*create) (NhiContext *context);
} PageInfo;

static const PageInfo pages[] = {
  { "home", N_ ("Home"), "go-home-symbolic", NULL, FALSE, nhi_home_page_new },
  { "check", N_ ("Environment Check"), "nhi-check-symbolic", NULL, FALSE, nhi_check_page_new },
  { "card", N_ ("NHI Card"), "nhi-card-symbolic", NULL, FALSE, nhi_card_page_new },
  { "account", N_ ("Account"), "avatar-default-symbolic", NULL, FALSE, nhi_account_page_new },
  { "health-bank", N_ ("Health Bank"), "nhi-book-symbolic", NULL, TRUE, nhi_health_bank_page_new },
  { "registration", N_ ("Registration"), NULL, "account", FALSE, nhi_registration_page_new },
  { "viewer", N_ ("Health Bank Viewer"), NULL, "health-bank", FALSE, nhi_viewer_page_new },
};

struct _NhiWindow
{
  AdwApplicationWindow parent_instance;

  NhiContext *context;
  NhiSessionGuard *guard;
  GtkFileChooserNative *chooser;
  GCancellable *cancellable;
  const PageInfo *shown;
  gboolean service_asked;
  gboolean selecting;

  AdwLeaflet *leaflet;
  GtkListBox *sidebar;
  AdwWindowTitle *page_title;
  GtkWidget *back_button;
  GtkWidget *card_chip;
  GtkImage *card_chip_icon;
  GtkLabel *card_chip_label;
  GtkWidget *service_chip;
  GtkRevealer *offline_banner;
  GtkRevealer *demo_banner;
  GtkRevealer *idle_banner;
  GtkLabel *idle_label;
  AdwToastOverlay *toasts;
  GtkStack *stack;
  GtkLabel *status_line;
};

G_DEFINE_FINAL_TYPE (NhiWindow, nhi_window, ADW_TYPE_APPLICATION_WINDOW)

static const PageInfo *
find_page (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (g_strcmp0 (pages[i].name, name) == 0)
      return &pages[i];
  return NULL;
}

static void
announce (NhiWindow *self, const char *text)
{
  gtk_label_set_label (self->status_line, text);
}

static const char *
page_of_row (GtkListBoxRow *row)
{
  return nhi_sidebar_row_get_page (NHI_SIDEBAR_ROW (row));
}

/* The row of a page; of a page below another its parent's. */
static const char *
row_of_page (const PageInfo *info)
{
  return info->parent != NULL ? info->parent : info->name;
}

/* One row is always selected: where there is none, the keyboard focus selects the first as it
 * passes, which would leave the page. */
static void
select_in_sidebar (NhiWindow *self, const PageInfo *info)
{
  const char *name = row_of_page (info);
  GtkListBoxRow *row;

  self->selecting = TRUE;
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->sidebar, i)) != NULL; i++)
    if (g_str_equal (page_of_row (row), name))
      gtk_list_box_select_row (self->sidebar, row);
  self->selecting = FALSE;
}

static void
show_back_button (NhiWindow *self)
{
  gtk_widget_set_visible (self->back_button,
                          adw_leaflet_get_folded (self->leaflet) ||
                              (self->shown != NULL && self->shown->parent != NULL));
}

void
nhi_window_show_page (NhiWindow *self, const char *name)
{
  const PageInfo *info = find_page (name);

  g_return_if_fail (NHI_IS_WINDOW (self));
  g_return_if_fail (info != NULL);

  if (gtk_stack_get_child_by_name (self->stack, name) == NULL)
    gtk_stack_add_named (self->stack, info->create (self->context), name);
  gtk_stack_set_visible_child_name (self->stack, name);
  adw_window_title_set_title (self->page_title, _ (info->title));
  self->shown = info;
  select_in_sidebar (self, info);
  adw_leaflet_set_visible_child_name (self->leaflet, "content");
  show_back_button (self);
}

void
nhi_window_open_package (NhiWindow *self, GFile *file)
{
  g_return_if_fail (NHI_IS_WINDOW (self));

  nhi_window_show_page (self, "viewer");
  nhi_viewer_page_open (NHI_VIEWER_PAGE (gtk_stack_get_child_by_name (self->stack, "viewer")),
                        file);
}

/* The focus selects the selected row once more as it comes: that is no wish to go anywhere. */
static void
on_sidebar_selected (NhiWindow *self, GtkListBoxRow *row)
{
  const char *name = row != NULL ? page_of_row (row) : NULL;

  if (self->selecting || name == NULL || self->shown == NULL ||
      g_str_equal (name, row_of_page (self->shown)))
    return;
  nhi_window_show_page (self, name);
}

/* A click on the row that is selected already: back to it from a page below it, and out of the
 * folded sidebar. */
static void
on_sidebar_activated (NhiWindow *self, GtkListBoxRow *row)
{
  nhi_window_show_page (self, page_of_row (row));
}

static void
go_back (NhiWindow *self)
{
  if (self->shown != NULL && self->shown->parent != NULL)
    nhi_window_show_page (self, self->shown->parent);
  else
    adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

static void
on_card_chip (NhiWindow *self)
{
  nhi_window_show_page (self, "card");
}

static void
on_service_chip (NhiWindow *self)
{
  nhi_window_show_page (self, "check");
}

static void
on_folded (NhiWindow *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->card_chip_label),
                          !adw_leaflet_get_folded (self->leaflet));
  show_back_button (self);
}

static void
add_sidebar_rows (NhiWindow *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (pages[i].icon != NULL)
      gtk_list_box_append (self->sidebar,
                           nhi_sidebar_row_new (pages[i].name, _ (pages[i].title), pages[i].icon));
}

static void
show_locks (NhiWindow *self)
{
  gboolean signed_in = nhi_remote_get_signed_in (nhi_context_get_remote (self->context));
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->sidebar, i)) != NULL; i++)
    {
      const PageInfo *info = find_page (page_of_row (row));

      nhi_sidebar_row_set_locked (NHI_SIDEBAR_ROW (row),
                                  !signed_in && info != NULL && info->needs_sign_in);
    }
}

static void
show_card (NhiWindow *self)
{
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);
  NhiCardState state = nhi_reader_monitor_get_state (monitor);
  NhiCardProfile *profile = nhi_reader_monitor_get_profile (monitor);
  const char *text = profile != NULL ? profile->name : nhi_card_state_title (state);
  g_autofree char *name = NULL;

  gtk_label_set_label (self->card_chip_label, text);
  gtk_image_set_from_icon_name (self->card_chip_icon,
                                profile != NULL ? "nhi-card-symbolic" : "nhi-card-none-symbolic");
  gtk_widget_set_tooltip_text (self->card_chip, text);
  /* Translators: the name of the button in the header; %s is the card's state or the person's name
   */
  name = g_strdup_printf (_ ("Card: %s"), text);
  nhi_widget_set_name (self->card_chip, name);
}

static void
on_card_state (NhiWindow *self)
{
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);
  NhiCardState state = nhi_reader_monitor_get_state (monitor);

  show_card (self);
  if (state == NHI_CARD_STATE_READ)
    announce (self, _ ("The NHI card has been read"));
  else if (state != NHI_CARD_STATE_STARTING && state != NHI_CARD_STATE_READING)
    announce (self, nhi_card_state_title (state));
}

static void
on_signed_in (NhiWindow *self)
{
  show_locks (self);
}

static void
on_seconds_left (NhiWindow *self)
{
  guint seconds = nhi_session_guard_get_seconds_left (self->guard);
  g_autofree char *wait = nhi_format_wait (seconds);
  g_autofree char *text = NULL;

  /* Translators: %s is a time such as "59 s" */
  text =
      g_strdup_printf (_ ("Nothing has happened for a while. You will be signed out in %s."), wait);
  if (seconds > 0)
    gtk_label_set_label (self->idle_label, text);
  if (seconds > 0 && !gtk_revealer_get_reveal_child (self->idle_banner))
    announce (self, text);
  gtk_revealer_set_reveal_child (self->idle_banner, seconds > 0);
}

static void
on_stay_signed_in (NhiWindow *self)
{
  nhi_session_guard_note_activity (self->guard);
}

static void
show_online (NhiWindow *self)
{
  gboolean online = nhi_remote_get_online (nhi_context_get_remote (self->context));

  if (!self->service_asked)
    return;
  gtk_revealer_set_reveal_child (self->offline_banner, !online);
  gtk_widget_set_visible (self->service_chip, !online);
}

/* The start leaves some MiB of holes in the heap, more than the rest of the run needs again. */
static gboolean
on_started (gpointer user_data)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
  return G_SOURCE_REMOVE;
}

static void
on_service_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiServiceInfo) info = NULL;
  NhiWindow *self;

  info = nhi_remote_service_finish (NHI_REMOTE (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = NHI_WINDOW (user_data);
  if (!self->service_asked)
    g_timeout_add_seconds (1, on_started, NULL);
  self->service_asked = TRUE;
  show_online (self);
  if (info == NULL)
    announce (self, error->message);
  else
    gtk_revealer_set_reveal_child (self->demo_banner, info->demo);
}

static void
ask_service (NhiWindow *self)
{
  nhi_remote_service_async (nhi_context_get_remote (self->context), self->cancellable,
                            on_service_told, self);
}

static void
on_retry_service (NhiWindow *self)
{
  announce (self, _ ("Connecting to the service…"));
  ask_service (self);
}

static void
on_network_changed (NhiWindow *self)
{
  if (gtk_revealer_get_reveal_child (self->offline_banner))
    ask_service (self);
}

static gboolean
on_first_idle (gpointer user_data)
{
  NhiWindow *self = user_data;

  if (self->cancellable != NULL && !g_cancellable_is_cancelled (self->cancellable))
    ask_service (self);
  return G_SOURCE_REMOVE;
}

static void
on_toast (NhiWindow *self, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_timeout (toast, TOAST_SECONDS);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static gboolean
on_input (NhiWindow *self, GdkEvent *event)
{
  switch ((int)gdk_event_get_event_type (event))
    {
    case GDK_KEY_PRESS:
    case GDK_BUTTON_PRESS:
    case GDK_TOUCH_BEGIN:
    case GDK_SCROLL:
    case GDK_MOTION_NOTIFY:
      nhi_session_guard_note_activity (self->guard);
      break;
    default:
      break;
    }
  return GDK_EVENT_PROPAGATE;
}

static void
on_open_response (NhiWindow *self, int response)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file != NULL)
    nhi_window_open_package (self, file);
}

static void
open_package_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NhiWindow *self = NHI_WINDOW (widget);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  if (self->chooser != NULL)
    return;
  gtk_file_filter_set_name (filter, _ ("Health bank files (ZIP, XML, JSON)"));
  gtk_file_filter_add_suffix (filter, "zip");
  gtk_file_filter_add_suffix (filter, "xml");
  gtk_file_filter_add_suffix (filter, "json");
  self->chooser = gtk_file_chooser_native_new (_ ("Open a Health Bank Package"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), NULL);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_open_response), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
back_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NhiWindow *self = NHI_WINDOW (widget);

  if (gtk_widget_get_visible (self->back_button))
    go_back (self);
}

static void
show_page_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const char *name = g_variant_get_string (parameter, NULL);

  if (find_page (name) != NULL)
    nhi_window_show_page (NHI_WINDOW (widget), name);
}

/* Made when asked for: GTK would make it, hidden, at every start. */
static void
show_help_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (GtkBuilder) builder = NULL;
  GtkWindow *overlay;

  builder = gtk_builder_new_from_resource ("/tw/nhicard/Client/help-overlay.ui");
  overlay = GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay"));
  gtk_window_set_transient_for (overlay, GTK_WINDOW (widget));
  gtk_window_present (overlay);
}

static gboolean
nhi_window_close_request (GtkWindow *window)
{
  NhiWindow *self = NHI_WINDOW (window);
  GSettings *settings = nhi_context_get_settings (self->context);
  int width = 0, height = 0;

  gtk_window_get_default_size (window, &width, &height);
  g_settings_set_int (settings, "window-width", CLAMP (width, 320, 16384));
  g_settings_set_int (settings, "window-height", CLAMP (height, 294, 16384));
  g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (window));
  g_cancellable_cancel (self->cancellable);

  return GTK_WINDOW_CLASS (nhi_window_parent_class)->close_request (window);
}

static void
nhi_window_dispose (GObject *object)
{
  NhiWindow *self = NHI_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->guard);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, page_title);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, card_chip);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, card_chip_icon);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, card_chip_label);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, service_chip);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, offline_banner);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, demo_banner);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, idle_banner);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, idle_label);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, NhiWindow, status_line);
}

static void
nhi_window_class_init (NhiWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = nhi_window_close_request;

  gtk_widget_class_set_template_from_resource (widget_class, "/tw/nhicard/Client/window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_folded);
  gtk_widget_class_bind_template_callback (widget_class, on_sidebar_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_sidebar_activated);
  gtk_widget_class_bind_template_callback (widget_class, go_back);
  gtk_widget_class_bind_template_callback (widget_class, on_card_chip);
  gtk_widget_class_bind_template_callback (widget_class, on_service_chip);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_service);
  gtk_widget_class_bind_template_callback (widget_class, on_stay_signed_in);
  gtk_widget_class_install_action (widget_class, "win.open-package", NULL, open_package_action);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "win.show-help-overlay", NULL, show_help_action);
}

static void
nhi_window_init (NhiWindow *self)
{
  GtkEventController *input = gtk_event_controller_legacy_new ();

  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (input, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (input, "event", G_CALLBACK (on_input), self);
  gtk_widget_add_controller (GTK_WIDGET (self), input);
  add_sidebar_rows (self);
}

static void
follow_context (NhiWindow *self)
{
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);
  NhiRemote *remote = nhi_context_get_remote (self->context);

  g_signal_connect_object (self->context, "announce", G_CALLBACK (announce), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->context, "toast", G_CALLBACK (on_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->context, "show-page", G_CALLBACK (nhi_window_show_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->context, "open-package", G_CALLBACK (nhi_window_open_package),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->context, "recheck", G_CALLBACK (on_retry_service), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (monitor, "notify::state", G_CALLBACK (on_card_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (monitor, "notify::profile", G_CALLBACK (show_card), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (remote, "notify::signed-in", G_CALLBACK (on_signed_in), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (remote, "notify::online", G_CALLBACK (show_online), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->guard, "notify::seconds-left", G_CALLBACK (on_seconds_left), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (on_network_changed), self, G_CONNECT_SWAPPED);
}

NhiWindow *
nhi_window_new (GtkApplication *application, NhiContext *context)
{
  NhiWindow *self = g_object_new (NHI_TYPE_WINDOW, "application", application, NULL);
  GSettings *settings = nhi_context_get_settings (context);

  self->context = g_object_ref (context);
  self->guard = nhi_session_guard_new (context);
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  follow_context (self);
  show_card (self);
  show_locks (self);
  nhi_window_show_page (self, "home");
  g_idle_add_full (G_PRIORITY_LOW, on_first_idle, g_object_ref (self), g_object_unref);
  return self;
}
