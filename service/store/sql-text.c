/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looks at SQL as text: where a statement ends, and the one clause SQLite does not know. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/sql-text.h"

#include <string.h>

/* Returns the end of a quoted run that begins at @at; a doubled quote stays inside. */
static const char *
skip_quoted (const char *at)
{
  char quote = *at++;

  while (*at != '\0')
    {
      if (*at == quote && at[1] == quote)
        at += 2;
      else if (*at++ == quote)
        break;
    }
  return at;
}

static const char *
skip_line_comment (const char *at)
{
  const char *end = strchr (at, '\n');

  return end != NULL ? end + 1 : at + strlen (at);
}

/* PostgreSQL's block comments nest; SQLite's do not. Ours never hold another. */
static const char *
skip_block_comment (const char *at)
{
  const char *end = strstr (at + 2, "*/");

  return end != NULL ? end + 2 : at + strlen (at);
}

/* $tag$ … $tag$; a placeholder such as $1 is none. Returns NULL when @at begins no dollar quote. */
static const char *
skip_dollar_quoted (const char *at)
{
  const char *mark = at + 1;
  g_autofree char *tag = NULL;
  const char *end;

  if (g_ascii_isdigit (*mark))
    return NULL;
  while (g_ascii_isalnum (*mark) || *mark == '_')
    mark++;
  if (*mark != '$')
    return NULL;

  tag = g_strndup (at, mark + 1 - at);
  end = strstr (mark + 1, tag);
  return end != NULL ? end + strlen (tag) : at + strlen (at);
}

/* The end of the quoted run or comment that begins at @at, or NULL when none does. */
static const char *
skip_opaque (const char *at)
{
  if (*at == '\'' || *at == '"')
    return skip_quoted (at);
  if (at[0] == '-' && at[1] == '-')
    return skip_line_comment (at);
  if (at[0] == '/' && at[1] == '*')
    return skip_block_comment (at);
  if (*at == '$')
    return skip_dollar_quoted (at);
  return NULL;
}

static const char *
skip_blanks (const char *at)
{
  for (;;)
    {
      if (g_ascii_isspace (*at) || *at == ';')
        at++;
      else if (at[0] == '-' && at[1] == '-')
        at = skip_line_comment (at);
      else if (at[0] == '/' && at[1] == '*')
        at = skip_block_comment (at);
      else
        return at;
    }
}

char *
nhi_sql_next_statement (const char **script)
{
  const char *start = skip_blanks (*script);
  const char *at = start;

  if (*start == '\0')
    {
      *script = start;
      return NULL;
    }
  while (*at != '\0' && *at != ';')
    {
      const char *after = skip_opaque (at);

      at = after != NULL ? after : at + 1;
    }
  *script = *at == ';' ? at + 1 : at;
  return g_strchomp (g_strndup (start, at - start));
}

static gboolean
is_word_character (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* The end of @words (single blanks between them) at @at, any letter case and any blanks; NULL when
 * they do not stand there. */
static const char *
skip_words (const char *at, const char *words)
{
  for (; *words != '\0'; words++)
    {
      if (*words == ' ')
        {
          if (!g_ascii_isspace (*at))
            return NULL;
          while (g_ascii_isspace (*at))
            at++;
        }
      else if (g_ascii_toupper (*at++) != *words)
        return NULL;
    }
  return is_word_character (*at) ? NULL : at;
}

static const char *
skip_row_lock (const char *at)
{
  const char *end = skip_words (at, "FOR UPDATE");
  const char *more;

  if (end == NULL)
    return NULL;
  more = skip_words (end, " SKIP LOCKED");
  if (more == NULL)
    more = skip_words (end, " NOWAIT");
  return more != NULL ? more : end;
}

char *
nhi_sql_without_row_locks (const char *sql)
{
  GString *result = g_string_sized_new (strlen (sql));
  gboolean inside_word = FALSE;

  for (const char *at = sql; *at != '\0';)
    {
      const char *after = skip_opaque (at);
      const char *lock = after == NULL && !inside_word ? skip_row_lock (at) : NULL;

      if (lock != NULL)
        {
          at = lock;
          continue;
        }
      if (after == NULL)
        after = at + 1;
      inside_word = is_word_character (*at);
      g_string_append_len (result, at, after - at);
      at = after;
    }
  return g_string_free (result, FALSE);
}
