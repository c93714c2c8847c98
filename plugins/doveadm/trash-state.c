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

static int trash_state_parse(const char *text, struct trash_state *state_r)
{
	const char *const *words = t_strsplit(text, " ");

	if (str_array_length(words) != 3 ||
	    str_to_int64(words[0], &state_r->generation) < 0 ||
	    str_to_int64(words[1], &state_r->oldest) < 0 ||
	    str_to_int64(words[2], &state_r->retention) < 0)
		return -1;
	return state_r->oldest < 0 || state_r->retention < 0 ? -1 : 0;
}

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
		dict_lookup_async(state_dict, &settings, MAIL_DICT_TRASH_STATE,
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

int trash_state_get(struct mail_user *user, struct trash_state *state_r)
{
	int ret;

	if (!question_is_of(user->username))
		trash_state_ask(user->username);
	question_wait();
	ret = question.result;
	if (ret < 0) {
		e_error(user->event,
			"alumni expire: Cannot look up " MAIL_DICT_TRASH_STATE
			": %s",
			question.error);
	} else if (ret > 0 && trash_state_parse(question.value, state_r) < 0) {
		e_error(user->event,
			"alumni expire: " MAIL_DICT_TRASH_STATE
			" has an unknown form: %s",
			question.value);
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
