/* SPDX-License-Identifier: MIT
 *
 * What alumni_quota publishes: a delivery, to be added to what is known, or
 * else a count of everything.
 */
#ifndef ALUMNI_PLUGINS_QUOTA_USAGE_NEWS_H
#define ALUMNI_PLUGINS_QUOTA_USAGE_NEWS_H

struct publisher_source;

extern const struct publisher_source usage_news_source;

#endif
