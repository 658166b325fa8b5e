/* SPDX-License-Identifier: GPL-3.0-or-later
 * How long the ten-year person waits from the application to the package, with a runner in a
 * process of its own as in the service; and what the machine needs at least for the same bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/domain/package-builder.h"
#include "service/jobs/test-bank.h"
#include "shared/record/package.h"

#define ROUNDS 9
#define LIMIT_MILLISECONDS 1000.0
#define LOOK_MICROSECONDS 2000
#define GIVE_UP_MICROSECONDS (30 * G_USEC_PER_SEC)
#define EVERYTHING                                                                                 \
  "card-status,premium-billing,premium-payment,outpatient,inpatient,dental,chinese-medicine,"      \
  "allergy,lab,imaging,wishes,preventive,vaccination"

typedef double (*Trial) (TestBank *bank, gconstpointer data);

static double
milliseconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / 1000.0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const double *)a < *(const double *)b ? -1 : *(const double *)a > *(const double *)b;
}

/* Median and worst of all rounds, printed. */
static double
measure (const char *what, Trial trial, TestBank *bank, gconstpointer data)
{
  double times[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    times[i] = trial (bank, data);
  qsort (times, ROUNDS, sizeof times[0], compare);
  printf ("%-52s median %8.1f ms   worst %8.1f ms\n", what, times[ROUNDS / 2], times[ROUNDS - 1]);
  return times[ROUNDS / 2];
}

static NhiApplication *
apply (TestBank *bank)
{
  g_autoptr (GError) error = NULL;
  NhiApplication *application;

  application = test_bank_apply (bank, TEST_ANNA, EVERYTHING, "2016-01", "2026-01", &error);
  g_assert_no_error (error);
  return application;
}

static double
wait_for_package (TestBank *bank, gconstpointer data)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (NhiApplication) application = apply (bank);

  while (g_get_monotonic_time () - start < GIVE_UP_MICROSECONDS)
    {
      g_autoptr (NhiApplication) now =
          nhi_health_bank_get (bank->world, TEST_ANNA, application->application_id, NULL);

      g_assert_cmpint (now->state, !=, NHI_APPLICATION_FAILED);
      if (now->state == NHI_APPLICATION_READY)
        {
          g_assert_nonnull (now->package_name);
          return milliseconds_since (start);
        }
      g_usleep (LOOK_MICROSECONDS);
    }
  g_error ("The package was not built in 30 seconds; is the runner alive?");
}

static double
build_only (TestBank *bank, gconstpointer data)
{
  const NhiApplication *application = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autoptr (NhiApplication) built = NULL;
  gint64 start = g_get_monotonic_time ();

  built = nhi_package_build_application (bank->world, TEST_ANNA, application->application_id, NULL,
                                         NULL, &package, &error);
  g_assert_no_error (error);
  return milliseconds_since (start);
}

/* Floor: the plain files of the package written to the disk and flushed. */
static double
write_files (TestBank *bank, gconstpointer data)
{
  const GPtrArray *files = data;
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < files->len; i++)
    {
      const NhiPackageFile *file = g_ptr_array_index (files, i);
      g_autofree char *path = g_build_filename (bank->folder, file->name, NULL);
      gsize size, written = 0;
      const char *bytes = g_bytes_get_data (file->bytes, &size);
      int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

      g_assert_cmpint (fd, >=, 0);
      while (written < size)
        {
          gssize step = write (fd, bytes + written, size - written);

          g_assert_true (step > 0 || errno == EINTR);
          written += MAX (step, 0);
        }
      g_assert_cmpint (fsync (fd), ==, 0);
      close (fd);
    }
  return milliseconds_since (start);
}

/* Floor: 7-Zip packs the same files with the same cipher. */
static double
pack_by_7zip (TestBank *bank, gconstpointer data)
{
  const GPtrArray *files = data;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  int status;
  gint64 start;

  for (guint i = 0; i < 8; i++)
    g_ptr_array_add (argv,
                     (gpointer)((const char *[]){ "7z", "a", "-tzip", "-mem=AES256", "-mx=1",
                                                  "-mmt=1", "-pE199000099", "floor.zip" })[i]);
  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (argv, ((NhiPackageFile *)g_ptr_array_index (files, i))->name);
  g_ptr_array_add (argv, NULL);
  start = g_get_monotonic_time ();
  g_spawn_sync (bank->folder, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  return milliseconds_since (start);
}

static int
be_the_runner (const char *uri)
{
  gint64 now = TEST_NOW;
  g_autoptr (NhiWorld) world = test_bank_open_world (uri, &now);
  g_autoptr (GCancellable) never = g_cancellable_new ();
  NhiJobsOptions options = { 0 };

  return nhi_jobs_run (world, &options, never, NULL) ? 0 : 1;
}

static void
fill (TestBank *bank)
{
  static const struct
  {
    const char *section;
    guint count;
  } years[] = { { "r1", 1200 }, { "r3", 60 }, { "r9", 240 }, { "r7", 2000 }, { "r8", 40 } };

  for (guint i = 0; i < G_N_ELEMENTS (years); i++)
    test_bank_add_visits (bank, TEST_ANNA, years[i].section, years[i].count, "2026-01-04");
}

static void
describe (const GPtrArray *files, const NhiApplication *ready)
{
  gint64 entries = 0;
  gsize size = 0;

  for (guint i = 0; i < ready->items->len; i++)
    entries += ((NhiApplicationItem *)g_ptr_array_index (ready->items, i))->entries;
  for (guint i = 0; i < files->len; i++)
    size += g_bytes_get_size (((NhiPackageFile *)g_ptr_array_index (files, i))->bytes);
  printf ("%" G_GINT64_FORMAT " entries, %u files of %" G_GSIZE_FORMAT
          " bytes, package of %" G_GINT64_FORMAT " bytes, %d rounds\n",
          entries, files->len, size, ready->package_size, ROUNDS);
}

int
main (int argc, char **argv)
{
  g_autoptr (TestBank) bank = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) runner = NULL;
  g_autoptr (NhiApplication) first = NULL;
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GPtrArray) files = NULL;
  double waited;

  if (argc == 3 && strcmp (argv[1], "--runner") == 0)
    return be_the_runner (argv[2]);
  bank = test_bank_new ();
  fill (bank);
  first = apply (bank);
  ready = test_bank_run (bank, first);
  package = test_bank_download (bank, ready, &error);
  g_assert_no_error (error);
  files = nhi_package_open (package, TEST_ANNA_ID, &error);
  g_assert_no_error (error);
  describe (files, ready);
  runner = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, argv[0], "--runner", bank->uri, NULL);
  g_assert_no_error (error);
  waited =
      measure ("application -> package ready (runner's own process)", wait_for_package, bank, NULL);
  g_subprocess_force_exit (runner);
  g_subprocess_wait (runner, NULL, NULL);
  measure ("  of it: building, without waiting or writing", build_only, bank, first);
  measure ("floor: the plain files written and flushed", write_files, bank, files);
  measure ("floor: 7z a with AES-256 of the same files", pack_by_7zip, bank, files);
  printf ("limit %.0f ms: %s\n", LIMIT_MILLISECONDS,
          waited <= LIMIT_MILLISECONDS ? "kept" : "MISSED");
  return waited <= LIMIT_MILLISECONDS ? 0 : 1;
}
