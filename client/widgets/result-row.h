/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of the health bank's result table: 類別, 明細, 資料起迄期間, 狀態, wide and narrow. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct
{
  const char *class_name;
  const char *name;
  const char *period;
  const char *status; /* of the service: "processing", "ready", "none" */
  guint entries;
} NhiResultTexts;

/* The columns of a table that must be equally wide. */
typedef struct
{
  GtkSizeGroup *columns[4];
} NhiResultColumns;

void nhi_result_columns_init (NhiResultColumns *columns);
void nhi_result_columns_clear (NhiResultColumns *columns);
GtkWidget *nhi_result_header_new (NhiResultColumns *columns);
GtkWidget *nhi_result_row_new (const NhiResultTexts *texts, NhiResultColumns *columns);
GtkWidget *nhi_result_narrow_row_new (const NhiResultTexts *texts);
const char *nhi_result_status_label (const char *status); /* translated */

G_END_DECLS
