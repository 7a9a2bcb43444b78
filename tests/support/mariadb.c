#include "tests/support/mariadb.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ARGS = 40 };

/* Small and fast; nothing has to survive the machine. */
static const char *const common[] = {
	"--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M",
	"--innodb-flush-log-at-trx-commit=0",
	"--innodb-data-file-path=ibdata1:4M:autoextend",
	"--innodb-doublewrite=0", "--skip-log-bin",
};

/* The numbers are looked up before fork(): between it and exec() only simple
 * calls are safe. */
struct identity {
	uid_t uid;
	gid_t gid;
	bool changes;
};

static struct identity server_identity(void)
{
	struct identity identity = { geteuid(), getegid(), false };
	struct passwd *mysql;

	if (geteuid() != 0)
		return identity;
	mysql = getpwnam("mysql");
	if (!mysql)
		fail_msg("there is no user mysql; install mariadb-server");
	return (struct identity){ mysql->pw_uid, mysql->pw_gid, true };
}

/* Changing the user forgets PR_SET_PDEATHSIG, so that comes last. */
static void become(struct identity identity, pid_t parent)
{
	if (identity.changes &&
	    (setgroups(0, NULL) != 0 || setgid(identity.gid) != 0 ||
	     setuid(identity.uid) != 0))
		_exit(126);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(126);
}

/* Run argv with its standard error and output in `output_fd`. */
static pid_t launch(const char *const *argv, int output_fd)
{
	struct identity identity = server_identity();
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	become(identity, parent);
	dup2(output_fd, STDOUT_FILENO);
	dup2(output_fd, STDERR_FILENO);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		       "/sbin:/bin", 1);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len),
			 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void make_folder(struct mariadb *server)
{
	struct identity identity = server_identity();

	folder_make(server->folder, "mariadb");
	if (identity.changes)
		assert_int_equal(chown(server->folder, identity.uid,
				       identity.gid), 0);
	snprintf(server->socket, sizeof(server->socket), "%s/socket",
		 server->folder);
}

/* common[] behind the first `n` of argv. */
static void add_common(const char **argv, size_t n)
{
	for (size_t i = 0; i < N_ELEMENTS(common); i++)
		argv[n + i] = common[i];
	argv[n + N_ELEMENTS(common)] = NULL;
}

static void add_extra(const char **argv, const char *const *extra)
{
	size_t n = 0;

	while (argv[n])
		n++;
	for (; extra && *extra; extra++)
		argv[n++] = *extra;
	assert_true(n < MAX_ARGS);
	argv[n] = NULL;
}

static void show_end_of(const char *path)
{
	char text[2048];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = lseek(fd, 0, SEEK_END);
	ssize_t got;

	lseek(fd, size > 2000 ? size - 2000 : 0, SEEK_SET);
	got = read(fd, text, sizeof(text));
	if (got > 0)
		print_error("%.*s\n", (int)got, text);
	close(fd);
}

static void install(const struct mariadb *server)
{
	const char *argv[MAX_ARGS] = {
		"mariadb-install-db", "--no-defaults",
		"--auth-root-authentication-method=normal", "--skip-test-db"
	};
	char data[160], log[160], tmp[160];
	int fd, status;

	/* In /tmp the servers of tests that run at once would take each
	 * other's temporary tables away. */
	snprintf(tmp, sizeof(tmp), "--tmpdir=%s", server->folder);
	snprintf(data, sizeof(data), "--datadir=%s/data", server->folder);
	snprintf(log, sizeof(log), "%s/install.log", server->folder);
	argv[4] = data;
	argv[5] = tmp;
	add_common(argv, 6);
	fd = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_true(waitpid(launch(argv, fd), &status, 0) > 0);
	close(fd);
	if (status == 0)
		return;
	show_end_of(log);
	fail_msg("mariadb-install-db failed; is mariadb-server installed?");
}

/* Read what the server says until it is ready. It says next to nothing
 * afterwards, so nobody has to read on. */
static void wait_until_ready(struct mariadb *server, int fd)
{
	char said[65536];
	size_t len = 0;

	while (len < sizeof(said) - 1) {
		ssize_t got = read(fd, said + len, sizeof(said) - 1 - len);

		if (got <= 0)
			break;
		len += (size_t)got;
		said[len] = '\0';
		if (strstr(said, "ready for connections"))
			return;
	}
	print_error("%.*s\n", (int)len, said);
	server->pid = 0;
	fail_msg("mariadbd did not start");
}

void mariadb_revive(struct mariadb *server)
{
	char data[160], socket[200], port[32], pid[160], tmp[160];
	const char *argv[MAX_ARGS] = {
		"mariadbd", "--no-defaults", data, socket, port, pid,
		"--bind-address=127.0.0.1", "--log-warnings=0",
		"--skip-name-resolve", "--skip-slave-start",
		"--performance-schema=OFF", "--max-connections=20",
		"--thread-stack=256K", "--key-buffer-size=1M",
		"--aria-pagecache-buffer-size=1M", tmp
	};
	int ends[2];

	snprintf(data, sizeof(data), "--datadir=%s/data", server->folder);
	snprintf(socket, sizeof(socket), "--socket=%s", server->socket);
	snprintf(port, sizeof(port), "--port=%d", server->port);
	snprintf(pid, sizeof(pid), "--pid-file=%s/pid", server->folder);
	snprintf(tmp, sizeof(tmp), "--tmpdir=%s", server->folder);
	add_common(argv, 16);
	add_extra(argv, server->extra);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	server->pid = launch(argv, ends[1]);
	close(ends[1]);
	wait_until_ready(server, ends[0]);
	/* Kept open: a server that logs into a closed pipe may stop. */
}

void mariadb_start(struct mariadb *server)
{
	mariadb_start_with(server, NULL);
}

void mariadb_start_with(struct mariadb *server, const char *const *extra)
{
	memset(server, 0, sizeof(*server));
	server->extra = extra;
	make_folder(server);
	install(server);
	server->port = free_port();
	mariadb_revive(server);
}

static void end(struct mariadb *server, int signal_number)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, signal_number);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
}

void mariadb_kill(struct mariadb *server)
{
	end(server, SIGKILL);
}

void mariadb_quit(struct mariadb *server)
{
	end(server, SIGTERM);
}

void mariadb_freeze(struct mariadb *server)
{
	siginfo_t info;

	/* Its threads stop one after the other; some could answer yet. */
	kill(server->pid, SIGSTOP);
	waitid(P_PID, (id_t)server->pid, &info, WSTOPPED);
}

void mariadb_thaw(struct mariadb *server)
{
	kill(server->pid, SIGCONT);
}

void mariadb_stop(struct mariadb *server)
{
	mariadb_kill(server);
	if (server->folder[0])
		folder_remove(server->folder);
	server->folder[0] = '\0';
}
