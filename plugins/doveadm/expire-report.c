/* SPDX-License-Identifier: MIT
 *
 * Reports have a connection of their own: on a shared one, the look-up for an
 * account would wait for the reports of those before it.
 */
#include "plugins/common/dovecot-glue.h"

#include "dict.h"
#include "mail-user.h"

#include "plugins/doveadm/expire-report.h"
#include "plugins/common/mail-dict.h"
#include "protocol/dict-keys.h"

struct expire_report {
	char *username;
	expire_report_callback *callback;
	void *context;
};

static struct dict *report_dict;
static unsigned int report_count;

static enum expire_answer report_answer(const struct expire_report *report,
					const struct dict_commit_result *result)
{
	switch (result->ret) {
	case DICT_COMMIT_RET_OK:
		return EXPIRE_ANSWER_WRITTEN;
	case DICT_COMMIT_RET_NOTFOUND:
		return EXPIRE_ANSWER_NOT_FOUND;
	case DICT_COMMIT_RET_FAILED:
	case DICT_COMMIT_RET_WRITE_UNCERTAIN:
		break;
	}
	i_error("alumni expire: Cannot tell the account store about %s: %s",
		report->username, result->error);
	return EXPIRE_ANSWER_FAILED;
}

static void report_answered(const struct dict_commit_result *result,
			    struct expire_report *report)
{
	enum expire_answer answer = report_answer(report, result);

	report_count--;
	report->callback(answer, report->context);
	i_free(report->username);
	i_free(report);
}

static void report_commit(struct mail_user *user,
			  const struct expire_news *news,
			  struct expire_report *report)
{
	struct dict_transaction_context *transaction;
	struct mail_dict_scope scope;
	char expired[WIRE_VALUE_BYTES];
	unsigned int i;

	mail_dict_enter(&scope);
	transaction = dict_transaction_begin(
		report_dict, mail_user_get_dict_op_settings(user));
	for (i = 0; i < news->usage_count; i++)
		dict_set(transaction, news->usage[i].key, news->usage[i].value);
	wire_trash_expired_format(&news->trash, expired);
	dict_set(transaction, DICT_KEY_TRASH_EXPIRED, expired);
	dict_transaction_commit_async(&transaction, report_answered, report);
	mail_dict_leave(&scope);
}

int expire_report_send(struct mail_user *user, const struct expire_news *news,
		       expire_report_callback *callback, void *context)
{
	struct expire_report *report;
	const char *error;

	if (report_dict == NULL && mail_dict_open(user->set->base_dir, NULL, 0,
						  &report_dict, &error) < 0) {
		e_error(user->event,
			"alumni expire: Cannot open the dict \"alumni\": %s",
			error);
		return -1;
	}
	report = i_new(struct expire_report, 1);
	report->username = i_strdup(user->username);
	report->callback = callback;
	report->context = context;
	report_count++;
	report_commit(user, news, report);
	return 0;
}

unsigned int expire_report_count(void)
{
	return report_count;
}

void expire_report_wait(void)
{
	if (report_dict != NULL)
		mail_dict_wait(report_dict);
	i_assert(report_count == 0);
}

void expire_report_finish(void)
{
	if (report_dict != NULL)
		mail_dict_close(&report_dict);
}
