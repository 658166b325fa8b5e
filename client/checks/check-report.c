/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report of the checks, for a person and for a program. Nothing private is in a check's texts
 * to begin with. */
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "client/checks/check-private.h"

static char *
finished_at_text (NhiCheckSuite *suite)
{
  g_autoptr (GDateTime) time = NULL;
  gint64 finished_at;

  g_object_get (suite, "finished-at", &finished_at, NULL);
  time = g_date_time_new_from_unix_utc (finished_at);
  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}

static void
append_check (GString *text, NhiCheck *check)
{
  g_string_append_printf (text, "  %2u. [%s] %s", nhi_check_get_number (check),
                          nhi_verdict_label (nhi_check_get_verdict (check)),
                          nhi_check_get_title (check));
  if (nhi_check_get_found (check) != NULL)
    /* Translators: between the name of a check and what was found, in the text report. */
    g_string_append_printf (text, _ (": %s"), nhi_check_get_found (check));
  g_string_append_c (text, '\n');
  if (nhi_check_get_reason (check) == NULL)
    return;
  g_string_append_printf (text, "      %s", nhi_check_get_reason (check));
  if (nhi_check_get_code (check) != NULL)
    /* Translators: a code that support asks for. */
    g_string_append_printf (text, _ (" (code %s)"), nhi_check_get_code (check));
  g_string_append_c (text, '\n');
  if (nhi_check_get_command (check) != NULL)
    g_string_append_printf (text, "      $ %s\n", nhi_check_get_command (check));
}

char *
nhi_check_suite_to_text (NhiCheckSuite *self)
{
  g_autofree char *time = NULL;
  GString *text = g_string_new (NULL);
  guint n;
  int group = -1;

  g_return_val_if_fail (NHI_IS_CHECK_SUITE (self), NULL);

  time = finished_at_text (self);
  g_string_append_printf (text, _ ("Environment check, %s"), time);
  g_string_append_c (text, '\n');
  n = g_list_model_get_n_items (G_LIST_MODEL (self));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NhiCheck) check = g_list_model_get_item (G_LIST_MODEL (self), i);

      if (group != (int)nhi_check_get_group (check))
        {
          group = (int)nhi_check_get_group (check);
          g_string_append_printf (text, "\n%s\n", nhi_check_group_title (group));
        }
      append_check (text, check);
    }
  return g_string_free (text, FALSE);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_check (JsonBuilder *builder, NhiCheck *check)
{
  static const char *const groups[] = { "card-reader", "service", "computer" };

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "number");
  json_builder_add_int_value (builder, nhi_check_get_number (check));
  add_text (builder, "id", nhi_check_get_id (check));
  add_text (builder, "group", groups[nhi_check_get_group (check)]);
  add_text (builder, "title", nhi_check_get_title (check));
  add_text (builder, "verdict", nhi_verdict_nick (nhi_check_get_verdict (check)));
  add_text (builder, "found", nhi_check_get_found (check));
  add_text (builder, "recommended", nhi_check_get_recommended (check));
  add_text (builder, "reason", nhi_check_get_reason (check));
  add_text (builder, "code", nhi_check_get_code (check));
  add_text (builder, "fix", nhi_fix_kind_nick (nhi_check_get_fix (check)));
  add_text (builder, "command", nhi_check_get_command (check));
  json_builder_set_member_name (builder, "fixable");
  json_builder_add_boolean_value (builder, nhi_check_can_be_fixed (check));
  json_builder_end_object (builder);
}

char *
nhi_check_suite_to_json (NhiCheckSuite *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *time = NULL;
  guint n;

  g_return_val_if_fail (NHI_IS_CHECK_SUITE (self), NULL);

  time = finished_at_text (self);
  json_builder_begin_object (builder);
  add_text (builder, "finished_at", time);
  json_builder_set_member_name (builder, "failures");
  json_builder_add_int_value (builder, nhi_check_suite_get_failures (self));
  json_builder_set_member_name (builder, "warnings");
  json_builder_add_int_value (builder, nhi_check_suite_get_warnings (self));
  json_builder_set_member_name (builder, "checks");
  json_builder_begin_array (builder);
  n = g_list_model_get_n_items (G_LIST_MODEL (self));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NhiCheck) check = g_list_model_get_item (G_LIST_MODEL (self), i);

      add_check (builder, check);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
