/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the terminal prints: words, columns, JSON, failures with their exit code. */
#include <glib/gi18n.h>
#include <stdio.h>

#include "client/terminal/terminal-private.h"

void
nhi_print (const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("%s", text);
}

static guint
screen_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

/* The last column is not filled up. */
void
nhi_print_columns (const char *const *cells, const guint *widths, guint n)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      const char *cell = cells[i] != NULL ? cells[i] : "";

      g_string_append (line, cell);
      if (i + 1 == n)
        break;
      for (guint width = screen_width (cell); width < widths[i]; width++)
        g_string_append_c (line, ' ');
      g_string_append_c (line, ' ');
    }
  nhi_print ("%s\n", line->str);
}

void
nhi_print_pair (const char *name, const char *value)
{
  const char *cells[] = { name, value };
  const guint widths[] = { 18, 0 };

  nhi_print_columns (cells, widths, G_N_ELEMENTS (cells));
}

void
nhi_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);

  nhi_put_json (text);
}

/* JSON is UTF-8 whatever the locale says. */
void
nhi_put_json (const char *text)
{
  fputs (text, stdout);
  fputc ('\n', stdout);
}

void
nhi_json_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
nhi_json_integer (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
nhi_json_instant (JsonBuilder *builder, const char *name, gint64 value)
{
  g_autoptr (GDateTime) time = value != 0 ? g_date_time_new_from_unix_utc (value) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  nhi_json_string (builder, name, text);
}

char *
nhi_local_time (gint64 instant)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (instant);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("");
}

typedef struct
{
  const char *support;
  const char *text;
  gint64 wait_until;
  const GError *error; /* with messages for fields, or NULL */
} Failure;

static void
print_failure_json (NhiExit code, const Failure *failure)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_auto (GStrv) fields = nhi_remote_error_fields (failure->error);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  nhi_json_integer (builder, "exit_code", code);
  nhi_json_string (builder, "code", failure->support);
  nhi_json_string (builder, "message", failure->text);
  nhi_json_instant (builder, "wait_until", failure->wait_until);
  json_builder_set_member_name (builder, "fields");
  json_builder_begin_object (builder);
  for (gsize i = 0; fields[i] != NULL; i++)
    nhi_json_string (builder, fields[i], nhi_remote_error_field (failure->error, fields[i]));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  nhi_print_json (builder);
}

static void
print_failure_text (const Failure *failure)
{
  g_auto (GStrv) fields = nhi_remote_error_fields (failure->error);

  g_printerr ("nhicard: %s\n", failure->text);
  for (gsize i = 0; fields[i] != NULL; i++)
    g_printerr ("  %s: %s\n", fields[i], nhi_remote_error_field (failure->error, fields[i]));
  if (failure->wait_until > 0)
    {
      g_autofree char *time = nhi_local_time (failure->wait_until);
      /* Translators: %s is a date and time. */
      g_autofree char *text = g_strdup_printf (_ ("Possible again at %s."), time);

      g_printerr ("  %s\n", text);
    }
}

static NhiExit
tell_failure (NhiTerminal *terminal, NhiExit code, const Failure *failure)
{
  if (terminal->json)
    print_failure_json (code, failure);
  else
    print_failure_text (failure);
  return code;
}

NhiExit
nhi_terminal_fail (NhiTerminal *terminal, NhiExit code, const char *support, const char *text)
{
  return tell_failure (terminal, code, &(Failure){ .support = support, .text = text });
}

static NhiExit
exit_of_remote_error (int code)
{
  switch ((NhiRemoteError)code)
    {
    case NHI_REMOTE_ERROR_INVALID:
    case NHI_REMOTE_ERROR_NOT_MATCHING:
    case NHI_REMOTE_ERROR_SIGN_IN:
      return NHI_EXIT_REFUSED;
    case NHI_REMOTE_ERROR_WAIT:
    case NHI_REMOTE_ERROR_BUSY:
    case NHI_REMOTE_ERROR_NOT_READY:
      return NHI_EXIT_WAIT;
    case NHI_REMOTE_ERROR_SESSION:
      return NHI_EXIT_SIGNED_OUT;
    case NHI_REMOTE_ERROR_GONE:
    case NHI_REMOTE_ERROR_NOT_FOUND:
      return NHI_EXIT_FAILED;
    case NHI_REMOTE_ERROR_OFFLINE:
    case NHI_REMOTE_ERROR_TLS:
    case NHI_REMOTE_ERROR_SERVICE:
    default:
      return NHI_EXIT_UNREACHABLE;
    }
}

NhiExit
nhi_terminal_fail_error (NhiTerminal *terminal, const GError *error)
{
  NhiExit code = NHI_EXIT_FILE;

  if (error->domain == NHI_REMOTE_ERROR)
    code = exit_of_remote_error (error->code);
  if (g_error_matches (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SESSION))
    nhi_terminal_drop_session ();
  return tell_failure (terminal, code,
                       &(Failure){ .support = nhi_remote_error_code (error),
                                   .text = error->message,
                                   .wait_until = nhi_remote_error_wait_until (error),
                                   .error = error });
}

void
nhi_terminal_keep (GObject *source, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

GAsyncResult *
nhi_terminal_wait (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (slot);
}
