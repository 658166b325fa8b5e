/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reads a head strictly: what two readers could understand in two ways is refused (request
 * smuggling lives there). */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/request-head.h"

#include <string.h>

#include "service/edge/request-parser.h"
#include "service/http/server.h"

typedef enum
{
  FIELD_PASS, /* may come more than once, goes on to libsoup */
  FIELD_ONCE, /* goes on, and must not come twice */
  FIELD_DROP, /* belongs to this hop, or libsoup must not see it */
  FIELD_HOST,
  FIELD_LENGTH,
  FIELD_TRANSFER_ENCODING,
  FIELD_EXPECT,
  FIELD_CONNECTION,
  FIELD_RANGE,
} FieldKind;

static const struct
{
  const char *name;
  FieldKind kind;
} known_fields[] = {
  { "host", FIELD_HOST },
  { "content-length", FIELD_LENGTH },
  { "transfer-encoding", FIELD_TRANSFER_ENCODING },
  { "connection", FIELD_CONNECTION },
  { "range", FIELD_RANGE },
  { "expect", FIELD_EXPECT },
  { "authorization", FIELD_ONCE },
  { "content-type", FIELD_ONCE },
  { "idempotency-key", FIELD_ONCE },
  { "if-range", FIELD_ONCE },
  { "user-agent", FIELD_ONCE },
  { "keep-alive", FIELD_DROP },
  { "proxy-connection", FIELD_DROP },
  { "te", FIELD_DROP },
  { "trailer", FIELD_DROP },
  { "upgrade", FIELD_DROP },
  { "http2-settings", FIELD_DROP },
};

typedef struct
{
  GByteArray *canonical;
  NhiRequestHead *head;
  guint32 seen; /* one bit for each row of known_fields */
  guint fields;
  gboolean old; /* HTTP/1.0 */
  gboolean close;
  const char *host;
  gsize host_length;
} Reading;

static gboolean
refuse (Reading *reading, guint status, const char *reason)
{
  reading->head->status = status;
  reading->head->reason = reason;
  return FALSE;
}

static void
emit (Reading *reading, const char *text, gsize length)
{
  g_byte_array_append (reading->canonical, (const guint8 *)text, (guint)length);
}

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

/* What RFC 3986 allows in a path and a query; percent signs stand before two digits. */
static gboolean
is_origin_form (const char *target, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      char c = target[i];

      if (c == '%')
        {
          if (i + 2 >= length || !g_ascii_isxdigit (target[i + 1]) ||
              !g_ascii_isxdigit (target[i + 2]))
            return FALSE;
        }
      else if (!g_ascii_isalnum (c) && (c == '\0' || strchr ("-._~!$&'()*+,;=:@/?", c) == NULL))
        {
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
is_host (const char *host, gsize length)
{
  if (length == 0 || length > 255)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (host[i]) && (host[i] == '\0' || strchr ("-._~:[]", host[i]) == NULL))
      return FALSE;
  return TRUE;
}

/* Absolute form: its authority replaces the Host field (RFC 9112, 3.2.2). */
static gboolean
split_absolute_form (Reading *reading, const char **target, gsize *length)
{
  gsize scheme = g_ascii_strncasecmp (*target, "http://", MIN (*length, 7)) == 0 && *length > 7 ? 7
                 : g_ascii_strncasecmp (*target, "https://", MIN (*length, 8)) == 0 && *length > 8
                     ? 8
                     : 0;
  const char *host = *target + scheme, *end = *target + *length, *path = host;

  if (scheme == 0)
    return FALSE;
  while (path < end && *path != '/' && *path != '?')
    path++;
  if (!is_host (host, (gsize)(path - host)))
    return FALSE;
  reading->host = host;
  reading->host_length = (gsize)(path - host);
  *target = path;
  *length = (gsize)(end - path);
  return TRUE;
}

static gboolean
read_target (Reading *reading, const char *target, gsize length)
{
  if (length > NHI_PARSER_MAX_TARGET)
    return refuse (reading, 414, "The address is too long");
  if (length == 1 && *target == '*' && strcmp (reading->head->method, "OPTIONS") == 0)
    target = "/";
  else if (length > 0 && *target != '/' && !split_absolute_form (reading, &target, &length))
    return refuse (reading, 400, "The request target is neither a path nor an http address");
  if (!is_origin_form (target, length))
    return refuse (reading, 400, "The request target has a character that must be percent-encoded");
  reading->head->target = length > 0 && *target == '/'
                              ? g_strndup (target, length)
                              : g_strdup_printf ("/%.*s", (int)length, target);
  return TRUE;
}

static gboolean
read_request_line (Reading *reading, const char *line, gsize length)
{
  const char *end = line + length;
  const char *first = memchr (line, ' ', length);
  const char *last = first != NULL ? memrchr (line, ' ', length) : NULL;
  gsize method_length = first != NULL ? (gsize)(first - line) : 0;

  if (first == NULL || first == last || memchr (first + 1, ' ', (gsize)(last - first - 1)) != NULL)
    return refuse (reading, 400, "The request line needs method, target and version");
  if (method_length == 0 || method_length > NHI_PARSER_MAX_METHOD)
    return refuse (reading, 501, "The method is not known");
  for (const char *c = line; c < first; c++)
    if (!is_token_char (*c))
      return refuse (reading, 400, "The method is no token");
  if (end - last != 9 || memcmp (last + 1, "HTTP/", 5) != 0 || !g_ascii_isdigit (last[6]) ||
      last[7] != '.' || !g_ascii_isdigit (last[8]))
    return refuse (reading, 400, "The version is not HTTP/1.1");
  if (last[6] != '1')
    return refuse (reading, 505, "Only HTTP/1 is spoken here");
  reading->old = last[8] == '0';
  reading->head->method = g_strndup (line, method_length);
  if (!read_target (reading, first + 1, (gsize)(last - first - 1)))
    return FALSE;
  emit (reading, line, method_length);
  emit (reading, " ", 1);
  emit (reading, reading->head->target, strlen (reading->head->target));
  emit (reading, " HTTP/1.1\r\n", 11);
  return TRUE;
}

static FieldKind
kind_of (Reading *reading, const char *name, gsize length, gboolean *ret_repeated)
{
  *ret_repeated = FALSE;
  if (length >= 6 && g_ascii_strncasecmp (name, "x-nhi-", 6) == 0)
    return FIELD_DROP;
  for (gsize i = 0; i < G_N_ELEMENTS (known_fields); i++)
    if (strlen (known_fields[i].name) == length &&
        g_ascii_strncasecmp (known_fields[i].name, name, length) == 0)
      {
        *ret_repeated = (reading->seen & (1u << i)) != 0;
        reading->seen |= 1u << i;
        return known_fields[i].kind;
      }
  return FIELD_PASS;
}

static gboolean
read_length (Reading *reading, const char *value, gsize length)
{
  if (length == 0 || length > 18)
    return refuse (reading, 400, "Content-Length is no number");
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (value[i]))
        return refuse (reading, 400, "Content-Length is no number");
      reading->head->length = reading->head->length * 10 + (guint64)(value[i] - '0');
    }
  reading->head->has_length = TRUE;
  return TRUE;
}

static gboolean
is_word (const char *value, gsize length, const char *word)
{
  return length == strlen (word) && g_ascii_strncasecmp (value, word, length) == 0;
}

static void
read_connection (Reading *reading, const char *value, gsize length)
{
  const char *end = value + length;

  while (value < end)
    {
      const char *comma = memchr (value, ',', (gsize)(end - value));
      const char *stop = comma != NULL ? comma : end;
      const char *last = stop;

      while (value < stop && (*value == ' ' || *value == '\t'))
        value++;
      while (last > value && (last[-1] == ' ' || last[-1] == '\t'))
        last--;
      if (is_word (value, (gsize)(last - value), "close"))
        reading->close = TRUE;
      value = stop + 1;
    }
}

static void
emit_field (Reading *reading, const char *name, gsize name_length, const char *value, gsize length)
{
  emit (reading, name, name_length);
  emit (reading, ": ", 2);
  emit (reading, value, length);
  emit (reading, "\r\n", 2);
}

static gboolean
take_field (Reading *reading, const char *name, gsize name_length, const char *value, gsize length)
{
  gboolean repeated;
  FieldKind kind = kind_of (reading, name, name_length, &repeated);

  if (repeated && kind != FIELD_DROP && kind != FIELD_CONNECTION)
    return refuse (reading, 400, "A header field that may come once only came twice");
  switch (kind)
    {
    case FIELD_HOST:
      if (!is_host (value, length))
        return refuse (reading, 400, "Host is no host name");
      if (reading->host == NULL)
        {
          reading->host = value;
          reading->host_length = length;
        }
      return TRUE;
    case FIELD_LENGTH:
      return read_length (reading, value, length);
    case FIELD_TRANSFER_ENCODING:
      reading->head->chunked = TRUE;
      return is_word (value, length, "chunked") ||
             refuse (reading, 501, "Only the transfer coding chunked is known");
    case FIELD_EXPECT:
      reading->head->expects_continue = TRUE;
      return is_word (value, length, "100-continue") ||
             refuse (reading, 417, "Only 100-continue can be expected");
    case FIELD_CONNECTION:
      read_connection (reading, value, length);
      return TRUE;
    case FIELD_RANGE:
      emit_field (reading, NHI_HTTP_RANGE_HEADER, strlen (NHI_HTTP_RANGE_HEADER), value, length);
      return TRUE;
    case FIELD_PASS:
    case FIELD_ONCE:
      emit_field (reading, name, name_length, value, length);
      return TRUE;
    case FIELD_DROP:
    default:
      return TRUE;
    }
}

static gboolean
read_field (Reading *reading, const char *line, gsize length)
{
  const char *colon = memchr (line, ':', length);
  const char *value, *end = line + length;

  if (*line == ' ' || *line == '\t')
    return refuse (reading, 400, "A header field must not be folded over lines");
  if (colon == NULL || colon == line)
    return refuse (reading, 400, "A header field needs a name and a colon");
  for (const char *c = line; c < colon; c++)
    if (!is_token_char (*c))
      return refuse (reading, 400, "The name of a header field is no token");
  for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
    ;
  while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  for (const char *c = value; c < end; c++)
    if ((guchar)*c >= 0x7f)
      return refuse (reading, 400, "The value of a header field is not ASCII");
  if (++reading->fields > NHI_PARSER_MAX_FIELDS)
    return refuse (reading, 431, "There are too many header fields");
  return take_field (reading, line, (gsize)(colon - line), value, (gsize)(end - value));
}

/* What only the whole head can tell. */
static gboolean
check_head (Reading *reading)
{
  NhiRequestHead *head = reading->head;

  if (head->chunked && head->has_length)
    return refuse (reading, 400, "Content-Length and Transfer-Encoding exclude each other");
  if (head->chunked && reading->old)
    return refuse (reading, 400, "HTTP/1.0 has no transfer codings");
  if (reading->host == NULL && !reading->old)
    return refuse (reading, 400, "Host is missing");
  if (reading->host == NULL)
    {
      reading->host = "localhost";
      reading->host_length = strlen ("localhost");
    }
  emit_field (reading, "Host", 4, reading->host, reading->host_length);
  if (reading->close || reading->old)
    emit (reading, "Connection: close\r\n", 19);
  if (reading->old)
    head->expects_continue = FALSE;
  return TRUE;
}

gboolean
nhi_request_head_parse (const char *raw,
                        gsize size,
                        gboolean close,
                        GByteArray *canonical,
                        NhiRequestHead *ret_head)
{
  Reading reading = { .canonical = canonical, .head = ret_head, .close = close };
  const char *line = raw, *end = raw + size;

  *ret_head = (NhiRequestHead){ 0 };
  while (line < end)
    {
      const char *line_end = memchr (line, '\r', (gsize)(end - line));
      gsize length;

      if (line_end == NULL)
        line_end = end;
      length = (gsize)(line_end - line);
      if (line == raw ? !read_request_line (&reading, line, length)
                      : !read_field (&reading, line, length))
        return FALSE;
      line = line_end + 2;
    }
  return check_head (&reading);
}

void
nhi_request_head_clear (NhiRequestHead *head)
{
  g_clear_pointer (&head->method, g_free);
  g_clear_pointer (&head->target, g_free);
}
