/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the viewer lists: entries of all records by section and month, searched. No widgets. */
#pragma once

#include <gio/gio.h>

#include "client/widgets/format.h"
#include "shared/record/record.h"

G_BEGIN_DECLS

/* A heading (entry is NULL, title is set) or an entry; texts are never NULL. */
#define NHI_TYPE_VIEWER_ITEM (nhi_viewer_item_get_type ())
G_DECLARE_FINAL_TYPE (NhiViewerItem, nhi_viewer_item, NHI, VIEWER_ITEM, GObject)

const NhiRecordEntry *nhi_viewer_item_get_entry (NhiViewerItem *self);
const char *
nhi_viewer_item_get_title (NhiViewerItem *self); /* section and month, or what the entry is about */
const char *nhi_viewer_item_get_date (NhiViewerItem *self);
const char *nhi_viewer_item_get_institution (NhiViewerItem *self);
const char *nhi_viewer_item_get_amount (NhiViewerItem *self);

/* @records: of NhiRecord; the items borrow from it, so it must live longer. @query: words that must
 * all be in an entry or its children, NULL or "" = all. Within a section newest first.
 * @ret_entries: entries without headings. */
GListStore *nhi_viewer_model_build (GPtrArray *records,
                                    const char *query,
                                    NhiDateStyle style,
                                    guint *ret_entries);
/* One value as a person reads it: dates, money. */
char *nhi_viewer_format_value (const NhiFieldInfo *field, const char *value, NhiDateStyle style);

G_END_DECLS
