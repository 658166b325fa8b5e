/* SPDX-License-Identifier: GPL-3.0-or-later
 * No I/O and no state: the same bytes always give the same verdict, in whatever pieces they came.
 *
 * Version 1 is one line, "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n". Version 2 is binary: 12
 * bytes that no other protocol begins with, version and command, family and transport, the length
 * of the rest (big-endian), the addresses, and then types with lengths and values, passed over. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/proxy-header.h"

#include <arpa/inet.h>
#include <string.h>

#define LINE_MAXIMUM 107 /* of version 1, with its end */
#define FIXED 16         /* of version 2, before the addresses */

enum
{
  COMMAND_LOCAL = 0,
  COMMAND_PROXY = 1,
};

/* Family in the upper four bits, transport in the lower. */
enum
{
  OVER_UNSPECIFIED = 0x00,
  OVER_TCP4 = 0x11,
  OVER_TCP6 = 0x21,
  OVER_UNIX_STREAM = 0x31,
};

static const guint8 signature[12] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                      0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a };
static const char line_start[] = "PROXY ";

/* ---- version 1 ---- */

/* The next word of @line, which ends at a space or at the line's end; FALSE when it is empty or
 * does not fit. */
static gboolean
take_word (const char **line, const char *end, char *word, gsize size)
{
  const char *space = memchr (*line, ' ', (gsize)(end - *line));
  gsize length = (gsize)((space != NULL ? space : end) - *line);

  if (length == 0 || length >= size)
    return FALSE;
  memcpy (word, *line, length);
  word[length] = '\0';
  *line = space != NULL ? space + 1 : end;
  return memchr (word, '\0', length) == NULL;
}

static gboolean
take_port (const char **line, const char *end, guint16 *ret_port)
{
  char word[6];
  guint64 port;

  if (!take_word (line, end, word, sizeof word) || (word[0] == '0' && word[1] != '\0') ||
      !g_ascii_isdigit (word[0]) || !g_ascii_string_to_unsigned (word, 10, 0, 65535, &port, NULL))
    return FALSE;
  *ret_port = (guint16)port;
  return TRUE;
}

static gboolean
take_address (const char **line, const char *end, int family, guint8 *ret_address)
{
  char word[INET6_ADDRSTRLEN];

  return take_word (line, end, word, sizeof word) && inet_pton (family, word, ret_address) == 1;
}

/* @line: behind "PROXY " up to its end. */
static gboolean
read_words (const char *line, const char *end, NhiProxyHeader *header)
{
  char protocol[8];
  int family;

  if (!take_word (&line, end, protocol, sizeof protocol))
    return FALSE;
  if (strcmp (protocol, "UNKNOWN") == 0)
    return TRUE; /* what else stands there says nothing */
  if (strcmp (protocol, "TCP4") != 0 && strcmp (protocol, "TCP6") != 0)
    return FALSE;
  family = protocol[3] == '4' ? AF_INET : AF_INET6;
  header->family = family == AF_INET ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
  return take_address (&line, end, family, header->source) &&
         take_address (&line, end, family, header->destination) &&
         take_port (&line, end, &header->source_port) &&
         take_port (&line, end, &header->destination_port) && line == end && end[-1] != ' ';
}

static NhiProxyVerdict
read_line (const guint8 *data, gsize length, NhiProxyHeader *header)
{
  const guint8 *end = memchr (data, '\r', MIN (length, LINE_MAXIMUM));
  gsize text;

  if (end == NULL)
    return length < LINE_MAXIMUM ? NHI_PROXY_MORE : NHI_PROXY_BAD;
  text = (gsize)(end - data);
  if (text + 1 == length)
    return text + 2 <= LINE_MAXIMUM ? NHI_PROXY_MORE : NHI_PROXY_BAD;
  if (text + 2 > LINE_MAXIMUM || end[1] != '\n' ||
      !read_words ((const char *)data + sizeof line_start - 1, (const char *)end, header))
    return NHI_PROXY_BAD;
  header->length = text + 2;
  return NHI_PROXY_DONE;
}

/* ---- version 2 ---- */

static guint16
read_u16 (const guint8 *at)
{
  return (guint16)(at[0] << 8 | at[1]);
}

/* @size: of one address. FALSE: there is no room for two and their ports. */
static gboolean
read_addresses (const guint8 *at, gsize length, gsize size, NhiProxyHeader *header)
{
  if (length < 2 * size + 4)
    return FALSE;
  header->family = size == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
  memcpy (header->source, at, size);
  memcpy (header->destination, at + size, size);
  header->source_port = read_u16 (at + 2 * size);
  header->destination_port = read_u16 (at + 2 * size + 2);
  return TRUE;
}

static gboolean
read_client (guint8 over, const guint8 *at, gsize length, NhiProxyHeader *header)
{
  switch (over)
    {
    case OVER_TCP4:
      return read_addresses (at, length, 4, header);
    case OVER_TCP6:
      return read_addresses (at, length, 16, header);
    case OVER_UNSPECIFIED:
    case OVER_UNIX_STREAM:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Each byte is judged as soon as it is there, so that nobody is waited for in vain. */
static NhiProxyVerdict
read_binary (const guint8 *data, gsize length, NhiProxyHeader *header)
{
  guint8 command = length > 12 ? data[12] & 0x0f : COMMAND_LOCAL;
  gsize rest;

  if (length > 12 && (data[12] >> 4 != 2 || command > COMMAND_PROXY))
    return NHI_PROXY_BAD;
  if (length < FIXED)
    return NHI_PROXY_MORE;
  rest = read_u16 (data + 14);
  if (FIXED + rest > NHI_PROXY_HEADER_MAXIMUM)
    return NHI_PROXY_BAD;
  if (length < FIXED + rest)
    return NHI_PROXY_MORE;
  if (command == COMMAND_PROXY && !read_client (data[13], data + FIXED, rest, header))
    return NHI_PROXY_BAD;
  header->length = FIXED + rest;
  return NHI_PROXY_DONE;
}

/* ---- both ---- */

NhiProxyVerdict
nhi_proxy_header_read (const guint8 *data, gsize length, NhiProxyHeader *ret_header)
{
  NhiProxyHeader header = { .family = G_SOCKET_FAMILY_INVALID };
  gsize line = sizeof line_start - 1;
  NhiProxyVerdict verdict = NHI_PROXY_BAD;

  if (length == 0)
    return NHI_PROXY_MORE;
  if (memcmp (data, line_start, MIN (length, line)) == 0)
    verdict = length < line ? NHI_PROXY_MORE : read_line (data, length, &header);
  else if (memcmp (data, signature, MIN (length, sizeof signature)) == 0)
    verdict = length < sizeof signature ? NHI_PROXY_MORE : read_binary (data, length, &header);
  if (verdict == NHI_PROXY_DONE)
    *ret_header = header;
  return verdict;
}

static GSocketAddress *
make_address (GSocketFamily family, const guint8 *bytes, guint16 port)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_bytes (bytes, family);

  return g_inet_socket_address_new (address, port);
}

GSocketAddress *
nhi_proxy_header_get_source (const NhiProxyHeader *header)
{
  return make_address (header->family, header->source, header->source_port);
}

GSocketAddress *
nhi_proxy_header_get_destination (const NhiProxyHeader *header)
{
  return make_address (header->family, header->destination, header->destination_port);
}
