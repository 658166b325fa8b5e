/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list an address is chosen from, held as three sorted arrays over one copy of the text. */

#define G_LOG_DOMAIN "nhi-identity"

#include "shared/identity/divisions.h"
#include "shared/identity/divisions-resource.h"

#include <string.h>

#define COUNTY_LENGTH 5
#define TOWN_LENGTH 8
#define VILLAGE_LENGTH 11
#define MAX_BYTES (8 * 1024 * 1024)
#define UNLISTED "000" /* no village of the official list has this number */
#define UNLISTED_NAME "村里不在清單中"
#define UNLISTED_NAME_EN "My village is not in this list"

G_DEFINE_QUARK (nhi - divisions - error - quark, nhi_divisions_error)

struct _NhiDivisions
{
  char *text;                          /* the whole file; names and codes point into it */
  GStringChunk *unlisted;              /* codes of the entries that no file has */
  GArray *counties, *towns, *villages; /* of NhiDivision, by code */
  GArray *first_towns;                 /* of guint: for each county, the index of its first town */
  GArray *first_villages;              /* likewise for each town */
};

NhiDivisions *
nhi_divisions_load (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL)
    return NULL;
  bytes = g_mapped_file_get_bytes (file);
  return nhi_divisions_parse (bytes, error);
}

void
nhi_divisions_free (NhiDivisions *divisions)
{
  if (divisions == NULL)
    return;
  g_array_unref (divisions->counties);
  g_array_unref (divisions->towns);
  g_array_unref (divisions->villages);
  g_array_unref (divisions->first_towns);
  g_array_unref (divisions->first_villages);
  g_string_chunk_free (divisions->unlisted);
  g_free (divisions->text);
  g_free (divisions);
}

static gboolean
is_code (const char *text)
{
  gsize length = strspn (text, "0123456789");

  return text[length] == '\0' &&
         (length == COUNTY_LENGTH || length == TOWN_LENGTH || length == VILLAGE_LENGTH);
}

static const NhiDivision *
last (GArray *array)
{
  return array->len > 0 ? &g_array_index (array, NhiDivision, array->len - 1) : NULL;
}

static void
close_town (NhiDivisions *divisions)
{
  const NhiDivision *town = last (divisions->towns);
  NhiDivision entry = { .name = UNLISTED_NAME, .name_en = UNLISTED_NAME_EN };
  g_autofree char *code = NULL;

  if (town == NULL)
    return;
  code = g_strconcat (town->code, UNLISTED, NULL);
  entry.code = g_string_chunk_insert (divisions->unlisted, code);
  g_array_append_val (divisions->villages, entry);
}

/* TRUE when @entry comes after the last one of its level and belongs to the last one of the level
 * above. */
static gboolean
follows (const NhiDivision *before, const NhiDivision *parent, const NhiDivision *entry)
{
  return (before == NULL || strcmp (before->code, entry->code) < 0) && parent != NULL &&
         g_str_has_prefix (entry->code, parent->code);
}

static gboolean
add_county (NhiDivisions *divisions, const NhiDivision *entry)
{
  const NhiDivision *before = last (divisions->counties);

  if (before != NULL && strcmp (before->code, entry->code) >= 0)
    return FALSE;
  g_array_append_val (divisions->first_towns, divisions->towns->len);
  g_array_append_val (divisions->counties, *entry);
  return TRUE;
}

static gboolean
add_town (NhiDivisions *divisions, const NhiDivision *entry)
{
  if (!follows (last (divisions->towns), last (divisions->counties), entry))
    return FALSE;
  close_town (divisions);
  g_array_append_val (divisions->first_villages, divisions->villages->len);
  g_array_append_val (divisions->towns, *entry);
  return TRUE;
}

static gboolean
add_village (NhiDivisions *divisions, const NhiDivision *entry)
{
  const NhiDivision *before = last (divisions->villages);

  /* The entry that closed the town before sorts before that town's villages, so before this one
   * too. */
  if (nhi_village_code_is_unlisted (entry->code) ||
      !follows (before, last (divisions->towns), entry))
    return FALSE;
  g_array_append_val (divisions->villages, *entry);
  return TRUE;
}

static gboolean
add_entry (NhiDivisions *divisions, const NhiDivision *entry)
{
  switch (strlen (entry->code))
    {
    case COUNTY_LENGTH:
      return add_county (divisions, entry);
    case TOWN_LENGTH:
      return add_town (divisions, entry);
    default:
      return add_village (divisions, entry);
    }
}

/* Cuts @line at its tabs. */
static gboolean
parse_line (NhiDivisions *divisions, char *line)
{
  char *name = strchr (line, '\t');
  char *name_en = name != NULL ? strchr (name + 1, '\t') : NULL;
  NhiDivision entry;

  if (name_en == NULL || strchr (name_en + 1, '\t') != NULL)
    return FALSE;
  *name++ = '\0';
  *name_en++ = '\0';
  entry = (NhiDivision){ .code = line, .name = name, .name_en = name_en };
  return is_code (line) && *name != '\0' && *name_en != '\0' && add_entry (divisions, &entry);
}

static gboolean
parse_lines (NhiDivisions *divisions, GError **error)
{
  char *line = divisions->text;

  for (guint number = 1; *line != '\0'; number++)
    {
      char *end = strchrnul (line, '\n');
      char *next = *end == '\n' ? end + 1 : end;

      *end = '\0';
      if (!parse_line (divisions, line))
        {
          g_set_error (error, NHI_DIVISIONS_ERROR, NHI_DIVISIONS_ERROR_FORMAT,
                       "Line %u of the divisions is not a code, a name and an English name, "
                       "or is not in its place",
                       number);
          return FALSE;
        }
      line = next;
    }
  close_town (divisions);
  return TRUE;
}

NhiDivisions *
nhi_divisions_parse (GBytes *bytes, GError **error)
{
  g_autoptr (NhiDivisions) divisions = g_new0 (NhiDivisions, 1);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  divisions->unlisted = g_string_chunk_new (8192);
  divisions->counties = g_array_new (FALSE, FALSE, sizeof (NhiDivision));
  divisions->towns = g_array_new (FALSE, FALSE, sizeof (NhiDivision));
  divisions->villages = g_array_new (FALSE, FALSE, sizeof (NhiDivision));
  divisions->first_towns = g_array_new (FALSE, FALSE, sizeof (guint));
  divisions->first_villages = g_array_new (FALSE, FALSE, sizeof (guint));
  if (length == 0 || length > MAX_BYTES || !g_utf8_validate (data, (gssize)length, NULL))
    {
      g_set_error_literal (error, NHI_DIVISIONS_ERROR, NHI_DIVISIONS_ERROR_FORMAT,
                           "The divisions are empty, too long or not UTF-8");
      return NULL;
    }
  divisions->text = g_strndup (data, length);
  if (!parse_lines (divisions, error))
    return NULL;
  return g_steal_pointer (&divisions);
}

const NhiDivisions *
nhi_divisions_get_default (void)
{
  static gsize divisions = 0;

  if (g_once_init_enter (&divisions))
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      NhiDivisions *parsed;

      bytes = g_resource_lookup_data (nhi_divisions_get_resource (),
                                      "/tw/nhicard/divisions/divisions.tsv",
                                      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      g_assert (bytes != NULL);
      parsed = nhi_divisions_parse (bytes, &error);
      g_assert_no_error (error);
      g_once_init_leave (&divisions, (gsize)parsed);
    }
  return (const NhiDivisions *)divisions;
}

/* The index of @code (of @length digits at its start), or -1. */
static gint
find_index (GArray *array, const char *code, gsize length)
{
  guint low = 0, high = array->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = strncmp (g_array_index (array, NhiDivision, middle).code, code, length);

      if (order == 0)
        return (gint)middle;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return -1;
}

/* The part of @children that belongs to the parent with @index. */
static const NhiDivision *
slice (GArray *children, GArray *firsts, gint index, gsize *ret_count)
{
  guint first, end;

  *ret_count = 0;
  if (index < 0)
    return NULL;
  first = g_array_index (firsts, guint, index);
  end = (guint)index + 1 < firsts->len ? g_array_index (firsts, guint, index + 1) : children->len;
  *ret_count = end - first;
  return end > first ? &g_array_index (children, NhiDivision, first) : NULL;
}

const NhiDivision *
nhi_divisions_counties (const NhiDivisions *divisions, gsize *ret_count)
{
  *ret_count = divisions->counties->len;
  return (const NhiDivision *)(void *)divisions->counties->data;
}

const NhiDivision *
nhi_divisions_towns (const NhiDivisions *divisions, const char *county_code, gsize *ret_count)
{
  gint index = county_code != NULL && strlen (county_code) == COUNTY_LENGTH
                   ? find_index (divisions->counties, county_code, COUNTY_LENGTH)
                   : -1;

  return slice (divisions->towns, divisions->first_towns, index, ret_count);
}

const NhiDivision *
nhi_divisions_villages (const NhiDivisions *divisions, const char *town_code, gsize *ret_count)
{
  gint index = town_code != NULL && strlen (town_code) == TOWN_LENGTH
                   ? find_index (divisions->towns, town_code, TOWN_LENGTH)
                   : -1;

  return slice (divisions->villages, divisions->first_villages, index, ret_count);
}

static const NhiDivision *
find_village (const NhiDivisions *divisions, const char *code)
{
  gint town = find_index (divisions->towns, code, TOWN_LENGTH);
  gsize count;
  const NhiDivision *villages;

  villages = slice (divisions->villages, divisions->first_villages, town, &count);
  for (gsize i = 0; i < count; i++)
    if (g_str_equal (villages[i].code, code))
      return &villages[i];
  return NULL;
}

const NhiDivision *
nhi_divisions_find (const NhiDivisions *divisions, const char *code)
{
  gsize length = code != NULL ? strlen (code) : 0;
  GArray *array = length == COUNTY_LENGTH ? divisions->counties : divisions->towns;
  gint index;

  if (length == VILLAGE_LENGTH)
    return find_village (divisions, code);
  if (length != COUNTY_LENGTH && length != TOWN_LENGTH)
    return NULL;
  index = find_index (array, code, length);
  return index >= 0 ? &g_array_index (array, NhiDivision, index) : NULL;
}

gboolean
nhi_village_code_is_unlisted (const char *village_code)
{
  return strlen (village_code) == VILLAGE_LENGTH && g_str_has_suffix (village_code, UNLISTED);
}

gboolean
nhi_village_code_matches (const char *chosen, const char *registered)
{
  if (strlen (chosen) != VILLAGE_LENGTH || strlen (registered) != VILLAGE_LENGTH)
    return FALSE;
  if (nhi_village_code_is_unlisted (chosen))
    return strncmp (chosen, registered, TOWN_LENGTH) == 0;
  return g_str_equal (chosen, registered);
}
