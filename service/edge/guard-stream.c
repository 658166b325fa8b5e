/* SPDX-License-Identifier: GPL-3.0-or-later
 * The thin GIO side of a connection: non-blocking only, ready exactly when the connection says so.
 */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/guard-stream.h"

/* A source without file descriptor: it asks the connection before each poll. */
typedef struct
{
  GSource source;
  GObject *stream;
  NhiConnection *connection;
  gboolean output;
} ReadySource;

static gboolean
is_ready (GSource *source)
{
  ReadySource *ready = (ReadySource *)source;

  return ready->output ? nhi_connection_is_writable (ready->connection)
                       : nhi_connection_is_readable (ready->connection);
}

static gboolean
ready_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return is_ready (source);
}

static gboolean
ready_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  ReadySource *ready = (ReadySource *)source;

  return callback != NULL ? ((GPollableSourceFunc)(void (*) (void))callback) (ready->stream, data)
                          : G_SOURCE_CONTINUE;
}

static void
ready_finalize (GSource *source)
{
  ReadySource *ready = (ReadySource *)source;

  g_object_unref (ready->stream);
  nhi_connection_unref (ready->connection);
}

static gboolean
ready_closure (GObject *stream, gpointer data)
{
  GClosure *closure = data;
  g_auto (GValue) parameter = G_VALUE_INIT;
  g_auto (GValue) result = G_VALUE_INIT;

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_init (&parameter, G_TYPE_OBJECT);
  g_value_set_object (&parameter, stream);
  g_closure_invoke (closure, &result, 1, &parameter, NULL);
  return g_value_get_boolean (&result);
}

static GSourceFuncs ready_funcs = {
  .prepare = ready_prepare,
  .check = is_ready,
  .dispatch = ready_dispatch,
  .finalize = ready_finalize,
  .closure_callback = (GSourceFunc)(void (*) (void))ready_closure,
};

static GSource *
ready_source_new (GObject *stream,
                  NhiConnection *connection,
                  gboolean output,
                  GCancellable *cancellable)
{
  GSource *source = g_source_new (&ready_funcs, sizeof (ReadySource));
  ReadySource *ready = (ReadySource *)source;

  ready->stream = g_object_ref (stream);
  ready->connection = nhi_connection_ref (connection);
  ready->output = output;
  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }
  return source;
}

static gssize
would_block (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Not ready");
  return -1;
}

/* ---- what libsoup reads ---- */

#define NHI_TYPE_GUARD_INPUT (nhi_guard_input_get_type ())
G_DECLARE_FINAL_TYPE (NhiGuardInput, nhi_guard_input, NHI, GUARD_INPUT, GInputStream)

struct _NhiGuardInput
{
  GInputStream parent_instance;
  NhiConnection *connection;
};

static void
guard_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NhiGuardInput,
                               nhi_guard_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      guard_input_pollable_init))

static gssize
guard_input_read (GInputStream *stream,
                  void *buffer,
                  gsize count,
                  GCancellable *cancellable,
                  GError **error)
{
  gssize n = nhi_connection_take_request (NHI_GUARD_INPUT (stream)->connection, buffer, count);

  return n >= 0 ? n : would_block (error);
}

static gssize
guard_input_read_nonblocking (GPollableInputStream *stream,
                              void *buffer,
                              gsize count,
                              GError **error)
{
  return guard_input_read (G_INPUT_STREAM (stream), buffer, count, NULL, error);
}

static gboolean
guard_input_is_readable (GPollableInputStream *stream)
{
  return nhi_connection_is_readable (NHI_GUARD_INPUT (stream)->connection);
}

static GSource *
guard_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  NhiGuardInput *self = NHI_GUARD_INPUT (stream);

  nhi_connection_awaits_input (self->connection);
  return ready_source_new (G_OBJECT (self), self->connection, FALSE, cancellable);
}

static void
nhi_guard_input_finalize (GObject *object)
{
  nhi_connection_unref (NHI_GUARD_INPUT (object)->connection);
  G_OBJECT_CLASS (nhi_guard_input_parent_class)->finalize (object);
}

static void
nhi_guard_input_class_init (NhiGuardInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nhi_guard_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = guard_input_read;
}

static void
nhi_guard_input_init (NhiGuardInput *self)
{
}

static void
guard_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = guard_input_is_readable;
  iface->create_source = guard_input_create_source;
  iface->read_nonblocking = guard_input_read_nonblocking;
}

/* ---- what libsoup writes ---- */

#define NHI_TYPE_GUARD_OUTPUT (nhi_guard_output_get_type ())
G_DECLARE_FINAL_TYPE (NhiGuardOutput, nhi_guard_output, NHI, GUARD_OUTPUT, GOutputStream)

struct _NhiGuardOutput
{
  GOutputStream parent_instance;
  NhiConnection *connection;
};

static void
guard_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NhiGuardOutput,
                               nhi_guard_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      guard_output_pollable_init))

static gssize
guard_output_write (GOutputStream *stream,
                    const void *data,
                    gsize count,
                    GCancellable *cancellable,
                    GError **error)
{
  gssize n = nhi_connection_give_answer (NHI_GUARD_OUTPUT (stream)->connection, data, count);

  return n >= 0 ? n : would_block (error);
}

static gssize
guard_output_write_nonblocking (GPollableOutputStream *stream,
                                const void *data,
                                gsize count,
                                GError **error)
{
  return guard_output_write (G_OUTPUT_STREAM (stream), data, count, NULL, error);
}

static gboolean
guard_output_is_writable (GPollableOutputStream *stream)
{
  return nhi_connection_is_writable (NHI_GUARD_OUTPUT (stream)->connection);
}

static GSource *
guard_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  NhiGuardOutput *self = NHI_GUARD_OUTPUT (stream);

  nhi_connection_awaits_output (self->connection);
  return ready_source_new (G_OBJECT (self), self->connection, TRUE, cancellable);
}

static void
nhi_guard_output_finalize (GObject *object)
{
  nhi_connection_unref (NHI_GUARD_OUTPUT (object)->connection);
  G_OBJECT_CLASS (nhi_guard_output_parent_class)->finalize (object);
}

static void
nhi_guard_output_class_init (NhiGuardOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nhi_guard_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = guard_output_write;
}

static void
nhi_guard_output_init (NhiGuardOutput *self)
{
}

static void
guard_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = guard_output_is_writable;
  iface->create_source = guard_output_create_source;
  iface->write_nonblocking = guard_output_write_nonblocking;
}

/* ---- both together ---- */

struct _NhiGuardStream
{
  GIOStream parent_instance;
  NhiConnection *connection;
  NhiGuardInput *input;
  NhiGuardOutput *output;
};

G_DEFINE_FINAL_TYPE (NhiGuardStream, nhi_guard_stream, G_TYPE_IO_STREAM)

static GInputStream *
nhi_guard_stream_get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (NHI_GUARD_STREAM (stream)->input);
}

static GOutputStream *
nhi_guard_stream_get_output (GIOStream *stream)
{
  return G_OUTPUT_STREAM (NHI_GUARD_STREAM (stream)->output);
}

static gboolean
nhi_guard_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  nhi_connection_finish (NHI_GUARD_STREAM (stream)->connection);
  return TRUE;
}

static void
nhi_guard_stream_finalize (GObject *object)
{
  NhiGuardStream *self = NHI_GUARD_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  nhi_connection_finish (self->connection);
  nhi_connection_unref (self->connection);
  G_OBJECT_CLASS (nhi_guard_stream_parent_class)->finalize (object);
}

static void
nhi_guard_stream_class_init (NhiGuardStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nhi_guard_stream_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = nhi_guard_stream_get_input;
  G_IO_STREAM_CLASS (klass)->get_output_stream = nhi_guard_stream_get_output;
  G_IO_STREAM_CLASS (klass)->close_fn = nhi_guard_stream_close;
}

static void
nhi_guard_stream_init (NhiGuardStream *self)
{
}

GIOStream *
nhi_guard_stream_new (NhiConnection *connection)
{
  NhiGuardStream *self = g_object_new (NHI_TYPE_GUARD_STREAM, NULL);

  self->connection = nhi_connection_ref (connection);
  self->input = g_object_new (NHI_TYPE_GUARD_INPUT, NULL);
  self->input->connection = nhi_connection_ref (connection);
  self->output = g_object_new (NHI_TYPE_GUARD_OUTPUT, NULL);
  self->output->connection = nhi_connection_ref (connection);
  return G_IO_STREAM (self);
}
