/* SPDX-License-Identifier: GPL-3.0-or-later
 * Loaded before the C library: a clock that is off by NHI_CLOCK_OFF seconds. What counts from the
 * start of the computer stays right. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t
off (void)
{
  const char *text = getenv ("NHI_CLOCK_OFF");

  return text != NULL ? (time_t)strtoll (text, NULL, 10) : 0;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  static int (*next) (clockid_t, struct timespec *);
  int result;

  if (next == NULL)
    next = (int (*) (clockid_t, struct timespec *))dlsym (RTLD_NEXT, "clock_gettime");
  result = next (clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += off ();
  return result;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  struct timespec time;

  clock_gettime (CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = (suseconds_t)(time.tv_nsec / 1000);
  return 0;
}

time_t
time (time_t *ret_now)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (ret_now != NULL)
    *ret_now = now.tv_sec;
  return now.tv_sec;
}
