#include "detector/commands/door.h"

#include "base/log.h"
#include "base/slice.h"
#include "detector/settings.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Readers that have to be turned away. */
enum { BACKLOG = 8 };

static int put_address(const char *path, struct sockaddr_un *out,
		       struct err *err)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (slice_copy(slice_from(path), out->sun_path, sizeof(out->sun_path)))
		return 0;
	return err_set(err, EXIT_CONFIG, "act.socket: \"%.40s...\" is too long "
		       "for the path of a socket", path);
}

/* Of one that was killed, the socket stays and nobody answers at it. */
static int make_room(const struct sockaddr_un *address, int fd,
		     struct err *err)
{
	struct stat there;

	if (lstat(address->sun_path, &there) < 0)
		return 0;
	if (!S_ISSOCK(there.st_mode))
		return err_set(err, EXIT_CONFIG, "act.socket: %s is there, and "
			       "no socket", address->sun_path);
	if (connect(fd, (const struct sockaddr *)address,
		    sizeof(*address)) == 0 || errno == EAGAIN)
		return err_set(err, EXIT_AGAIN, "another acting process waits "
			       "at %s; this one does nothing",
			       address->sun_path);
	if (unlink(address->sun_path) == 0)
		return 0;
	return err_errno(err, EXIT_FILE, errno, "cannot replace %s",
			 address->sun_path);
}

static const struct passwd *reader(void)
{
	return *settings.reader_user ? getpwnam(settings.reader_user) : NULL;
}

/* Who may connect is looked at once more then. */
static void open_to_reader(const char *path)
{
	const struct passwd *who = reader();

	if (who && chown(path, (uid_t)-1, who->pw_gid) < 0 &&
	    who->pw_gid != getegid())
		log_warning("%s stays in this process's group: %s; \"%s\" "
			    "(reader_user) may not reach it. Start this with "
			    "the group of that user besides its own, as "
			    "comporta-act.service does", path,
			    strerror(errno), settings.reader_user);
}

static int bind_at(const struct sockaddr_un *address, int fd, struct err *err)
{
	mode_t before = umask(0117);
	int result = bind(fd, (const struct sockaddr *)address,
			  sizeof(*address));

	umask(before);
	if (result < 0 || listen(fd, BACKLOG) < 0)
		return err_errno(err, EXIT_CONFIG, errno, "cannot wait at %s",
				 address->sun_path);
	open_to_reader(address->sun_path);
	return 0;
}

static int new_socket(struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);

	if (fd < 0)
		err_errno(err, EXIT_SYSTEM, errno, "cannot make a socket");
	return fd;
}

int door_open(const char *path, int *fd_out, struct err *err)
{
	struct sockaddr_un address;
	int probe, fd, result;

	if (put_address(path, &address, err) < 0)
		return -1;
	probe = new_socket(err);
	if (probe < 0)
		return -1;
	result = make_room(&address, probe, err);
	close(probe);
	if (result < 0)
		return -1;
	fd = new_socket(err);
	if (fd < 0)
		return -1;
	if (bind_at(&address, fd, err) < 0) {
		close(fd);
		return -1;
	}
	*fd_out = fd;
	return 0;
}

void door_close(const char *path, int fd)
{
	unlink(path);
	close(fd);
}

int door_knock(const char *path, int *fd_out, struct err *err)
{
	struct sockaddr_un address;
	int fd;

	if (put_address(path, &address, err) < 0)
		return -1;
	fd = new_socket(err);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address,
		    sizeof(address)) == 0) {
		*fd_out = fd;
		return 0;
	}
	err_errno(err, EXIT_SERVICE, errno, "cannot reach the acting process "
		  "at %s; does \"comporta act\" run?", path);
	close(fd);
	return -1;
}

int door_accept(int listener, struct err *err)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return err_errno(err, EXIT_SYSTEM, errno, "cannot take a "
				 "connection");
	return fd;
}

bool door_may(int fd, struct err *err)
{
	const struct passwd *who = reader();
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		err_errno(err, EXIT_SYSTEM, errno, "cannot see who connects");
		return false;
	}
	if (peer.uid == 0 || peer.uid == geteuid() ||
	    (who && peer.uid == who->pw_uid))
		return true;
	err_set(err, EXIT_RIGHTS, "user %u may not ask the acting process; "
		"reader_user may", (unsigned)peer.uid);
	return false;
}
