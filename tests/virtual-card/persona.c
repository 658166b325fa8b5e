/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reads the table of personas by the names of its columns. */
#include "tests/virtual-card/persona.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static const char *
column (char **names, char **values, const char *name)
{
  for (guint i = 0; names[i] && values[i]; i++)
    if (g_str_equal (names[i], name))
      return values[i];
  return NULL;
}

static gboolean
parse_date (const char *text, GDate *date)
{
  guint year, month, day;

  if (!text || sscanf (text, "%4u-%2u-%2u", &year, &month, &day) != 3 ||
      !g_date_valid_dmy (day, month, year))
    return FALSE;
  g_date_clear (date, 1);
  g_date_set_dmy (date, day, month, year);
  return TRUE;
}

static gboolean
fill (char **names, char **values, VirtualCard *card, GError **error)
{
  NhiCardProfile profile = {
    .card_number = (char *)column (names, values, "card_number"),
    .name = (char *)column (names, values, "card_name"),
    .id_number = (char *)column (names, values, "id_number"),
  };
  const char *sex = column (names, values, "sex");
  const char *state = column (names, values, "card_state");

  if (!profile.card_number || !profile.name || !profile.id_number || !sex ||
      !parse_date (column (names, values, "birth_date"), &profile.birth_date) ||
      !parse_date (column (names, values, "issued_on"), &profile.issued_on))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The row of persona %s lacks a column or has a wrong date.", values[0]);
      return FALSE;
    }
  profile.sex = sex[0];
  g_clear_pointer (&card->basic_data, g_bytes_unref);
  card->basic_data = nhi_card_profile_encode (&profile);
  card->terminated = g_strcmp0 (state, "terminated") == 0;
  card->kind = VIRTUAL_CARD_NHI;
  return TRUE;
}

gboolean
persona_load (const char *table, const char *persona, VirtualCard *card, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) names = NULL;

  if (!g_file_get_contents (table, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) values = NULL;

      if (lines[i][0] == '#' || lines[i][0] == '\0')
        continue;
      values = g_strsplit (lines[i], "\t", -1);
      if (!names)
        names = g_steal_pointer (&values);
      else if (g_str_equal (values[0], persona))
        return fill (names, values, card, error);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No persona is called %s in %s.", persona,
               table);
  return FALSE;
}
