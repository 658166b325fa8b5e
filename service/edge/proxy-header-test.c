/* SPDX-License-Identifier: GPL-3.0-or-later
 * The PROXY protocol byte by byte: what is a header, what is the beginning of one, what is none;
 * and whom the operator trusts to send it. */
#include "service/edge/proxy-header.h"

#include <string.h>

#include "service/edge/front-list.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TCP4 "\xc0\x00\x02\x07\xc6\x33\x64\x09\xdc\x04\x01\xbb"
#define ZEROS_10 "\0\0\0\0\0\0\0\0\0\0"
#define TCP6                                                                                       \
  "\x20\x01\x0d\xb8\0\0" ZEROS_10 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\xdc\x04\x01\xbb"
#define UNIX_ADDRESSES 216
#define BYTES(text) text, sizeof text - 1

typedef struct
{
  const char *name;
  const char *data;
  gsize length;
  const char *source; /* "" when the front speaks for itself; NULL when it is no header */
} Case;

static const Case cases[] = {
  { "v1 tcp4", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 56324 443\r\n"), "192.0.2.7:56324" },
  { "v1 tcp6", BYTES ("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n"), "[2001:db8::1]:1" },
  { "v1 port 0", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 0 0\r\n"), "192.0.2.7" },
  { "v1 unknown", BYTES ("PROXY UNKNOWN\r\n"), "" },
  { "v1 unknown with addresses", BYTES ("PROXY UNKNOWN ::1 ::1 5 6\r\n"), "" },
  { "v1 longest",
    BYTES ("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
    "" },
  { "v1 too long",
    BYTES ("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 655350\r\n"),
    NULL },
  { "v1 lower case", BYTES ("proxy TCP4 192.0.2.7 198.51.100.9 1 2\r\n"), NULL },
  { "v1 no protocol", BYTES ("PROXY \r\n"), NULL },
  { "v1 other protocol", BYTES ("PROXY UDP4 192.0.2.7 198.51.100.9 1 2\r\n"), NULL },
  { "v1 longer protocol", BYTES ("PROXY TCP44 192.0.2.7 198.51.100.9 1 2\r\n"), NULL },
  { "v1 family of another", BYTES ("PROXY TCP4 ::1 ::1 1 2\r\n"), NULL },
  { "v1 name for an address", BYTES ("PROXY TCP4 localhost 198.51.100.9 1 2\r\n"), NULL },
  { "v1 leading zero", BYTES ("PROXY TCP4 192.0.02.7 198.51.100.9 1 2\r\n"), NULL },
  { "v1 scope", BYTES ("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n"), NULL },
  { "v1 port too high", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 65536 2\r\n"), NULL },
  { "v1 port signed", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 +1 2\r\n"), NULL },
  { "v1 port with zero before it", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 01 2\r\n"), NULL },
  { "v1 port missing", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 1\r\n"), NULL },
  { "v1 word too many", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 1 2 3\r\n"), NULL },
  { "v1 two spaces", BYTES ("PROXY TCP4  192.0.2.7 198.51.100.9 1 2\r\n"), NULL },
  { "v1 space at the end", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 1 2 \r\n"), NULL },
  { "v1 NUL in an address", BYTES ("PROXY TCP4 192.0.2.7\0 198.51.100.9 1 2\r\n"), NULL },
  { "v1 bare LF",
    BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 1 2\n"
           "GET / HTTP/1.1\r\n"),
    NULL },
  { "v1 CR without LF", BYTES ("PROXY TCP4 192.0.2.7 198.51.100.9 1 2\rX"), NULL },
  { "v2 tcp4", BYTES (SIGNATURE "\x21\x11\x00\x0c" TCP4), "192.0.2.7:56324" },
  { "v2 tcp6", BYTES (SIGNATURE "\x21\x21\x00\x24" TCP6), "[2001:db8::]:56324" },
  { "v2 with values behind the addresses",
    BYTES (SIGNATURE "\x21\x11\x00\x13" TCP4 "\x04\x00\x04\0\0\0\0"), "192.0.2.7:56324" },
  { "v2 with nonsense behind the addresses",
    BYTES (SIGNATURE "\x21\x11\x00\x0f" TCP4 "\xff\xff\xff"), "192.0.2.7:56324" },
  { "v2 local", BYTES (SIGNATURE "\x20\x00\x00\x00"), "" },
  { "v2 local with an address", BYTES (SIGNATURE "\x20\x11\x00\x0c" TCP4), "" },
  { "v2 local of no known family", BYTES (SIGNATURE "\x20\xff\x00\x01?"), "" },
  { "v2 unspecified", BYTES (SIGNATURE "\x21\x00\x00\x00"), "" },
  { "v2 unspecified with bytes", BYTES (SIGNATURE "\x21\x00\x00\x03???"), "" },
  { "v2 version 1", BYTES (SIGNATURE "\x11\x11\x00\x0c" TCP4), NULL },
  { "v2 version 3", BYTES (SIGNATURE "\x31\x11\x00\x0c" TCP4), NULL },
  { "v2 command 2", BYTES (SIGNATURE "\x22\x11\x00\x0c" TCP4), NULL },
  { "v2 udp4", BYTES (SIGNATURE "\x21\x12\x00\x0c" TCP4), NULL },
  { "v2 no known family", BYTES (SIGNATURE "\x21\x41\x00\x0c" TCP4), NULL },
  { "v2 tcp4 cut short", BYTES (SIGNATURE "\x21\x11\x00\x0b" TCP4), NULL },
  { "v2 tcp6 with tcp4's length", BYTES (SIGNATURE "\x21\x21\x00\x0c" TCP4), NULL },
  { "v2 longer than the limit", BYTES (SIGNATURE "\x21\x11\x07\xf1" TCP4), NULL },
  { "v2 longest there can be", BYTES (SIGNATURE "\x21\x11\xff\xff" TCP4), NULL },
  { "v2 damaged signature", BYTES ("\r\n\r\n\0\r\nQUIX\n\x21\x11\x00\x0c" TCP4), NULL },
  { "http", BYTES ("GET / HTTP/1.1\r\n"), NULL },
  { "http that begins alike", BYTES ("PROXYING / HTTP/1.1\r\n"), NULL },
  { "a ClientHello", BYTES ("\x16\x03\x01\x02\x00\x01"), NULL },
  { "empty lines", BYTES ("\r\n\r\n\r\n"), NULL },
  { "a NUL", BYTES ("\0"), NULL },
};

static void
assert_read (const Case *one, const NhiProxyHeader *header)
{
  g_autoptr (GSocketAddress) source = NULL;
  g_autofree char *text = NULL;

  if (*one->source == '\0')
    {
      g_assert_cmpint (header->family, ==, G_SOCKET_FAMILY_INVALID);
      return;
    }
  source = nhi_proxy_header_get_source (header);
  text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (source));
  g_assert_cmpstr (text, ==, one->source);
}

/* Every beginning of a header is one, and what follows it is not looked at. */
static void
test_headers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *one = &cases[i];
      g_autofree guint8 *longer = g_malloc (one->length + 3);
      NhiProxyHeader header = { .length = 12345 };

      g_test_message ("%s", one->name);
      memcpy (longer, one->data, one->length);
      memcpy (longer + one->length, "GET", 3);
      if (one->source == NULL)
        {
          g_assert_cmpint (nhi_proxy_header_read (longer, one->length, &header), ==, NHI_PROXY_BAD);
          g_assert_cmpuint (header.length, ==, 12345);
          continue;
        }
      for (gsize length = 0; length < one->length; length++)
        g_assert_cmpint (nhi_proxy_header_read (longer, length, &header), ==, NHI_PROXY_MORE);
      g_assert_cmpint (nhi_proxy_header_read (longer, one->length + 3, &header), ==,
                       NHI_PROXY_DONE);
      g_assert_cmpuint (header.length, ==, one->length);
      assert_read (one, &header);
    }
}

static void
test_destination (void)
{
  NhiProxyHeader header;
  g_autoptr (GSocketAddress) destination = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (nhi_proxy_header_read ((const guint8 *)BYTES (SIGNATURE "\x21\x11\x00\x0c" TCP4),
                                          &header),
                   ==, NHI_PROXY_DONE);
  destination = nhi_proxy_header_get_destination (&header);
  text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (destination));
  g_assert_cmpstr (text, ==, "198.51.100.9:443");
}

/* The longest that is taken, and one of a Unix socket, which has the longest addresses. */
static void
test_long_headers (void)
{
  static const gsize rests[] = { UNIX_ADDRESSES, NHI_PROXY_HEADER_MAXIMUM - 16 };

  for (gsize i = 0; i < G_N_ELEMENTS (rests); i++)
    {
      guint8 data[NHI_PROXY_HEADER_MAXIMUM] = { 0 };
      NhiProxyHeader header;

      memcpy (data, BYTES (SIGNATURE "\x21\x31"));
      data[14] = (guint8)(rests[i] >> 8);
      data[15] = (guint8)rests[i];
      g_assert_cmpint (nhi_proxy_header_read (data, 15 + rests[i], &header), ==, NHI_PROXY_MORE);
      g_assert_cmpint (nhi_proxy_header_read (data, 16 + rests[i], &header), ==, NHI_PROXY_DONE);
      g_assert_cmpuint (header.length, ==, 16 + rests[i]);
      g_assert_cmpint (header.family, ==, G_SOCKET_FAMILY_INVALID);
    }
}

static void
test_fronts (void)
{
  static const struct
  {
    const char *list; /* NULL: nobody was named */
    const char *peer; /* NULL: over the Unix socket */
    gboolean trusted;
  } table[] = {
    { NULL, "127.0.0.1", FALSE },
    { "", "127.0.0.1", FALSE },
    { NULL, NULL, FALSE },
    { "127.0.0.1", "127.0.0.1", TRUE },
    { "127.0.0.1", "127.0.0.2", FALSE },
    { "127.0.0.1", "::1", FALSE },
    { "127.0.0.1", NULL, FALSE },
    { "unix", NULL, TRUE },
    { "unix", "127.0.0.1", FALSE },
    { "127.0.0.1 ; 10.0.0.0/8;unix;", "10.255.0.1", TRUE },
    { "127.0.0.1;10.0.0.0/8;unix", "11.0.0.1", FALSE },
    { "fd00::/8", "fd12::1", TRUE },
    { "fd00::/8", "fe80::1", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiFrontList) list = nhi_front_list_new (table[i].list, &error);
      g_autoptr (GSocketAddress) peer =
          table[i].peer != NULL ? g_inet_socket_address_new_from_string (table[i].peer, 1) : NULL;

      g_test_message ("%s in %s", table[i].peer, table[i].list);
      g_assert_no_error (error);
      g_assert_cmpint (nhi_front_list_trusts (list, peer), ==, table[i].trusted);
    }
}

static void
test_bad_fronts (void)
{
  static const char *const lists[] = { "localhost", "127.0.0.1,::1", "10.0.0.1/8", "10.0.0.0/33",
                                       "127.0.0.1;*" };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", lists[i]);
      g_assert_null (nhi_front_list_new (lists[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "is no front; write an address"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-header/each-form-and-each-fault", test_headers);
  g_test_add_func ("/proxy-header/says-what-was-called", test_destination);
  g_test_add_func ("/proxy-header/longest-is-taken", test_long_headers);
  g_test_add_func ("/front-list/trusts-whom-it-names", test_fronts);
  g_test_add_func ("/front-list/refuses-what-is-no-front", test_bad_fronts);
  return g_test_run ();
}
