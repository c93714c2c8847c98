/* SPDX-License-Identifier: MIT
 *
 * Load for Dovecot's auth socket: a number of clients, each with a connection
 * of its own and one login at a time, for so many seconds. Prints one JSON
 * object: logins that were let in, refused and still waiting at the end, and
 * how long those that were let in took.
 *
 *   auth-load SOCKET PEOPLE CLIENTS WARM_UP_SECONDS SECONDS
 *
 * PEOPLE has a line "NAME PASSWORD" for each person, taken in turns. What
 * begins during the warm-up is not counted. With 0 SECONDS everybody logs in
 * just once, and that is counted.
 */
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX   1024
#define LINE_BYTES    16384
#define REQUEST_BYTES 1024

/* After the end, for answers that are on their way. */
#define LAST_ANSWERS_USECS INT64_C(2000000)

struct client {
	int fd;
	unsigned int id; /* of the login under way; 0 = none */
	int64_t since_usecs;
	size_t used;
	char buffer[LINE_BYTES];
};

struct load {
	const char *socket_path;
	char **requests; /* "service=... resp=...\n" for each person */
	size_t people;
	size_t next;
	size_t limit; /* logins to begin; 0 = by the clock */
	struct client *clients;
	size_t client_count;
	int64_t count_from_usecs;
	int64_t end_usecs;
	uint64_t refused;
	uint64_t accepted;
	uint32_t *usecs; /* of each one let in */
	size_t usecs_room;
	int64_t last_answer_usecs;
};

static void fail(const char *what)
{
	fprintf(stderr, "auth-load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_usecs(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- people ---- */

static char *make_request(const char *name, const char *password)
{
	char plain[REQUEST_BYTES / 2];
	char encoded[REQUEST_BYTES];
	size_t name_length = strlen(name);
	size_t length = name_length + strlen(password) + 2;
	char *request;

	if (length > sizeof(plain) - 1) {
		errno = E2BIG;
		fail(name);
	}
	plain[0] = '\0';
	memcpy(plain + 1, name, name_length + 1);
	memcpy(plain + name_length + 2, password, strlen(password));
	sodium_bin2base64(encoded, sizeof(encoded),
			  (const unsigned char *)plain, length,
			  sodium_base64_VARIANT_ORIGINAL);
	/* nologin: nobody asks for the user's mailbox afterwards. */
	if (asprintf(&request, "service=imap\tsecured\tnologin\tresp=%s\n",
		     encoded) < 0)
		fail("memory");
	return request;
}

static void read_people(struct load *load, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[REQUEST_BYTES];

	if (file == NULL)
		fail(path);
	while (fgets(line, sizeof(line), file) != NULL) {
		char *password = strchr(line, ' ');

		if (password == NULL) {
			errno = EINVAL;
			fail(path);
		}
		*password++ = '\0';
		password[strcspn(password, "\n")] = '\0';
		load->requests = reallocarray(load->requests, load->people + 1,
					      sizeof(*load->requests));
		if (load->requests == NULL)
			fail("memory");
		load->requests[load->people++] = make_request(line, password);
	}
	fclose(file);
}

/* ---- clients ---- */

static void send_all(const struct client *client, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t sent = send(client->fd, text, left, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			fail("send to Dovecot's auth socket");
		if (sent > 0) {
			text += sent;
			left -= (size_t)sent;
		}
	}
}

static void begin_login(struct load *load, struct client *client)
{
	char head[64];
	int64_t now = now_usecs();

	if (load->limit != 0 ? load->next == load->limit
			     : now >= load->end_usecs)
		return;
	client->id++;
	client->since_usecs = now;
	snprintf(head, sizeof(head), "AUTH\t%u\tPLAIN\t", client->id);
	send_all(client, head);
	send_all(client, load->requests[load->next++ % load->people]);
}

static void note_time(struct load *load, int64_t usecs)
{
	if (load->accepted == load->usecs_room) {
		load->usecs_room = load->usecs_room * 2 + 1024;
		load->usecs = reallocarray(load->usecs, load->usecs_room,
					   sizeof(*load->usecs));
		if (load->usecs == NULL)
			fail("memory");
	}
	load->usecs[load->accepted++] = (uint32_t)usecs;
}

static void take_line(struct load *load, struct client *client,
		      const char *line)
{
	bool accepted = strncmp(line, "OK\t", 3) == 0;
	int64_t now = now_usecs();

	if (!accepted && strncmp(line, "FAIL\t", 5) != 0)
		return;
	if (client->since_usecs >= load->count_from_usecs) {
		if (accepted)
			note_time(load, now - client->since_usecs);
		else
			load->refused++;
		load->last_answer_usecs = now;
	}
	client->since_usecs = 0;
	begin_login(load, client);
}

static void read_client(struct load *load, struct client *client)
{
	ssize_t got = recv(client->fd, client->buffer + client->used,
			   sizeof(client->buffer) - client->used, 0);
	char *start = client->buffer;
	char *end;

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		fprintf(stderr, "auth-load: Dovecot closed the connection; "
				"see its log\n");
		exit(1);
	}
	client->used += (size_t)got;
	for (;;) {
		size_t left = client->used - (size_t)(start - client->buffer);

		end = memchr(start, '\n', left);
		if (end == NULL) {
			memmove(client->buffer, start, left);
			client->used = left;
			return;
		}
		*end = '\0';
		take_line(load, client, start);
		start = end + 1;
	}
}

/* Dovecot knows its clients by their process ids, so each gets one that no
   process of this machine has. */
static void connect_client(const struct load *load, struct client *client,
			   size_t number)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char greeting[64];

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		 load->socket_path);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&address,
				      sizeof(address)) < 0)
		fail(load->socket_path);
	snprintf(greeting, sizeof(greeting), "VERSION\t1\t2\nCPID\t%zu\n",
		 (size_t)100000000 + (size_t)getpid() * CLIENTS_MAX + number);
	send_all(client, greeting);
}

/* ---- running ---- */

static bool is_under_way(const struct load *load)
{
	if (now_usecs() < load->end_usecs && load->limit == 0)
		return true;
	for (size_t i = 0; i < load->client_count; i++) {
		if (load->clients[i].since_usecs != 0)
			return true;
	}
	return false;
}

static void run(struct load *load)
{
	struct pollfd waiting[CLIENTS_MAX];
	int64_t give_up = load->end_usecs + LAST_ANSWERS_USECS;

	for (size_t i = 0; i < load->client_count; i++) {
		waiting[i].fd = load->clients[i].fd;
		waiting[i].events = POLLIN;
		begin_login(load, &load->clients[i]);
	}
	while (is_under_way(load) &&
	       (load->limit != 0 || now_usecs() < give_up)) {
		if (poll(waiting, load->client_count, 100) < 0 &&
		    errno != EINTR)
			fail("poll");
		for (size_t i = 0; i < load->client_count; i++) {
			if (waiting[i].revents != 0)
				read_client(load, &load->clients[i]);
		}
	}
}

static int compare(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one;
	uint32_t b = *(const uint32_t *)other;

	return (a > b) - (a < b);
}

static double percentile_msecs(const struct load *load, unsigned int percent)
{
	size_t rank;

	if (load->accepted == 0)
		return 0;
	rank = (load->accepted - 1) * percent / 100;
	return load->usecs[rank] / 1000.0;
}

static void print_result(struct load *load)
{
	int64_t end =
		load->limit != 0 || load->end_usecs > load->last_answer_usecs
			? load->last_answer_usecs
			: load->end_usecs;
	double seconds = (double)(end - load->count_from_usecs) / 1e6;
	size_t waiting = 0;

	for (size_t i = 0; i < load->client_count; i++)
		waiting += load->clients[i].since_usecs != 0;
	if (load->accepted > 0)
		qsort(load->usecs, load->accepted, sizeof(*load->usecs),
		      compare);
	printf("{\"accepted\": %llu, \"refused\": %llu, \"waiting\": %zu, "
	       "\"per_second\": %.2f, \"p50_msecs\": %.3f, "
	       "\"p99_msecs\": %.3f, \"max_msecs\": %.3f}\n",
	       (unsigned long long)load->accepted,
	       (unsigned long long)load->refused, waiting,
	       seconds > 0 ? (double)load->accepted / seconds : 0,
	       percentile_msecs(load, 50), percentile_msecs(load, 99),
	       percentile_msecs(load, 100));
}

int main(int argc, char **argv)
{
	struct load load = {0};
	int64_t start;
	int seconds;

	if (argc != 6) {
		fprintf(stderr, "usage: auth-load SOCKET PEOPLE CLIENTS "
				"WARM_UP_SECONDS SECONDS\n");
		return 2;
	}
	load.socket_path = argv[1];
	read_people(&load, argv[2]);
	load.client_count = strtoul(argv[3], NULL, 10);
	seconds = atoi(argv[5]);
	if (load.client_count == 0 || load.client_count > CLIENTS_MAX ||
	    load.people == 0) {
		fprintf(stderr, "auth-load: no clients, or nobody to log in\n");
		return 2;
	}
	load.limit = seconds == 0 ? load.people : 0;
	load.clients = calloc(load.client_count, sizeof(*load.clients));
	if (load.clients == NULL)
		fail("memory");
	for (size_t i = 0; i < load.client_count; i++)
		connect_client(&load, &load.clients[i], i);
	start = now_usecs();
	load.count_from_usecs = start + atoi(argv[4]) * INT64_C(1000000);
	load.end_usecs = load.count_from_usecs + seconds * INT64_C(1000000);
	run(&load);
	print_result(&load);
	return 0;
}
