/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard health-bank categories|apply|list`. */
#include <glib/gi18n.h>

#include "client/terminal/application-print.h"

#define DEFAULT_MONTHS 12

const NhiCommand NHI_HEALTH_BANK_COMMANDS[] = {
  { "categories", "", N_ ("list what can be applied for"), nhi_command_categories },
  { "apply", "", N_ ("apply for records of a period"), nhi_command_apply },
  { "list", "", N_ ("list your applications"), nhi_command_list },
  { "download", N_ ("[ID]"), N_ ("download the package of an application"), nhi_command_download },
  { "open", N_ ("FILE"), N_ ("show what is in a package"), nhi_command_open },
  { NULL },
};

/* NULL after the failure was told. */
static GPtrArray *
fetch_categories (NhiTerminal *terminal, NhiExit *ret_exit)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;
  GPtrArray *categories;

  if (!nhi_terminal_take_session (terminal, ret_exit))
    return NULL;
  nhi_remote_categories_async (terminal->remote, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  categories = nhi_remote_categories_finish (terminal->remote, result, &error);
  if (categories == NULL)
    *ret_exit = nhi_terminal_fail_error (terminal, error);
  return categories;
}

static void
print_categories_json (GPtrArray *categories)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "categories");
  json_builder_begin_array (builder);
  for (guint i = 0; i < categories->len; i++)
    {
      const NhiCategory *category = g_ptr_array_index (categories, i);

      json_builder_begin_object (builder);
      nhi_json_string (builder, "code", category->code);
      nhi_json_string (builder, "class", category->class_code);
      nhi_json_string (builder, "class_name", category->class_name);
      nhi_json_string (builder, "name", category->name);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  nhi_print_json (builder);
}

NhiExit
nhi_command_categories (NhiTerminal *terminal, int argc, char **argv)
{
  g_autoptr (GPtrArray) categories = NULL;
  NhiExit code = NHI_EXIT_OK;

  if (!nhi_terminal_parse (terminal, "health-bank categories", NULL, 0, &argc, &argv, &code))
    return code;
  categories = fetch_categories (terminal, &code);
  if (categories == NULL)
    return code;
  if (terminal->json)
    {
      print_categories_json (categories);
      return NHI_EXIT_OK;
    }
  for (guint i = 0; i < categories->len; i++)
    {
      const NhiCategory *category = g_ptr_array_index (categories, i);
      const char *cells[] = { category->code, category->class_name, category->name };
      const guint widths[] = { 18, 24, 0 };

      nhi_print_columns (cells, widths, G_N_ELEMENTS (cells));
    }
  return NHI_EXIT_OK;
}

/* ---- apply ---- */

static char **
chosen_categories (NhiTerminal *terminal, const char *typed, NhiExit *ret_exit)
{
  g_autoptr (GPtrArray) categories = NULL;
  g_autoptr (GStrvBuilder) codes = NULL;

  if (typed != NULL && !g_str_equal (typed, "all"))
    {
      char **list = g_strsplit (typed, ",", 64);

      for (gsize i = 0; list[i] != NULL; i++)
        g_strstrip (list[i]);
      return nhi_terminal_take_session (terminal, ret_exit) ? list : (g_strfreev (list), NULL);
    }

  categories = fetch_categories (terminal, ret_exit);
  if (categories == NULL)
    return NULL;
  codes = g_strv_builder_new ();
  for (guint i = 0; i < categories->len; i++)
    g_strv_builder_add (codes, ((const NhiCategory *)g_ptr_array_index (categories, i))->code);
  return g_strv_builder_end (codes);
}

static NhiApplication *
await_application (NhiTerminal *terminal, const char *application_id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  nhi_remote_await_application_async (terminal->remote, application_id, NULL, nhi_terminal_keep,
                                      &slot);
  result = nhi_terminal_wait (&slot);
  return nhi_remote_await_application_finish (terminal->remote, result, error);
}

static NhiApplication *
apply (NhiTerminal *terminal,
       char **categories,
       const char *from,
       const char *to,
       gboolean wait,
       GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NhiApplication) application = NULL;
  GAsyncResult *slot = NULL;

  nhi_remote_apply_async (terminal->remote, (const char *const *)categories, from, to, NULL, NULL,
                          nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  application = nhi_remote_apply_finish (terminal->remote, result, error);
  if (application != NULL && wait)
    {
      g_autofree char *application_id = g_strdup (application->application_id);

      g_clear_pointer (&application, nhi_application_free);
      application = await_application (terminal, application_id, error);
    }
  return g_steal_pointer (&application);
}

static char *
month_before (int months)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) first =
      g_date_time_add_full (now, 0, 0, 1 - g_date_time_get_day_of_month (now), 0, 0, 0);
  g_autoptr (GDateTime) then = g_date_time_add_months (first, -months);

  return g_date_time_format (then, "%Y-%m");
}

NhiExit
nhi_command_apply (NhiTerminal *terminal, int argc, char **argv)
{
  g_autofree char *typed = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  gboolean wait = FALSE;
  g_auto (GStrv) categories = NULL;
  g_autoptr (NhiApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  NhiExit code = NHI_EXIT_OK;
  const GOptionEntry entries[] = {
    { "categories", 0, 0, G_OPTION_ARG_STRING, &typed,
      N_ ("codes with commas between, all when left out"), N_ ("CODES") },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, N_ ("first month, a year ago when left out"),
      N_ ("YYYY-MM") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to, N_ ("last month, this one when left out"),
      N_ ("YYYY-MM") },
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, N_ ("wait until the package is ready"), NULL },
    { NULL },
  };

  if (!nhi_terminal_parse (terminal, "health-bank apply", entries, 0, &argc, &argv, &code))
    return code;
  if (from == NULL)
    from = month_before (DEFAULT_MONTHS - 1);
  if (to == NULL)
    to = month_before (0);
  categories = chosen_categories (terminal, typed, &code);
  if (categories == NULL)
    return code;

  application = apply (terminal, categories, from, to, wait, &error);
  if (application == NULL)
    return nhi_terminal_fail_error (terminal, error);
  nhi_print_application (terminal, application);
  return g_str_equal (application->state, "failed") ? NHI_EXIT_FAILED : NHI_EXIT_OK;
}

/* ---- list ---- */

NhiExit
nhi_command_list (NhiTerminal *terminal, int argc, char **argv)
{
  g_autoptr (GPtrArray) applications = NULL;
  g_autoptr (GError) error = NULL;
  NhiExit code = NHI_EXIT_OK;

  if (!nhi_terminal_parse (terminal, "health-bank list", NULL, 0, &argc, &argv, &code) ||
      !nhi_terminal_take_session (terminal, &code))
    return code;
  applications = nhi_terminal_applications (terminal, &error);
  if (applications == NULL)
    return nhi_terminal_fail_error (terminal, error);
  nhi_print_applications (terminal, applications);
  return NHI_EXIT_OK;
}
