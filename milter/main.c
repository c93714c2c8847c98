/* SPDX-License-Identifier: MIT
 *
 * alumni-milter: the mail filter that forwards and refuses, and the server of
 * Postfix's look-ups. Runs in the foreground until SIGTERM.
 */
#include <libmilter/mfapi.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "milter/session/callbacks.h"
#include "milter/daemon/listening-socket.h"
#include "milter/service/log.h"
#include "milter/service/metrics-server.h"
#include "milter/daemon/options.h"
#include "milter/daemon/privileges.h"
#include "milter/daemon/self-check.h"
#include "milter/service/service.h"
#include "milter/daemon/signals.h"
#include "milter/maps/socketmap.h"
#include "lib/base/thread.h"

/* When the daemon is told to stop, messages under way get this long to end.
   After that Postfix defers them. */
#define STOP_MESSAGES_SECONDS 30
#define STOP_LOOK_UPS_SECONDS 5

/* Otherwise the threads, one for each connection, would get eight heaps for
   each core, and each heap keeps the memory that it once had. */
#define MALLOC_ARENAS 4

/* What the main thread holds. Options that are used here take a restart, so
   these settings serve for all the time. */
struct daemon {
	struct milter_service service;
	const struct settings *settings;
	struct metrics_server *metrics_server;
	int maps_fd;
};

static const struct configuration *options_of(const struct daemon *daemon)
{
	return daemon->settings->configuration;
}

static int open_sockets(struct daemon *daemon,
			const struct privileges *privileges,
			struct error *error)
{
	const char *milter = options_of(daemon)->milter_socket;
	const char *maps = options_of(daemon)->maps_socket;

	if (listening_socket_prepare(milter, privileges, error) < 0 ||
	    listening_socket_prepare(maps, privileges, error) < 0)
		return -1;
	/* Nobody may connect before owner and mode are right. */
	(void)umask(S_IXUSR | S_IRWXG | S_IRWXO);
	daemon->maps_fd = listening_socket_open(maps, error);
	if (daemon->maps_fd < 0 ||
	    callbacks_listen(&daemon->service, milter, error) < 0 ||
	    listening_socket_give(maps, privileges, error) < 0 ||
	    listening_socket_give(milter, privileges, error) < 0)
		return -1;
	(void)umask(S_IRWXO);
	return 0;
}

static void remove_sockets(const struct daemon *daemon)
{
	/* In a folder that is not ours they stay; the next start removes them.
	 */
	(void)unlink(options_of(daemon)->milter_socket);
	(void)unlink(options_of(daemon)->maps_socket);
}

/* Every connection takes one. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Runs as the daemon's own user. The daemon also starts without its store, and
   defers mail until the store is there: a daemon that gave up would have to be
   started by hand. */
static int open_store_and_metrics(struct daemon *daemon, bool check,
				  struct error *error)
{
	const char *listen = options_of(daemon)->metrics_listen;
	int opened = service_open_store(&daemon->service, error);

	if (opened < 0 || (opened == 0 && check))
		return -1;
	if (opened == 0)
		log_failure("store-unavailable", error->text);
	if (check || listen == NULL)
		return 0;
	return metrics_server_start(daemon->service.metrics, listen,
				    &daemon->metrics_server, error);
}

/* Root's work, then the end of being root, then the store as the user that
   will read it. Nothing from outside is read before. */
static int start(struct daemon *daemon, const struct options *options,
		 struct error *error)
{
	struct privileges privileges;

	if (service_load(&daemon->service, options->config, error) < 0)
		return -1;
	daemon->settings = settings_take(daemon->service.settings);
	if (privileges_find(options_of(daemon)->milter_user,
			    options_of(daemon)->socket_group, &privileges,
			    error) < 0)
		return -1;
	raise_descriptor_limit();
	if (!options->check && open_sockets(daemon, &privileges, error) < 0)
		return -1;
	if (privileges_drop(&privileges, error) < 0 ||
	    open_store_and_metrics(daemon, options->check, error) < 0) {
		if (!options->check)
			remove_sockets(daemon);
		return -1;
	}
	return 0;
}

/* Sessions hold nothing between messages, so once no message is under way,
   all that they could still ask for is what stays. */
static void finish(struct daemon *daemon)
{
	metrics_server_stop(&daemon->metrics_server);
	if (daemon->settings != NULL)
		settings_give(daemon->service.settings, &daemon->settings);
	service_close(&daemon->service);
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

/* The old settings stay in force when the new ones are wrong. */
static void reload(struct daemon *daemon)
{
	const char *changed = NULL;
	struct error error = {""};
	struct log_line line;
	bool failed;

	(void)sd_notify(0, "RELOADING=1");
	failed =
		settings_reload(daemon->service.settings, &changed, &error) < 0;
	metrics_count(daemon->service.metrics,
		      failed ? METRICS_RELOAD_FAILED : METRICS_RELOAD_DONE);
	log_begin(&line, failed ? "reload-failed" : "reloaded");
	if (failed) {
		log_text(&line, "level", "error");
		log_text(&line, "reason", error.text);
	}
	log_text(&line, "takes_a_restart", changed);
	log_write(&line);
	(void)sd_notify(0, "READY=1");
}

/* How often the service manager is to hear of us, or false if it does not
   ask to. Twice as often as it must. */
static bool find_watchdog_time(struct timespec *time_r)
{
	uint64_t usecs;

	if (sd_watchdog_enabled(0, &usecs) <= 0)
		return false;
	usecs /= 2;
	time_r->tv_sec = (time_t)(usecs / 1000000);
	time_r->tv_nsec = (long)(usecs % 1000000) * 1000;
	return true;
}

/* When it hears nothing, the service manager restarts the daemon. */
static void feed_watchdog(const struct daemon *daemon)
{
	struct error error = {""};

	if (self_check(options_of(daemon)->milter_socket,
		       options_of(daemon)->maps_socket, &error) < 0)
		log_failure("self-check-failed", error.text);
	else
		(void)sd_notify(0, "WATCHDOG=1");
}

/* libmilter runs in a thread of its own meanwhile. */
static void wait_for_stop(struct daemon *daemon)
{
	struct timespec watchdog;
	const bool is_watched = find_watchdog_time(&watchdog);

	for (;;) {
		switch (signals_wait(is_watched ? &watchdog : NULL)) {
		case SIGTERM:
		case SIGINT:
			return;
		case SIGUSR1:
			reload(daemon);
			break;
		case SIGHUP:
			log_failure("hangup-ignored",
				    "SIGUSR1 reads the configuration anew");
			break;
		default:
			break;
		}
		if (is_watched)
			feed_watchdog(daemon);
	}
}

/* Lets messages that are under way come to their end; new ones are deferred.
   Look-ups stop last, since Postfix makes them while it receives. As long as
   their socket is there, no other process takes our place, so nothing that is
   removed here can be its. Returns false if messages had to be given up. */
static bool stop(struct daemon *daemon, struct socketmap *socketmap)
{
	struct under_way *messages = daemon->service.messages;
	bool ended;

	(void)sd_notify(0, "STOPPING=1");
	(void)unlink(options_of(daemon)->milter_socket);
	under_way_close(messages);
	ended = under_way_wait(messages, STOP_MESSAGES_SECONDS);
	(void)unlink(options_of(daemon)->maps_socket);
	return socketmap_stop(&socketmap, STOP_LOOK_UPS_SECONDS) && ended;
}

static int run(struct daemon *daemon)
{
	static struct milter_thread milter = {.status = MI_SUCCESS};
	struct socketmap *socketmap;
	struct error error = {""};
	bool ended;

	milter.main_thread = pthread_self();
	(void)thread_limit_stacks();
	if (socketmap_start(&daemon->service, daemon->maps_fd, &socketmap,
			    &error) < 0) {
		log_failure("start-failed", error.text);
		return EX_OSERR;
	}
	if (thread_start(run_milter, &milter, THREAD_STACK_BYTES, NULL) != 0) {
		log_failure("start-failed", "cannot start a thread");
		return EX_OSERR;
	}
	log_failure("started", NULL);
	(void)sd_notify(0, "READY=1");
	wait_for_stop(daemon);
	ended = stop(daemon, socketmap);
	log_failure(ended ? "stopped" : "stopped-with-messages-under-way",
		    NULL);
	/* Threads of libmilter are still there, waiting for the mail server.
	   If one is in the middle of a message, it must not see libraries
	   end. */
	if (!ended)
		_exit(EX_TEMPFAIL);
	finish(daemon);
	return milter.status == MI_SUCCESS ? EX_OK : EX_OSERR;
}

/* A daemon that has not begun to run may be freed whole. */
static int end(struct daemon *daemon, int status)
{
	finish(daemon);
	service_free(&daemon->service);
	return status;
}

int main(int argc, char **argv)
{
	/* libmilter's threads may look at it until the very end. */
	static struct daemon daemon = {.maps_fd = -1};
	struct options options;
	struct error error = {""};

	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_RUN:
		break;
	case OPTIONS_DONE:
		return EX_OK;
	case OPTIONS_WRONG:
		return EX_USAGE;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (!options.check)
		signals_hold();
	(void)mallopt(M_ARENA_MAX, MALLOC_ARENAS);
	if (sodium_init() < 0) {
		(void)fprintf(stderr,
			      "alumni-milter: cannot start libsodium\n");
		return EX_OSERR;
	}
	if (start(&daemon, &options, &error) < 0) {
		(void)fprintf(stderr, "alumni-milter: %s\n", error.text);
		return end(&daemon, EX_CONFIG);
	}
	if (options.check) {
		printf("alumni-milter: %s is in order, and the store can be "
		       "read\n",
		       options_of(&daemon)->path);
		return end(&daemon, EX_OK);
	}
	return run(&daemon);
}
