/* SPDX-License-Identifier: GPL-3.0-or-later
 * The frame around every page that a browser sees: no script, one style sheet of ours, both
 * languages. */
#pragma once

#include "service/http/handler.h"

G_BEGIN_DECLS

#define NHI_WEB_STYLE "/style.css"

/**
 * NhiPage:
 * @language: "zh-TW" or "en"
 * @heading: plain text; also the title
 * @paragraphs: plain text, ends with NULL
 * @button: (nullable): text of the one button, which posts back to the page's own address
 * @demo: says that the people are invented
 */
typedef struct
{
  const char *language;
  const char *heading;
  const char *const *paragraphs;
  const char *button;
  gboolean demo;
} NhiPage;

NhiResponse *nhi_page_render (guint status, const NhiPage *page);

/* GET /style.css */
NhiResponse *nhi_page_style (const NhiRequest *request, gpointer context, GError **error);

G_END_DECLS
