/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reads what the service sent as if a stranger had sent it: every type, length and number is looked
 * at first. */
#include "client/remote/remote-private.h"

#include <string.h>

#define MAX_DEPTH 24 /* of nested JSON; its reader is recursive, so this is looked at before */

/* Whether brackets nest too deep, strings left aside. */
static gboolean
is_too_deep (const char *text, gsize length)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (!in_string && (c == '{' || c == '['))
        {
          if (++depth > MAX_DEPTH)
            return TRUE;
        }
      else if (!in_string && (c == '}' || c == ']') && depth > 0)
        depth--;
    }
  return FALSE;
}

JsonNode *
nhi_answer_parse (GBytes *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (length == 0 || length > NHI_REMOTE_MAX_ANSWER || !g_utf8_validate_len (text, length, NULL) ||
      is_too_deep (text, length))
    return NULL;
  if (!json_parser_load_from_data (parser, text, (gssize)length, NULL))
    return NULL;

  root = json_parser_steal_root (parser);
  if (root != NULL && !JSON_NODE_HOLDS_OBJECT (root))
    g_clear_pointer (&root, json_node_unref);
  return root;
}

static JsonNode *
member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

/* Text without control characters: it will stand on a screen or in a terminal. */
static char *
node_string (JsonNode *node, gsize max_bytes)
{
  const char *text;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_get_string (node);
  if (text == NULL || strlen (text) > max_bytes)
    return NULL;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return NULL;
  return g_strdup (text);
}

char *
nhi_answer_string (JsonObject *object, const char *name, gsize max_bytes)
{
  return node_string (member (object, name), max_bytes);
}

char *
nhi_answer_words (JsonObject *object, const char *name, gsize max_bytes)
{
  JsonNode *node = member (object, name);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    node = member (json_node_get_object (node), nhi_remote_language_is_chinese () ? "zh" : "en");
  return node_string (node, max_bytes);
}

gboolean
nhi_answer_integer (JsonObject *object,
                    const char *name,
                    gint64 least,
                    gint64 most,
                    gint64 *ret_value)
{
  JsonNode *node = member (object, name);
  gint64 value;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  value = json_node_get_int (node);
  if (value < least || value > most)
    return FALSE;
  *ret_value = value;
  return TRUE;
}

gint64
nhi_answer_instant (JsonObject *object, const char *name)
{
  g_autofree char *text = nhi_answer_string (object, name, 40);
  g_autoptr (GDateTime) instant = NULL;

  if (text != NULL)
    instant = g_date_time_new_from_iso8601 (text, NULL);
  return instant != NULL ? MAX (g_date_time_to_unix (instant), 0) : 0;
}

JsonObject *
nhi_answer_object (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
nhi_answer_array (JsonObject *object, const char *name, guint max_length)
{
  JsonNode *node = member (object, name);
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  return json_array_get_length (array) <= max_length ? array : NULL;
}

gboolean
nhi_remote_language_is_chinese (void)
{
  const char *const *names = g_get_language_names ();

  return names[0] != NULL && g_str_has_prefix (names[0], "zh");
}
