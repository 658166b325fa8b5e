/* SPDX-License-Identifier: GPL-3.0-or-later
 * The XML file: written with libxml2, read with GMarkup, which knows no DTD, no entities of a
 * document and no network. */
#include "shared/record/record.h"

#include <glib/gi18n-lib.h>
#include <libxml/xmlwriter.h>
#include <string.h>

#include "shared/record/record-builder.h"

#define MAX_DEPTH 16

/* Every field of the table is written, empty ones too, never as a self-closing tag: so the
 * insurer's files are. */
static gboolean
write_entry (xmlTextWriter *writer, const NhiRecordEntry *entry)
{
  gboolean sound = xmlTextWriterStartElement (writer, BAD_CAST entry->section->code) >= 0;

  for (const NhiFieldInfo *field = entry->section->fields; field->number != 0; field++)
    {
      char code[32];

      g_snprintf (code, sizeof code, "%s.%u", entry->section->code, field->number);
      sound =
          sound && xmlTextWriterStartElement (writer, BAD_CAST code) >= 0 &&
          xmlTextWriterWriteString (writer, BAD_CAST nhi_record_entry_get (entry, field->number)) >=
              0 &&
          xmlTextWriterFullEndElement (writer) >= 0;
    }
  for (guint i = 0; sound && entry->children != NULL && i < entry->children->len; i++)
    {
      const NhiRecordEntry *child = g_ptr_array_index (entry->children, i);

      sound = nhi_record_entry_is_empty (child) || write_entry (writer, child);
    }
  return sound && xmlTextWriterFullEndElement (writer) >= 0;
}

static gboolean
write_section (xmlTextWriter *writer, const NhiRecord *record, const NhiSectionInfo *section)
{
  gboolean any = FALSE;

  for (guint i = 0; i < record->entries->len; i++)
    {
      const NhiRecordEntry *entry = g_ptr_array_index (record->entries, i);

      if (entry->section != section || nhi_record_entry_is_empty (entry))
        continue;
      any = TRUE;
      if (!write_entry (writer, entry))
        return FALSE;
    }
  if (any || !g_ptr_array_find (record->empty, section, NULL))
    return TRUE;
  return xmlTextWriterWriteElement (writer, BAD_CAST section->code, BAD_CAST "無資料") >= 0;
}

static gboolean
write_header (xmlTextWriter *writer, const NhiRecord *record)
{
  if (xmlTextWriterWriteElement (writer, BAD_CAST "b1.1", BAD_CAST record->masked_id) < 0 ||
      xmlTextWriterWriteElement (writer, BAD_CAST "b1.2", BAD_CAST record->applied_on) < 0)
    return FALSE;
  /* The insurance class has no official form; this lets a reader tell an empty file of it. */
  return record->record_class == NHI_RECORD_MEDICAL ||
         xmlTextWriterWriteElement (writer, BAD_CAST "b1.3", BAD_CAST "保險計費及繳納類") >= 0;
}

static gboolean
write_document (xmlTextWriter *writer, const NhiRecord *record)
{
  const NhiSectionInfo *const *sections;
  gsize count;

  xmlTextWriterSetIndent (writer, 1);
  xmlTextWriterSetIndentString (writer, BAD_CAST ""); /* line breaks only */
  if (xmlTextWriterStartDocument (writer, "1.0", "utf-8", NULL) < 0 ||
      xmlTextWriterStartElement (writer, BAD_CAST "myhealthbank") < 0 ||
      xmlTextWriterStartElement (writer, BAD_CAST "bdata") < 0 || !write_header (writer, record))
    return FALSE;
  sections = nhi_sections (&count);
  for (gsize i = 0; i < count; i++)
    if (!write_section (writer, record, sections[i]))
      return FALSE;
  return xmlTextWriterEndDocument (writer) >= 0;
}

/* libxml2 sets itself up at its first use, which only one thread may be in. */
static void
prepare_library (void)
{
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      xmlInitParser ();
      g_once_init_leave (&ready, 1);
    }
}

GBytes *
nhi_record_to_xml (const NhiRecord *record, GError **error)
{
  xmlBuffer *buffer;
  xmlTextWriter *writer;
  gsize length;
  gboolean sound;
  char *content;

  g_return_val_if_fail (record != NULL, NULL);

  prepare_library ();
  buffer = xmlBufferCreate ();
  xmlBufferSetAllocationScheme (buffer, XML_BUFFER_ALLOC_DOUBLEIT);
  writer = xmlNewTextWriterMemory (buffer, 0);
  sound = writer != NULL && write_document (writer, record);
  if (writer != NULL)
    xmlFreeTextWriter (writer);
  length = (gsize)xmlBufferLength (buffer);
  content = (char *)xmlBufferDetach (buffer);
  xmlBufferFree (buffer);
  if (sound && content != NULL)
    return g_bytes_new_with_free_func (content, length, xmlFree, content);
  xmlFree (content);
  g_set_error_literal (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_TOO_BIG,
                       _ ("The record could not be written as XML."));
  return NULL;
}

/* Where the reader is; anything unknown is passed over with everything in it. */
typedef enum
{
  PLACE_OUTSIDE,
  PLACE_ROOT,   /* <myhealthbank> */
  PLACE_BODY,   /* <bdata> */
  PLACE_HEADER, /* <b1.1>, or <b1> around it */
  PLACE_ENTRY,  /* <r1> */
  PLACE_CHILD,  /* <r1_1> */
  PLACE_FIELD,  /* <r1.5>, <r1_1.2> */
  PLACE_UNKNOWN,
} Place;

typedef struct
{
  NhiRecordBuilder builder;
  Place places[MAX_DEPTH + 1];
  guint depth;
  gboolean seen_root;
  NhiRecordEntry *entry; /* being read */
  NhiRecordEntry *child; /* its child being read; not owned */
  GString *text;
} XmlReader;

static Place
enter_body (XmlReader *reader, const char *name, GError **error)
{
  const NhiSectionInfo *section = nhi_section_find (name);

  if (section != NULL && strchr (section->code, '_') == NULL)
    {
      reader->entry = nhi_record_builder_begin_entry (&reader->builder, section, error);
      return PLACE_ENTRY;
    }
  return g_ascii_strncasecmp (name, "b", 1) == 0 ? PLACE_HEADER : PLACE_UNKNOWN;
}

static Place
enter_entry (XmlReader *reader, const char *name, GError **error)
{
  const char *child = reader->entry->section->child;

  if (child == NULL || g_ascii_strcasecmp (name, child) != 0)
    return PLACE_FIELD;
  reader->child = nhi_record_builder_begin_child (&reader->builder, reader->entry, error);
  return PLACE_CHILD;
}

static Place
place_inside (XmlReader *reader, const char *name, GError **error)
{
  switch (reader->places[reader->depth])
    {
    case PLACE_OUTSIDE:
      return g_ascii_strcasecmp (name, "myhealthbank") == 0 ? PLACE_ROOT : PLACE_UNKNOWN;
    case PLACE_ROOT:
      return g_ascii_strcasecmp (name, "bdata") == 0 ? PLACE_BODY : PLACE_UNKNOWN;
    case PLACE_BODY:
      return enter_body (reader, name, error);
    case PLACE_HEADER:
      return PLACE_HEADER;
    case PLACE_ENTRY:
      return enter_entry (reader, name, error);
    case PLACE_CHILD:
      return PLACE_FIELD;
    default:
      return PLACE_UNKNOWN;
    }
}

static void
on_start (GMarkupParseContext *context,
          const char *name,
          const char **attribute_names,
          const char **attribute_values,
          gpointer data,
          GError **error)
{
  XmlReader *reader = data;
  g_autoptr (GError) refused = NULL;
  Place place;

  if (reader->depth == MAX_DEPTH)
    {
      g_set_error_literal (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                           "nested too deeply");
      return;
    }
  place = place_inside (reader, name, &refused);
  if (refused != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&refused));
      return;
    }
  reader->seen_root |= place == PLACE_ROOT;
  reader->places[++reader->depth] = place;
  g_string_truncate (reader->text, 0);
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  XmlReader *reader = data;
  Place place = reader->places[reader->depth--];

  switch (place)
    {
    case PLACE_HEADER:
      nhi_record_builder_header (&reader->builder, name, reader->text->str);
      break;
    case PLACE_FIELD:
      nhi_record_builder_field (&reader->builder,
                                reader->child != NULL ? reader->child : reader->entry, name,
                                reader->text->str);
      break;
    case PLACE_CHILD:
      nhi_record_builder_end_child (&reader->builder, reader->entry);
      reader->child = NULL;
      break;
    case PLACE_ENTRY:
      nhi_record_builder_section_text (&reader->builder, reader->entry->section, reader->text->str);
      nhi_record_builder_end_entry (&reader->builder, g_steal_pointer (&reader->entry));
      break;
    default:
      break;
    }
  g_string_truncate (reader->text, 0);
}

static void
on_text (GMarkupParseContext *context,
         const char *text,
         gsize length,
         gpointer data,
         GError **error)
{
  XmlReader *reader = data;

  g_string_append_len (reader->text, text, (gssize)length);
}

/* Comments, processing instructions and <!DOCTYPE; the last has no place in such a file and is how
 * parsers are attacked. */
static void
on_passthrough (GMarkupParseContext *context,
                const char *text,
                gsize length,
                gpointer data,
                GError **error)
{
  if (length >= 2 && text[0] == '<' && text[1] == '!' &&
      !(length >= 4 && memcmp (text, "<!--", 4) == 0))
    g_set_error_literal (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_DAMAGED,
                         _ ("The file has a document type declaration, which no health-bank file "
                            "has. It is not opened."));
}

static const GMarkupParser xml_parser = { .start_element = on_start,
                                          .end_element = on_end,
                                          .text = on_text,
                                          .passthrough = on_passthrough };

static void
set_error_for_person (GError **error,
                      const GError *cause,
                      const XmlReader *reader,
                      GMarkupParseContext *context)
{
  int line, column;

  if (cause->domain == NHI_RECORD_ERROR)
    {
      g_propagate_error (error, g_error_copy (cause));
      return;
    }
  g_markup_parse_context_get_position (context, &line, &column);
  if (reader->seen_root)
    nhi_record_set_damaged (error, (guint)line);
  else
    nhi_record_set_wrong_format (error);
}

static gboolean
read_xml (XmlReader *reader, const char *text, gsize length, GError **error)
{
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) cause = NULL;

  if (length >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0)
    {
      text += 3;
      length -= 3;
    }
  context = g_markup_parse_context_new (&xml_parser, G_MARKUP_TREAT_CDATA_AS_TEXT, reader, NULL);
  if (!g_markup_parse_context_parse (context, text, (gssize)length, &cause) ||
      !g_markup_parse_context_end_parse (context, &cause))
    {
      set_error_for_person (error, cause, reader, context);
      return FALSE;
    }
  if (!reader->seen_root)
    nhi_record_set_wrong_format (error);
  return reader->seen_root;
}

NhiRecord *
nhi_record_from_xml (GBytes *bytes, GError **error)
{
  XmlReader reader = { 0 };
  NhiRecord *record = NULL;
  const char *text;
  gsize length;

  g_return_val_if_fail (bytes != NULL, NULL);

  if (!nhi_record_check_size (bytes, error))
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  if (length == 0) /* then there is no text at all, not even an empty one */
    {
      nhi_record_set_wrong_format (error);
      return NULL;
    }
  reader.text = g_string_new (NULL);
  nhi_record_builder_init (&reader.builder);
  if (read_xml (&reader, text, length, error))
    record = nhi_record_builder_finish (&reader.builder);
  nhi_record_entry_free (reader.entry);
  nhi_record_builder_clear (&reader.builder);
  g_string_free (reader.text, TRUE);
  return record;
}
