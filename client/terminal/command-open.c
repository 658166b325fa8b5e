/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard health-bank open`: a package, a bare XML or JSON file, as a readable list. Nothing
 * decrypted touches a disk. */
#include <glib/gi18n.h>
#include <string.h>

#include "client/terminal/terminal-private.h"
#include "shared/identity/id-number.h"
#include "shared/record/package.h"

#define MAX_FILE (256 * 1024 * 1024)

static GBytes *
load_file (const char *argument, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (argument);
  g_autoptr (GFileInfo) info =
      g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL, error);

  if (info == NULL)
    return NULL;
  if (g_file_info_get_size (info) > MAX_FILE)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                           _ ("The file is too large to be a health bank package."));
      return NULL;
    }
  return g_file_load_bytes (file, NULL, NULL, error);
}

/* Tries without a password first: a bare file needs none. NULL after the failure was told. */
static GPtrArray *
read_records (NhiTerminal *terminal, GBytes *bytes, const char *password_file, NhiExit *ret_exit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *records = nhi_package_read_records (bytes, NULL, &error);
  g_autofree char *folded = NULL;
  char *password;

  if (records == NULL && g_error_matches (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD))
    {
      password = nhi_terminal_password (terminal, password_file, FALSE, ret_exit);
      if (password == NULL)
        return NULL;
      g_clear_error (&error);
      records = nhi_package_read_records (bytes, password, &error);
      /* The password is an ID number: its letter may have been typed small. */
      if (records == NULL)
        {
          folded = nhi_id_number_normalise (password);
          if (folded != NULL && !g_str_equal (folded, password))
            {
              g_clear_error (&error);
              records = nhi_package_read_records (bytes, folded, &error);
            }
        }
      nhi_terminal_wipe (password);
    }
  if (records == NULL)
    *ret_exit =
        nhi_terminal_fail (terminal,
                           g_error_matches (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD)
                               ? NHI_EXIT_REFUSED
                               : NHI_EXIT_FILE,
                           "package", error->message);
  return records;
}

/* ---- JSON ---- */

static void
add_entries (JsonBuilder *builder, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const NhiRecordEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *text = nhi_record_entry_to_json (entry);
      JsonNode *node = json_from_string (text, NULL);

      json_builder_begin_object (builder);
      nhi_json_string (builder, "section", entry->section->code);
      json_builder_set_member_name (builder, "entry");
      if (node != NULL)
        json_builder_add_value (builder, node);
      else
        json_builder_add_null_value (builder);
      json_builder_end_object (builder);
    }
}

static void
print_json (GPtrArray *records)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "records");
  json_builder_begin_array (builder);
  for (guint i = 0; i < records->len; i++)
    {
      const NhiRecord *record = g_ptr_array_index (records, i);

      json_builder_begin_object (builder);
      nhi_json_string (builder, "class",
                       record->record_class == NHI_RECORD_MEDICAL ? "medical" : "insurance");
      nhi_json_string (builder, "masked_id", record->masked_id);
      nhi_json_string (builder, "applied_on", record->applied_on);
      json_builder_set_member_name (builder, "entries");
      json_builder_begin_array (builder);
      add_entries (builder, record->entries);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  nhi_print_json (builder);
}

/* ---- text ---- */

static gboolean
speaks_chinese (void)
{
  return g_str_has_prefix (g_get_language_names ()[0], "zh");
}

static void
print_entry (const NhiRecordEntry *entry, guint indent)
{
  const NhiFieldInfo *field = entry->section->fields;
  gboolean first = TRUE;

  for (; field->number != 0; field++)
    {
      const char *value = nhi_record_entry_get (entry, field->number);

      if (*value == '\0')
        continue;
      nhi_print ("%*s%s%s: %s\n", (int)indent, "", first ? "• " : "  ",
                 speaks_chinese () ? field->name : field->name_en, value);
      first = FALSE;
    }
  for (guint i = 0; entry->children != NULL && i < entry->children->len; i++)
    print_entry (g_ptr_array_index (entry->children, i), indent + 4);
}

static guint
count_section (const NhiRecord *record, const NhiSectionInfo *section)
{
  guint count = 0;

  for (guint i = 0; i < record->entries->len; i++)
    count += ((const NhiRecordEntry *)g_ptr_array_index (record->entries, i))->section == section;
  return count;
}

static void
print_record (const NhiRecord *record)
{
  const NhiSectionInfo *section = NULL;

  nhi_print ("%s  %s  %s\n",
             record->record_class == NHI_RECORD_MEDICAL ? _ ("Medical records")
                                                        : _ ("Billing and payments"),
             record->masked_id, record->applied_on);
  for (guint i = 0; i < record->entries->len; i++)
    {
      const NhiRecordEntry *entry = g_ptr_array_index (record->entries, i);

      if (entry->section != section)
        {
          section = entry->section;
          nhi_print ("\n%s (%u)\n", speaks_chinese () ? section->name : section->name_en,
                     count_section (record, section));
        }
      print_entry (entry, 2);
    }
  nhi_print ("\n");
}

NhiExit
nhi_command_open (NhiTerminal *terminal, int argc, char **argv)
{
  g_autofree char *password_file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  NhiExit code = NHI_EXIT_OK;
  const GOptionEntry entries[] = {
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file,
      N_ ("file whose first line is the password, - for the standard input"), N_ ("FILE") },
    { NULL },
  };

  if (!nhi_terminal_parse (terminal, "health-bank open", entries, 1, &argc, &argv, &code))
    return code;
  if (argc < 2)
    return nhi_terminal_fail (terminal, NHI_EXIT_USAGE, "usage",
                              _ ("Which file? nhicard health-bank open FILE"));
  bytes = load_file (argv[1], &error);
  if (bytes == NULL)
    return nhi_terminal_fail (terminal, NHI_EXIT_FILE, "file", error->message);
  records = read_records (terminal, bytes, password_file, &code);
  if (records == NULL)
    return code;

  if (terminal->json)
    print_json (records);
  else
    for (guint i = 0; i < records->len; i++)
      print_record (g_ptr_array_index (records, i));
  return NHI_EXIT_OK;
}
