/* SPDX-License-Identifier: MIT
 *
 * A real slapd; see tests/unit/directory/slapd-fixture.h.
 */
#include "tests/unit/directory/slapd-fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_TIMEOUT_MSECS 20000
#define POLL_MSECS          20

static const char configuration[] =
	"include /etc/ldap/schema/core.schema\n"
	"include /etc/ldap/schema/cosine.schema\n"
	"include /etc/ldap/schema/inetorgperson.schema\n"
	"modulepath /usr/lib/ldap\n"
	"moduleload back_mdb\n"
	"pidfile %1$s/slapd.pid\n"
	"TLSCACertificateFile %1$s/server.pem\n"
	"TLSCertificateFile %1$s/server.pem\n"
	"TLSCertificateKeyFile %1$s/server.key\n"
	"database mdb\n"
	"suffix \"" SLAPD_BASE "\"\n"
	"rootdn \"cn=admin," SLAPD_BASE "\"\n"
	"maxsize 16777216\n"
	"directory %1$s/db\n"
	"access to attrs=userPassword by anonymous auth by * none\n"
	"limits dn.exact=\"" SLAPD_LIMITED_SERVICE "\" size.prtotal=4\n"
	"access to * by dn.exact=\"" SLAPD_SERVICE "\" read"
	" by dn.exact=\"" SLAPD_LIMITED_SERVICE "\" read by * none\n";

static const char tree[] = "dn: " SLAPD_BASE "\n"
			   "objectClass: dcObject\n"
			   "objectClass: organization\n"
			   "dc: university\n"
			   "o: University\n\n"
			   "dn: " SLAPD_PEOPLE "\n"
			   "objectClass: organizationalUnit\n\n"
			   "dn: ou=others," SLAPD_PEOPLE "\n"
			   "objectClass: organizationalUnit\n\n"
			   "dn: " SLAPD_SERVICE "\n"
			   "objectClass: organizationalRole\n"
			   "objectClass: simpleSecurityObject\n"
			   "cn: mail\n"
			   "userPassword: service secret\n\n"
			   "dn: " SLAPD_LIMITED_SERVICE "\n"
			   "objectClass: organizationalRole\n"
			   "objectClass: simpleSecurityObject\n"
			   "cn: limited\n"
			   "userPassword: service secret\n\n";

/* Up to two values each; employeeType is the class, description the state.
   The password is NAME-university. */
static const struct person {
	const char *name, *parent;
	const char *types[2], *descriptions[2];
	int has_password;
} people[] = {
	{"employee", SLAPD_PEOPLE, {"Employee"}, {"active"}, 1},
	{"student", SLAPD_PEOPLE, {"student"}, {"active"}, 1},
	{"both", SLAPD_PEOPLE, {"student", "employee"}, {"active"}, 1},
	{"guest", SLAPD_PEOPLE, {"guest"}, {"active"}, 1},
	{"leaver", SLAPD_PEOPLE, {"student"}, {"left"}, 1},
	{"suspended", SLAPD_PEOPLE, {NULL}, {"active", "suspended"}, 1},
	{"plain", SLAPD_PEOPLE, {NULL}, {NULL}, 1},
	{"nopassword", SLAPD_PEOPLE, {NULL}, {"active"}, 0},
	{"twin", SLAPD_PEOPLE, {NULL}, {"active"}, 0},
	{"twin", "ou=others," SLAPD_PEOPLE, {NULL}, {"active"}, 0},
};

static int complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static int complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	return -1;
}

static int write_file(const char *folder, const char *name, const char *format,
		      ...) __attribute__((format(printf, 3, 4)));

static int write_file(const char *folder, const char *name, const char *format,
		      ...)
{
	char path[128];
	va_list args;
	FILE *file;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (file == NULL)
		return complain("%s: %s", path, strerror(errno));
	va_start(args, format);
	(void)vfprintf(file, format, args);
	va_end(args);
	return fclose(file) == 0 ? 0 : complain("%s: cannot write", path);
}

static void write_values(FILE *file, const char *attribute,
			 const char *const values[2])
{
	for (int i = 0; i < 2; i++) {
		if (values[i] != NULL)
			(void)fprintf(file, "%s: %s\n", attribute, values[i]);
	}
}

static int write_entries(const struct slapd *slapd)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/entries.ldif", slapd->folder);
	file = fopen(path, "we");
	if (file == NULL)
		return complain("%s: %s", path, strerror(errno));
	(void)fputs(tree, file);
	for (size_t i = 0; i < sizeof(people) / sizeof(*people); i++) {
		const char *name = people[i].name;

		(void)fprintf(file,
			      "dn: uid=%1$s,%2$s\n"
			      "objectClass: inetOrgPerson\n"
			      "uid: %1$s\ncn: %1$s\nsn: %1$s\n",
			      name, people[i].parent);
		write_values(file, "employeeType", people[i].types);
		write_values(file, "description", people[i].descriptions);
		if (people[i].has_password)
			(void)fprintf(file, "userPassword: %s-university\n",
				      name);
		(void)fputc('\n', file);
	}
	return fclose(file) == 0 ? 0 : complain("%s: cannot write", path);
}

/* argv is copied into the child, so that literals will do. */
static pid_t start_program(const char *const *argv, const char *output)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	/* A test that crashes must not leave a server behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (fd >= 0) {
		(void)dup2(fd, STDOUT_FILENO);
		(void)dup2(fd, STDERR_FILENO);
	}
	(void)execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static int run_program(const struct slapd *slapd, const char *const *argv)
{
	char output[128];
	int status = -1;
	pid_t pid;

	(void)snprintf(output, sizeof(output), "%s/output", slapd->folder);
	pid = start_program(argv, output);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		return complain("%s failed: status %d, see %s; is it "
				"installed?",
				argv[0], status, output);
	return 0;
}

static int make_certificate(const struct slapd *slapd, const char *name,
			    const char *subject)
{
	char certificate[128], key[128];
	const char *const argv[] = {
		"openssl",
		"req",
		"-x509",
		"-newkey",
		"ec",
		"-pkeyopt",
		"ec_paramgen_curve:prime256v1",
		"-nodes",
		"-days",
		"2",
		"-subj",
		subject,
		"-addext",
		"subjectAltName=DNS:localhost,IP:127.0.0.1",
		"-keyout",
		key,
		"-out",
		certificate,
		NULL,
	};

	(void)snprintf(key, sizeof(key), "%s/%s.key", slapd->folder, name);
	(void)snprintf(certificate, sizeof(certificate), "%s/%s.pem",
		       slapd->folder, name);
	return run_program(slapd, argv);
}

static int add_entries(const struct slapd *slapd)
{
	char path[128], conf[128], ldif[128];
	const char *const argv[] = {
		"/usr/sbin/slapadd", "-f", conf, "-l", ldif, NULL};

	(void)snprintf(path, sizeof(path), "%s/db", slapd->folder);
	(void)snprintf(conf, sizeof(conf), "%s/slapd.conf", slapd->folder);
	(void)snprintf(ldif, sizeof(ldif), "%s/entries.ldif", slapd->folder);
	if (mkdir(path, 0700) < 0)
		return complain("%s: %s", path, strerror(errno));
	return run_program(slapd, argv);
}

int free_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int port = -1;

	if (fd >= 0 && bind(fd, (void *)&address, sizeof(address)) == 0 &&
	    getsockname(fd, (void *)&address, &length) == 0)
		port = ntohs(address.sin_port);
	if (fd >= 0)
		(void)close(fd);
	return port;
}

static int listens(int port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int ret = connect(fd, (const void *)&address, sizeof(address));

	(void)close(fd);
	return ret == 0;
}

int slapd_start(struct slapd *slapd)
{
	char uris[256], conf[128], output[128];
	const char *const argv[] = {
		"/usr/sbin/slapd", "-f", conf, "-h", uris, "-d", "0", NULL,
	};

	(void)snprintf(uris, sizeof(uris), "%s %s %s", slapd->uri,
		       slapd->uri_of_other_name, slapd->ldaps_uri);
	(void)snprintf(conf, sizeof(conf), "%s/slapd.conf", slapd->folder);
	(void)snprintf(output, sizeof(output), "%s/output", slapd->folder);
	slapd->pid = start_program(argv, output);
	if (slapd->pid < 0)
		return complain("cannot fork");
	for (int waited = 0; waited < START_TIMEOUT_MSECS;
	     waited += POLL_MSECS) {
		if (listens(slapd->port) && listens(slapd->ldaps_port))
			return 0;
		if (waitpid(slapd->pid, NULL, WNOHANG) != 0) {
			slapd->pid = 0;
			return complain("slapd ended, see %s", output);
		}
		(void)poll(NULL, 0, POLL_MSECS);
	}
	return complain("slapd does not answer");
}

void slapd_stop(struct slapd *slapd)
{
	if (slapd->pid <= 0)
		return;
	(void)kill(slapd->pid, SIGCONT);
	(void)kill(slapd->pid, SIGTERM);
	(void)waitpid(slapd->pid, NULL, 0);
	slapd->pid = 0;
}

int slapd_hang(struct slapd *slapd)
{
	int status;

	/* 0 would be the test itself, and all that it was started with. */
	if (slapd->pid <= 0 || kill(slapd->pid, SIGSTOP) < 0 ||
	    waitpid(slapd->pid, &status, WUNTRACED) != slapd->pid)
		return -1;
	return WIFSTOPPED(status) ? 0 : -1;
}

static void name_things(struct slapd *slapd)
{
	const char *folder = slapd->folder;

	slapd->port = free_port();
	slapd->ldaps_port = free_port();
	(void)snprintf(slapd->ca_file, sizeof(slapd->ca_file), "%s/server.pem",
		       folder);
	(void)snprintf(slapd->other_ca_file, sizeof(slapd->other_ca_file),
		       "%s/other.pem", folder);
	(void)snprintf(slapd->password_file, sizeof(slapd->password_file),
		       "%s/service.secret", folder);
	(void)snprintf(slapd->wrong_password_file,
		       sizeof(slapd->wrong_password_file), "%s/wrong.secret",
		       folder);
	(void)snprintf(slapd->uri, sizeof(slapd->uri), "ldap://127.0.0.1:%d",
		       slapd->port);
	(void)snprintf(slapd->uri_of_other_name,
		       sizeof(slapd->uri_of_other_name), "ldap://127.0.0.2:%d",
		       slapd->port);
	(void)snprintf(slapd->ldaps_uri, sizeof(slapd->ldaps_uri),
		       "ldaps://127.0.0.1:%d", slapd->ldaps_port);
}

int slapd_set_up(struct slapd *slapd)
{
	memset(slapd, 0, sizeof(*slapd));
	(void)snprintf(slapd->folder, sizeof(slapd->folder),
		       "/tmp/alumni-slapd-XXXXXX");
	if (mkdtemp(slapd->folder) == NULL)
		return complain("mkdtemp: %s", strerror(errno));
	name_things(slapd);
	if (write_file(slapd->folder, "slapd.conf", configuration,
		       slapd->folder) < 0 ||
	    write_entries(slapd) < 0 ||
	    write_file(slapd->folder, "service.secret", "service secret\n") <
		    0 ||
	    write_file(slapd->folder, "wrong.secret", "wrong\n") < 0 ||
	    make_certificate(slapd, "server", "/CN=localhost") < 0 ||
	    make_certificate(slapd, "other", "/CN=other") < 0 ||
	    add_entries(slapd) < 0)
		return -1;
	return slapd_start(slapd);
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void slapd_tear_down(struct slapd *slapd)
{
	slapd_stop(slapd);
	(void)nftw(slapd->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
