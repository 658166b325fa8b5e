/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks as GIO knows them; each connection is looked at once, by what the kernel says of it. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/front-list.h"

#define MAXIMUM 64 /* fronts that a service is given */

struct _NhiFrontList
{
  GPtrArray *networks; /* GInetAddressMask */
  gboolean local;
};

static gboolean
add (NhiFrontList *list, const char *part, GError **error)
{
  GInetAddressMask *network;

  if (*part == '\0')
    return TRUE;
  if (strcmp (part, "unix") == 0)
    {
      list->local = TRUE;
      return TRUE;
    }
  network = g_inet_address_mask_new_from_string (part, NULL);
  if (network == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is no front; write an address such as 10.0.0.5, a network such as "
                   "10.0.0.0/24 without bits behind its length, or unix",
                   part);
      return FALSE;
    }
  g_ptr_array_add (list->networks, network);
  return TRUE;
}

NhiFrontList *
nhi_front_list_new (const char *text, GError **error)
{
  g_autoptr (NhiFrontList) list = g_new0 (NhiFrontList, 1);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ";", MAXIMUM + 1);

  list->networks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; parts[i] != NULL; i++)
    if (!add (list, g_strstrip (parts[i]), error))
      return NULL;
  return g_steal_pointer (&list);
}

void
nhi_front_list_free (NhiFrontList *list)
{
  if (list == NULL)
    return;
  g_ptr_array_unref (list->networks);
  g_free (list);
}

gboolean
nhi_front_list_trusts (const NhiFrontList *list, GSocketAddress *peer)
{
  GInetAddress *address;

  if (!G_IS_INET_SOCKET_ADDRESS (peer))
    return list->local;
  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (peer));
  for (guint i = 0; i < list->networks->len; i++)
    if (g_inet_address_mask_matches (list->networks->pdata[i], address))
      return TRUE;
  return FALSE;
}

gboolean
nhi_front_list_has_network (const NhiFrontList *list)
{
  return list->networks->len > 0;
}
