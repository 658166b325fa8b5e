/* SPDX-License-Identifier: GPL-3.0-or-later
 * Applications as the briefing's table (類別, 明細, 資料起迄期間, 狀態) and as JSON. */
#include "client/terminal/application-print.h"

#include <glib/gi18n.h>

GPtrArray *
nhi_terminal_applications (NhiTerminal *terminal, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  nhi_remote_applications_async (terminal->remote, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  return nhi_remote_applications_finish (terminal->remote, result, error);
}

static const char *
state_words (const char *state)
{
  if (g_str_equal (state, "ready"))
    return _ ("can be downloaded");
  if (g_str_equal (state, "processing"))
    return _ ("in progress");
  if (g_str_equal (state, "none"))
    return _ ("no data");
  return _ ("failed: apply again");
}

static void
add_items (JsonBuilder *builder, GPtrArray *items)
{
  json_builder_set_member_name (builder, "items");
  json_builder_begin_array (builder);
  for (guint i = 0; i < items->len; i++)
    {
      const NhiApplicationItem *item = g_ptr_array_index (items, i);

      json_builder_begin_object (builder);
      nhi_json_string (builder, "category", item->category);
      nhi_json_string (builder, "class_name", item->class_name);
      nhi_json_string (builder, "name", item->name);
      nhi_json_string (builder, "from", item->from);
      nhi_json_string (builder, "to", item->to);
      nhi_json_string (builder, "mode", item->mode);
      nhi_json_string (builder, "status", item->status);
      nhi_json_integer (builder, "entries", item->entries);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_application (JsonBuilder *builder, const NhiApplication *application)
{
  json_builder_begin_object (builder);
  nhi_json_string (builder, "application_id", application->application_id);
  nhi_json_instant (builder, "applied_at", application->applied_at);
  nhi_json_string (builder, "state", application->state);
  nhi_json_string (builder, "from", application->from);
  nhi_json_string (builder, "to", application->to);
  nhi_json_instant (builder, "available_until", application->available_until);
  nhi_json_string (builder, "file_name", application->file_name);
  nhi_json_integer (builder, "size", application->size);
  nhi_json_string (builder, "sha256", application->sha256);
  if (application->items != NULL)
    add_items (builder, application->items);
  json_builder_end_object (builder);
}

static void
print_items (GPtrArray *items)
{
  const guint widths[] = { 24, 30, 20, 0 };
  const char *titles[] = { _ ("Class"), _ ("Detail"), _ ("Period"), _ ("State") };

  nhi_print_columns (titles, widths, G_N_ELEMENTS (titles));
  for (guint i = 0; i < items->len; i++)
    {
      const NhiApplicationItem *item = g_ptr_array_index (items, i);
      g_autofree char *period = g_strdup_printf ("%s – %s", item->from, item->to);
      const char *cells[] = { item->class_name, item->name, period, state_words (item->status) };

      nhi_print_columns (cells, widths, G_N_ELEMENTS (cells));
    }
}

void
nhi_print_application (NhiTerminal *terminal, const NhiApplication *application)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *until = NULL;

  if (terminal->json)
    {
      builder = json_builder_new ();
      add_application (builder, application);
      nhi_print_json (builder);
      return;
    }
  nhi_print_pair (_ ("Application"), application->application_id);
  nhi_print_pair (_ ("State"), state_words (application->state));
  if (application->available_until != 0)
    {
      until = nhi_local_time (application->available_until);
      nhi_print_pair (_ ("Kept until"), until);
    }
  if (application->items != NULL)
    {
      nhi_print ("\n");
      print_items (application->items);
    }
}

static void
print_list_text (GPtrArray *applications)
{
  const guint widths[] = { 36, 16, 20, 0 };
  const char *titles[] = { _ ("Application"), _ ("Applied at"), _ ("Period"), _ ("State") };

  if (applications->len == 0)
    {
      nhi_print ("%s\n", _ ("There is no application yet. “nhicard health-bank apply” makes one."));
      return;
    }
  nhi_print_columns (titles, widths, G_N_ELEMENTS (titles));
  for (guint i = 0; i < applications->len; i++)
    {
      const NhiApplication *application = g_ptr_array_index (applications, i);
      g_autofree char *time = nhi_local_time (application->applied_at);
      g_autofree char *period = g_strdup_printf ("%s – %s", application->from, application->to);
      const char *cells[] = { application->application_id, time, period,
                              state_words (application->state) };

      nhi_print_columns (cells, widths, G_N_ELEMENTS (cells));
    }
}

void
nhi_print_applications (NhiTerminal *terminal, GPtrArray *applications)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!terminal->json)
    {
      print_list_text (applications);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "applications");
  json_builder_begin_array (builder);
  for (guint i = 0; i < applications->len; i++)
    add_application (builder, g_ptr_array_index (applications, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  nhi_print_json (builder);
}
