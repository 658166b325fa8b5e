/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the readers say one by one. */
#include "client/checks/check-private.h"

void
nhi_reader_look_clear (NhiReaderLook *look)
{
  g_clear_pointer (&look->names, g_strfreev);
  g_clear_pointer (&look->atrs, g_strfreev);
}

void
nhi_reader_look (NhiReaderMonitor *monitor, NhiReaderLook *ret_look)
{
  GListModel *readers = nhi_reader_monitor_get_readers (monitor);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) atrs = g_strv_builder_new ();
  NhiCardState state = nhi_reader_monitor_get_state (monitor);

  for (guint i = 0; i < g_list_model_get_n_items (readers); i++)
    {
      g_autoptr (NhiReader) reader = g_list_model_get_item (readers, i);

      g_strv_builder_add (names, nhi_reader_get_name (reader));
      if (nhi_reader_get_atr (reader) != NULL)
        g_strv_builder_add (atrs, nhi_reader_get_atr (reader));
      if (state == NHI_CARD_STATE_NO_CARD &&
          nhi_reader_get_state (reader) == NHI_CARD_STATE_OTHER_CARD)
        state = NHI_CARD_STATE_OTHER_CARD;
    }
  ret_look->state = state;
  ret_look->names = g_strv_builder_end (names);
  ret_look->atrs = g_strv_builder_end (atrs);
}
