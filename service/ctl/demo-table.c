/* SPDX-License-Identifier: GPL-3.0-or-later
 * One table of data/demo-people. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-table.h"
#include "service/ctl/demo-resource.h"

#include <gio/gio.h>
#include <string.h>

static char *
load_text (const char *name)
{
  g_autofree char *path = g_strconcat ("/tw/nhicard/demo-people/", name, NULL);
  g_autoptr (GBytes) bytes = NULL;

  bytes =
      g_resource_lookup_data (nhi_demo_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_assert (bytes != NULL);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static guint
count (const char *text, char wanted)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == wanted;
  return n;
}

/* Cuts @line at its tabs. */
static char **
split_line (char *line, guint n_columns)
{
  char **cells = g_new0 (char *, n_columns);

  g_assert (count (line, '\t') + 1 == n_columns);
  for (guint i = 0; i < n_columns; i++)
    cells[i] = strsep (&line, "\t");
  return cells;
}

static void
sum_weights (NhiDemoTable *table, char **header)
{
  guint column = 0, sum = 0;

  while (column < table->n_columns && !g_str_equal (header[column], "weight"))
    column++;
  if (column == table->n_columns)
    return;
  table->weights = g_new0 (guint, table->n_rows);
  for (guint i = 0; i < table->n_rows; i++)
    table->weights[i] = sum += (guint)nhi_demo_table_number (table, i, column);
}

NhiDemoTable *
nhi_demo_table_load (const char *name)
{
  NhiDemoTable *table = g_new0 (NhiDemoTable, 1);
  g_autofree char **header = NULL;
  char *rest, *line;

  rest = table->text = load_text (name);
  table->rows = g_new0 (char **, count (rest, '\n'));
  line = strsep (&rest, "\n");
  table->n_columns = count (line, '\t') + 1;
  header = split_line (line, table->n_columns);
  while ((line = strsep (&rest, "\n")) != NULL && *line != '\0')
    table->rows[table->n_rows++] = split_line (line, table->n_columns);
  sum_weights (table, header);
  return table;
}

void
nhi_demo_table_free (NhiDemoTable *table)
{
  if (table == NULL)
    return;
  for (guint i = 0; i < table->n_rows; i++)
    g_free (table->rows[i]);
  g_free (table->rows);
  g_free (table->weights);
  g_free (table->text);
  g_free (table);
}

const char *
nhi_demo_table_cell (const NhiDemoTable *table, guint row, guint column)
{
  g_assert (row < table->n_rows && column < table->n_columns);
  return table->rows[row][column];
}

gint64
nhi_demo_table_number (const NhiDemoTable *table, guint row, guint column)
{
  return g_ascii_strtoll (nhi_demo_table_cell (table, row, column), NULL, 10);
}

guint
nhi_demo_table_pick (const NhiDemoTable *table, NhiDemoRandom *random)
{
  gint64 drawn;
  guint row = 0;

  if (table->weights == NULL)
    return (guint)nhi_demo_random_range (random, 0, table->n_rows - 1);
  drawn = nhi_demo_random_range (random, 0, table->weights[table->n_rows - 1] - 1);
  while (table->weights[row] <= drawn)
    row++;
  return row;
}

guint
nhi_demo_table_pick_where (const NhiDemoTable *table,
                           NhiDemoRandom *random,
                           guint column,
                           const char *value)
{
  guint sum = 0;
  gint64 drawn;

  for (guint i = 0; i < table->n_rows; i++)
    if (g_str_equal (table->rows[i][column], value))
      sum += table->weights != NULL ? table->weights[i] - (i > 0 ? table->weights[i - 1] : 0) : 1;
  g_assert (sum > 0);
  drawn = nhi_demo_random_range (random, 0, sum - 1);
  for (guint i = 0; i < table->n_rows; i++)
    if (g_str_equal (table->rows[i][column], value))
      {
        drawn -=
            table->weights != NULL ? table->weights[i] - (i > 0 ? table->weights[i - 1] : 0) : 1;
        if (drawn < 0)
          return i;
      }
  g_assert_not_reached ();
}

gint
nhi_demo_table_find (const NhiDemoTable *table, guint column, const char *value)
{
  for (guint i = 0; i < table->n_rows; i++)
    if (g_str_equal (table->rows[i][column], value))
      return (gint)i;
  return -1;
}
