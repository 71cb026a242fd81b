#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t requested;
static int wake[2] = {-1, -1};

static void on_signal(int number)
{
	int saved = errno;
	ssize_t ignored;

	(void)number;
	requested = 1;
	ignored = write(wake[1], "!", 1);
	(void)ignored;
	errno = saved;
}

static void make_private(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
}

void interrupt_install(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	if (wake[0] >= 0 || pipe(wake) != 0)
		return;
	make_private(wake[0]);
	make_private(wake[1]);
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool interrupt_requested(void)
{
	return requested;
}

int interrupt_fd(void)
{
	return wake[0];
}

void interrupt_forget(void)
{
	char byte;

	requested = 0;
	while (wake[0] >= 0 && read(wake[0], &byte, 1) == 1)
		;
}
