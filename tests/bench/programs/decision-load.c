/* SPDX-License-Identifier: MIT
 *
 * Asks a server for decisions on recipients as fast as it answers, and says how
 * many it made and how long each took.
 *
 * usage: decision-load PROTOCOL SOCKET CONNECTIONS SECONDS ACCOUNTS NAME
 *
 * PROTOCOL is
 *   milter   what mail from another server costs at RCPT: MAIL, RCPT, and the
 *            end of that message, on a connection that stays open
 *   message  the same, and a message of a good 100 KiB, up to its end
 *   policy   Postfix's policy delegation protocol
 * The recipients are 1NAME to ACCOUNTSNAME, at random; NAME holds the domain.
 * An answer that is no acceptance is an error.
 */
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES             4096
#define ADDRESS_BYTES            512
#define HISTOGRAM_USECS          200000 /* what takes longer counts as that */
#define SENDER                   "<sender@outside.example>"
#define MILTER_VERSION           6
#define MILTER_ALL_ACTIONS       0x1ff
#define MILTER_ALL_STEPS         0x1fffff
#define MILTER_NO_DATA           0x200
#define MILTER_NO_END_OF_HEADERS 0x40
#define MILTER_NR_CONNECT        0x1000
#define MILTER_NR_MAIL           0x4000
#define MILTER_NR_RCPT           0x8000
#define MILTER_NR_HEADER         0x80
#define MILTER_NR_DATA           0x10000
#define MILTER_NR_END_OF_HEADERS 0x40000
#define MILTER_NR_BODY           0x80000
#define MILTER_BODY_BYTES        65535 /* the most that a packet may hold */
#define MILTER_BODY_PARTS        2

struct connection {
	pthread_t thread;
	unsigned int number;
	int fd;
	uint32_t steps; /* what the milter asked for */
	uint64_t random;
	uint64_t decisions;
	uint32_t *histogram;
};

typedef void decide_function(struct connection *connection,
			     const char *recipient);

static struct {
	const char *socket_path;
	const char *name;
	decide_function *decide;
	bool is_milter;
	unsigned long accounts;
	double seconds;
} options;

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* xorshift64*: cheap, and the same accounts in each run. */
static uint64_t next_random(struct connection *connection)
{
	uint64_t x = connection->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	connection->random = x;
	return x * UINT64_C(2685821657736338717);
}

static void send_all(int fd, const char *data, size_t length)
{
	if (send(fd, data, length, MSG_NOSIGNAL) != (ssize_t)length)
		err(EX_IOERR, "the server does not take the request");
}

static void receive(int fd, char *data_r, size_t length)
{
	if (recv(fd, data_r, length, MSG_WAITALL) != (ssize_t)length)
		errx(EX_PROTOCOL, "the server has closed the connection");
}

/* ---- milter ---- */

static size_t put_packet(char *buffer, size_t used, char command,
			 const void *data, size_t length)
{
	uint32_t size = htonl((uint32_t)length + 1);

	if (used + length + 5 > BUFFER_BYTES)
		errx(EX_SOFTWARE, "a request is too long");
	memcpy(buffer + used, &size, 4);
	buffer[used + 4] = command;
	memcpy(buffer + used + 5, data, length);
	return used + 5 + length;
}

/* Reads an answer of the milter; returns its command. */
static char milter_answer(int fd, char data_r[BUFFER_BYTES])
{
	uint32_t size;

	receive(fd, (char *)&size, 4);
	size = ntohl(size);
	if (size == 0 || size > BUFFER_BYTES)
		errx(EX_PROTOCOL, "no answer of a milter");
	receive(fd, data_r, size);
	return data_r[0];
}

static void milter_expect(struct connection *connection, uint32_t no_reply)
{
	char data[BUFFER_BYTES];
	char command;

	if ((connection->steps & no_reply) != 0)
		return;
	command = milter_answer(connection->fd, data);
	if (command != 'c')
		errx(EX_PROTOCOL, "the milter answers %c", command);
}

static void milter_greet(struct connection *connection)
{
	const uint32_t offer[3] = {htonl(MILTER_VERSION),
				   htonl(MILTER_ALL_ACTIONS),
				   htonl(MILTER_ALL_STEPS)};
	static const char connect_data[] = "outside.example\0"
					   "4\x30\x39"
					   "192.0.2.1";
	static const char macro[] = "C{daemon_name}\0smtpd";
	char buffer[BUFFER_BYTES];
	uint32_t answer[3];
	size_t used;

	used = put_packet(buffer, 0, 'O', offer, sizeof(offer));
	send_all(connection->fd, buffer, used);
	if (milter_answer(connection->fd, buffer) != 'O')
		errx(EX_PROTOCOL, "the milter does not negotiate");
	memcpy(answer, buffer + 1, sizeof(answer));
	connection->steps = ntohl(answer[2]);
	used = put_packet(buffer, 0, 'D', macro, sizeof(macro));
	used = put_packet(buffer, used, 'C', connect_data,
			  sizeof(connect_data));
	send_all(connection->fd, buffer, used);
	milter_expect(connection, MILTER_NR_CONNECT);
}

static void milter_send(struct connection *connection, char command,
			const void *data, size_t length)
{
	char buffer[BUFFER_BYTES];

	send_all(connection->fd, buffer,
		 put_packet(buffer, 0, command, data, length));
}

static void milter_recipient(struct connection *connection,
			     const char *recipient)
{
	static const char mail[] = SENDER "\0SIZE=2000";
	static const char macro[] = "Ri\0NOQUEUE";

	milter_send(connection, 'M', mail, sizeof(mail));
	milter_expect(connection, MILTER_NR_MAIL);
	milter_send(connection, 'D', macro, sizeof(macro));
	milter_send(connection, 'R', recipient, strlen(recipient) + 1);
	milter_expect(connection, MILTER_NR_RCPT);
}

static void milter_decide(struct connection *connection, const char *recipient)
{
	milter_recipient(connection, recipient);
	milter_send(connection, 'A', "", 0);
}

/* Sends parts of the body until the milter wants no more. */
static void milter_body(struct connection *connection)
{
	static const char part[MILTER_BODY_BYTES];
	static const unsigned char head[] = {0, 1, 0, 0, 'B'};
	char data[BUFFER_BYTES];
	char command = 'c';

	for (int i = 0; i < MILTER_BODY_PARTS && command == 'c'; i++) {
		send_all(connection->fd, (const char *)head, sizeof(head));
		send_all(connection->fd, part, sizeof(part));
		/* Or it says that it wants no more of it. */
		if ((connection->steps & MILTER_NR_BODY) == 0)
			command = milter_answer(connection->fd, data);
	}
}

static void milter_message(struct connection *connection, const char *recipient)
{
	static const char header[] = "Subject\0a message";
	char data[BUFFER_BYTES];
	char command;

	milter_recipient(connection, recipient);
	if ((connection->steps & MILTER_NO_DATA) == 0) {
		milter_send(connection, 'T', "", 0);
		milter_expect(connection, MILTER_NR_DATA);
	}
	milter_send(connection, 'L', header, sizeof(header));
	milter_expect(connection, MILTER_NR_HEADER);
	if ((connection->steps & MILTER_NO_END_OF_HEADERS) == 0) {
		milter_send(connection, 'N', "", 0);
		milter_expect(connection, MILTER_NR_END_OF_HEADERS);
	}
	milter_body(connection);
	milter_send(connection, 'E', "", 0);
	do {
		/* Edits come before the answer. */
		command = milter_answer(connection->fd, data);
	} while (strchr("carty", command) == NULL);
	if (strchr("ca", command) == NULL)
		errx(EX_PROTOCOL, "the milter ends with %c", command);
}

/* ---- policy ---- */

static void policy_decide(struct connection *connection, const char *recipient)
{
	char buffer[BUFFER_BYTES];
	size_t used = 0;
	int length = snprintf(buffer, sizeof(buffer),
			      "request=smtpd_access_policy\n"
			      "protocol_state=RCPT\nprotocol_name=ESMTP\n"
			      "sender=sender@outside.example\n"
			      "recipient=%.*s\nsize=2000\n\n",
			      (int)strlen(recipient) - 2, recipient + 1);

	send_all(connection->fd, buffer, (size_t)length);
	do {
		ssize_t got = recv(connection->fd, buffer + used,
				   sizeof(buffer) - 1 - used, 0);
		if (got <= 0)
			errx(EX_PROTOCOL,
			     "the server has closed the connection");
		used += (size_t)got;
		buffer[used] = '\0';
	} while (strstr(buffer, "\n\n") == NULL);
	if (strncmp(buffer, "action=DUNNO\n", 13) != 0 &&
	    strncmp(buffer, "action=OK\n", 10) != 0)
		errx(EX_PROTOCOL, "the policy service answers %s", buffer);
}

/* ---- load ---- */

static void decide_timed(struct connection *connection)
{
	char recipient[ADDRESS_BYTES];
	uint64_t number = next_random(connection) % options.accounts + 1;
	double begun;
	double usecs;

	(void)snprintf(recipient, sizeof(recipient), "<%" PRIu64 "%s>", number,
		       options.name);
	begun = now();
	options.decide(connection, recipient);
	usecs = (now() - begun) * 1e6;
	connection->histogram[usecs < HISTOGRAM_USECS ? (size_t)usecs
						      : HISTOGRAM_USECS]++;
	connection->decisions++;
}

static void *run(void *argument)
{
	struct connection *connection = argument;
	double end;

	if (options.is_milter)
		milter_greet(connection);
	end = now() + options.seconds;
	while (now() < end)
		decide_timed(connection);
	return NULL;
}

static void open_connection(struct connection *connection, unsigned int number)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	connection->number = number;
	connection->random = UINT64_C(0x9e3779b97f4a7c15) * (number + 1);
	connection->histogram =
		calloc(HISTOGRAM_USECS + 1, sizeof(*connection->histogram));
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		       options.socket_path);
	if (connection->histogram == NULL || connection->fd < 0 ||
	    connect(connection->fd, (struct sockaddr *)&address,
		    sizeof(address)) < 0)
		err(EX_NOINPUT, "%s", options.socket_path);
}

static uint64_t percentile(const struct connection *connections,
			   unsigned int count, uint64_t decisions,
			   double fraction)
{
	uint64_t seen = 0;

	for (size_t usecs = 0; usecs <= HISTOGRAM_USECS; usecs++) {
		for (unsigned int i = 0; i < count; i++)
			seen += connections[i].histogram[usecs];
		if ((double)seen >= fraction * (double)decisions)
			return usecs;
	}
	return HISTOGRAM_USECS;
}

static void report(const struct connection *connections, unsigned int count)
{
	uint64_t decisions = 0;

	for (unsigned int i = 0; i < count; i++)
		decisions += connections[i].decisions;
	printf("{\"decisions\": %" PRIu64 ", \"per_second\": %.1f, "
	       "\"p50_usecs\": %" PRIu64 ", \"p99_usecs\": %" PRIu64 "}\n",
	       decisions, (double)decisions / options.seconds,
	       percentile(connections, count, decisions, 0.5),
	       percentile(connections, count, decisions, 0.99));
}

static bool choose_protocol(const char *name)
{
	static const struct {
		const char *name;
		decide_function *decide;
		bool is_milter;
	} protocols[] = {
		{"milter", milter_decide, true},
		{"message", milter_message, true},
		{"policy", policy_decide, false},
	};

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcmp(name, protocols[i].name) == 0) {
			options.decide = protocols[i].decide;
			options.is_milter = protocols[i].is_milter;
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	struct connection *connections;
	unsigned int count;

	if (argc != 7) {
		(void)fprintf(stderr, "usage: decision-load PROTOCOL SOCKET "
				      "CONNECTIONS SECONDS ACCOUNTS NAME\n");
		return EX_USAGE;
	}
	if (!choose_protocol(argv[1]))
		errx(EX_USAGE, "there is no protocol %s", argv[1]);
	options.socket_path = argv[2];
	count = (unsigned int)strtoul(argv[3], NULL, 10);
	options.seconds = strtod(argv[4], NULL);
	options.accounts = strtoul(argv[5], NULL, 10);
	options.name = argv[6];
	connections = calloc(count, sizeof(*connections));
	if (count == 0 || options.accounts == 0 || connections == NULL)
		errx(EX_USAGE, "no connections, or no accounts");
	for (unsigned int i = 0; i < count; i++)
		open_connection(&connections[i], i);
	for (unsigned int i = 0; i < count; i++) {
		if (pthread_create(&connections[i].thread, NULL, run,
				   &connections[i]) != 0)
			errx(EX_OSERR, "cannot start a thread");
	}
	for (unsigned int i = 0; i < count; i++)
		(void)pthread_join(connections[i].thread, NULL);
	report(connections, count);
	return EX_OK;
}
