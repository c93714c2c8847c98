/* SPDX-License-Identifier: MIT
 *
 * One connection serves all users: each question says for whom it is; see
 * trash-state.h.
 */
#include "plugins/common/dovecot-glue.h"

#include "time-util.h"
#include "dict.h"
#include "mail-user.h"
#include "doveadm-settings.h"

#include "plugins/doveadm/trash-state.h"
#include "plugins/common/mail-dict.h"
#include "protocol/dict-keys.h"

/* After a visit that took longer, what was asked for before is asked for again:
   retention may have been changed meanwhile. */
#define TRASH_STATE_AHEAD_MSECS 1000

struct trash_question {
	char *username;
	struct timeval asked_at;
	bool answered;
	int result;
	char *value, *error;
};

static struct dict *state_dict;
static struct trash_question question;

static void question_answered(const struct dict_lookup_result *result,
			      struct trash_question *asked)
{
	asked->answered = TRUE;
	asked->result = result->ret;
	if (result->ret > 0)
		asked->value = i_strdup(result->value);
	else if (result->ret < 0)
		asked->error = i_strdup(result->error);
}

static void question_wait(void)
{
	if (question.username != NULL && !question.answered)
		mail_dict_wait(state_dict);
}

static void question_forget(void)
{
	question_wait();
	i_free(question.username);
	i_free(question.value);
	i_free(question.error);
	i_zero(&question);
}

void trash_state_ask(const char *username)
{
	struct dict_op_settings settings = {.username = username};
	struct mail_dict_scope scope;
	const char *error;

	question_forget();
	question.username = i_strdup(username);
	i_gettimeofday(&question.asked_at);
	mail_dict_enter(&scope);
	if (state_dict == NULL &&
	    mail_dict_open(doveadm_settings->base_dir, NULL, 0, &state_dict,
			   &error) < 0) {
		question.answered = TRUE;
		question.result = -1;
		question.error = i_strdup(error);
	} else {
		dict_lookup_async(state_dict, &settings, DICT_KEY_TRASH_STATE,
				  question_answered, &question);
	}
	mail_dict_leave(&scope);
}

static bool question_is_of(const char *username)
{
	struct timeval now;

	if (question.username == NULL ||
	    strcmp(question.username, username) != 0)
		return FALSE;
	i_gettimeofday(&now);
	return timeval_diff_msecs(&now, &question.asked_at) >= 0 &&
	       timeval_diff_msecs(&now, &question.asked_at) <
		       TRASH_STATE_AHEAD_MSECS;
}

int trash_state_get(struct mail_user *user, struct wire_trash_state *state_r)
{
	struct error error = {.text = ""};
	int ret;

	if (!question_is_of(user->username))
		trash_state_ask(user->username);
	question_wait();
	ret = question.result;
	if (ret < 0) {
		e_error(user->event,
			"alumni expire: Cannot look up " DICT_KEY_TRASH_STATE
			": %s",
			question.error);
	} else if (ret > 0 && wire_trash_state_parse(question.value, state_r,
						     &error) < 0) {
		e_error(user->event,
			"alumni expire: " DICT_KEY_TRASH_STATE
			" has an unknown form: %s",
			error.text);
		ret = -1;
	}
	question_forget();
	return ret;
}

void trash_state_finish(void)
{
	question_forget();
	if (state_dict != NULL)
		mail_dict_close(&state_dict);
}
