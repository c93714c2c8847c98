/* SPDX-License-Identifier: MIT
 *
 * alumni-milter: the mail filter that forwards and refuses, and the server of
 * Postfix's look-ups. Runs in the foreground until SIGTERM.
 */
#include <errno.h>
#include <libmilter/mfapi.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "milter/callbacks.h"
#include "milter/listening-socket.h"
#include "milter/log.h"
#include "milter/options.h"
#include "milter/privileges.h"
#include "milter/service.h"
#include "milter/socketmap.h"

/* Messages that SMTP clients are in the middle of get that long to end when
   we are told to. Then Postfix defers them. */
#define STOP_MESSAGES_SECONDS 30
#define STOP_LOOK_UPS_SECONDS 5

static int open_sockets(const struct milter_service *service,
			const struct privileges *privileges, int *maps_fd_r,
			struct error *error)
{
	const char *milter = service->configuration->milter_socket;
	const char *maps = service->configuration->maps_socket;

	if (listening_socket_prepare(milter, privileges, error) < 0 ||
	    listening_socket_prepare(maps, privileges, error) < 0)
		return -1;
	/* Nobody may connect before owner and mode are right. */
	(void)umask(S_IXUSR | S_IRWXG | S_IRWXO);
	*maps_fd_r = listening_socket_open(maps, error);
	if (*maps_fd_r < 0 || callbacks_listen(service, milter, error) < 0 ||
	    listening_socket_give(maps, privileges, error) < 0 ||
	    listening_socket_give(milter, privileges, error) < 0)
		return -1;
	(void)umask(S_IRWXO);
	return 0;
}

static void remove_sockets(const struct milter_service *service)
{
	/* A folder that is not ours keeps them; the next start removes them. */
	(void)unlink(service->configuration->milter_socket);
	(void)unlink(service->configuration->maps_socket);
}

/* Root's work, then the end of being root, then the store as the user that
   will read it. Nothing from outside is read before. */
static int start(struct milter_service *service, const struct options *options,
		 int *maps_fd_r, struct error *error)
{
	struct privileges privileges;

	if (service_load(service, options->config, error) < 0 ||
	    privileges_find(service->configuration->milter_user,
			    service->configuration->socket_group, &privileges,
			    error) < 0)
		return -1;
	if (!options->check &&
	    open_sockets(service, &privileges, maps_fd_r, error) < 0)
		return -1;
	if (privileges_drop(&privileges, error) < 0 ||
	    service_open_store(service, error) < 0) {
		if (!options->check)
			remove_sockets(service);
		return -1;
	}
	return 0;
}

/* ---- running ---- */

struct milter_thread {
	pthread_t main_thread;
	int status; /* of smfi_main() */
};

static void *run_milter(void *argument)
{
	struct milter_thread *milter = argument;

	milter->status = smfi_main();
	/* It only returns by itself when something is wrong. */
	(void)pthread_kill(milter->main_thread, SIGTERM);
	return NULL;
}

static void fill_stop_signals(sigset_t *signals_r)
{
	(void)sigemptyset(signals_r);
	(void)sigaddset(signals_r, SIGTERM);
	(void)sigaddset(signals_r, SIGINT);
	(void)sigaddset(signals_r, SIGHUP);
}

/* libmilter ends on these signals at once, in the middle of messages. It waits
   for them in a thread of its own; but Linux gives a signal to the process to
   its main thread, if that waits for it too. So that is what it does, while
   libmilter runs in another. */
static void wait_for_stop(void)
{
	sigset_t signals;
	int signal_number;

	fill_stop_signals(&signals);
	while (sigwait(&signals, &signal_number) != 0 ||
	       signal_number == SIGHUP)
		log_failure("hangup-ignored",
			    "a changed configuration needs a restart");
}

/* Lets messages that are under way come to their end; new ones are deferred.
   Look-ups stop last, since Postfix makes them while it receives. As long as
   their socket is there, no other process takes our place, so nothing that is
   removed here can be its. Returns false if messages had to be given up. */
static bool stop(struct milter_service *service, struct socketmap *socketmap)
{
	bool ended;

	(void)sd_notify(0, "STOPPING=1");
	(void)unlink(service->configuration->milter_socket);
	under_way_close(service->messages);
	ended = under_way_wait(service->messages, STOP_MESSAGES_SECONDS);
	(void)unlink(service->configuration->maps_socket);
	return socketmap_stop(&socketmap, STOP_LOOK_UPS_SECONDS) && ended;
}

static int run(struct milter_service *service, int maps_fd)
{
	static struct milter_thread milter = {.status = MI_SUCCESS};
	struct socketmap *socketmap;
	struct error error = {""};
	sigset_t signals;
	pthread_t thread;
	bool ended;

	milter.main_thread = pthread_self();
	fill_stop_signals(&signals);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (socketmap_start(service, maps_fd, &socketmap, &error) < 0) {
		log_failure("start-failed", error.text);
		return EX_OSERR;
	}
	if (pthread_create(&thread, NULL, run_milter, &milter) != 0) {
		log_failure("start-failed", "cannot start a thread");
		return EX_OSERR;
	}
	log_failure("started", NULL);
	(void)sd_notify(0, "READY=1");
	wait_for_stop();
	ended = stop(service, socketmap);
	log_failure(ended ? "stopped" : "stopped-with-messages-under-way",
		    NULL);
	/* Threads of libmilter are still there, waiting for the mail server.
	   What they could touch is left to the end of the process; and if one
	   is in the middle of a message, it must not see libraries end. */
	if (!ended)
		_exit(EX_TEMPFAIL);
	return milter.status == MI_SUCCESS ? EX_OK : EX_OSERR;
}

int main(int argc, char **argv)
{
	static struct milter_service service;
	struct options options;
	struct error error = {""};
	int maps_fd = -1;

	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_RUN:
		break;
	case OPTIONS_DONE:
		return EX_OK;
	case OPTIONS_WRONG:
		return EX_USAGE;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0) {
		(void)fprintf(stderr,
			      "alumni-milter: cannot start libsodium\n");
		return EX_OSERR;
	}
	if (start(&service, &options, &maps_fd, &error) < 0) {
		(void)fprintf(stderr, "alumni-milter: %s\n", error.text);
		service_free(&service);
		return EX_CONFIG;
	}
	if (options.check) {
		printf("alumni-milter: %s is in order, and the store can be "
		       "read\n",
		       service.configuration->path);
		service_free(&service);
		return EX_OK;
	}
	return run(&service, maps_fd);
}
