/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names that both programs use on the wire: routes, headers, problem types. The messages are
 * data/openapi.yaml. */
#pragma once

#define NHI_API_PREFIX "/api/v1"

#define NHI_ROUTE_SERVICE NHI_API_PREFIX "/service"
#define NHI_ROUTE_REGISTRATIONS NHI_API_PREFIX "/registrations"
#define NHI_ROUTE_SESSIONS NHI_API_PREFIX "/sessions"
#define NHI_ROUTE_SESSION NHI_API_PREFIX "/session"
#define NHI_ROUTE_CATEGORIES NHI_API_PREFIX "/health-bank/categories"
#define NHI_ROUTE_APPLICATIONS NHI_API_PREFIX "/health-bank/applications"
#define NHI_ROUTE_LIVE "/health/live"
#define NHI_ROUTE_READY "/health/ready"
#define NHI_ROUTE_CONFIRM "/confirm/" /* + token: a page, not JSON */

#define NHI_HEADER_IDEMPOTENCY_KEY "Idempotency-Key"
#define NHI_MEDIA_JSON "application/json"
#define NHI_MEDIA_PROBLEM "application/problem+json"
#define NHI_MEDIA_ZIP "application/zip"

/* RFC 9457 problem types: this prefix and a slug. */
#define NHI_PROBLEM_PREFIX "https://nhicard.tw/problems/"
#define NHI_PROBLEM_INVALID_INPUT "invalid-input"             /* 422: fields:[{field, code, message}] */
#define NHI_PROBLEM_MALFORMED "malformed-request"             /* 400 */
#define NHI_PROBLEM_NOT_FOUND "not-found"                     /* 404 */
#define NHI_PROBLEM_METHOD "method-not-allowed"               /* 405 */
#define NHI_PROBLEM_TIMEOUT "request-timeout"                 /* 408: head or body came too late */
#define NHI_PROBLEM_TOO_LARGE "too-large"                     /* 413 */
#define NHI_PROBLEM_MEDIA_TYPE "unsupported-media-type"       /* 415 */
#define NHI_PROBLEM_RANGE "range-not-satisfiable"             /* 416 */
#define NHI_PROBLEM_IDEMPOTENCY "idempotency-key-reused"      /* 422 */
#define NHI_PROBLEM_KEY_MISSING "idempotency-key-missing"     /* 400 */
#define NHI_PROBLEM_NOT_MATCHING "registration-not-matching"  /* 422: not as registered; never says what */
#define NHI_PROBLEM_SIGN_IN "sign-in-failed"                  /* 401 */
#define NHI_PROBLEM_SIGN_IN_WAIT "sign-in-wait"               /* 429, Retry-After, "wait_until" */
#define NHI_PROBLEM_SESSION "session-required"                /* 401 */
#define NHI_PROBLEM_HEADER_TOO_LARGE "header-too-large"       /* 431 */
#define NHI_PROBLEM_RATE "too-many-requests"                  /* 429, Retry-After */
#define NHI_PROBLEM_NOT_READY "package-not-ready"             /* 409, Retry-After */
#define NHI_PROBLEM_GONE "package-expired"                    /* 410 */
#define NHI_PROBLEM_OVERLOADED "overloaded"                   /* 503, Retry-After */
#define NHI_PROBLEM_UNAVAILABLE "unavailable"                 /* 503, Retry-After: the database is out of reach or full */
#define NHI_PROBLEM_INTERNAL "internal"                       /* 500 */
