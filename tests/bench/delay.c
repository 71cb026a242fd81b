/*
 * A unix socket that forwards to a PostgreSQL server's, with a delay each way: what a network of
 * that latency does to a client. Bandwidth is not limited.
 *
 * usage: delay LISTEN TARGET ONE_WAY_MS   (both are paths of sockets)
 */
#include <glib.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CHUNK 65536

/* Bytes that wait for their time. */
typedef struct {
	gint64 due; /* monotonic microseconds */
	GBytes *bytes;
} Parcel;

/* One direction of one connection. */
typedef struct {
	int from, to;
	bool ended;
	GQueue waiting; /* Parcel* */
} Way;

static gint64 delay_us;
static GPtrArray *ways; /* Way*, two of a connection side by side */

static int open_socket(const char *path, bool listens)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	const struct sockaddr *plain = (const struct sockaddr *)(const void *)&address;

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	if (fd < 0 || (listens ? bind(fd, plain, sizeof address) != 0 || listen(fd, 64) != 0
			       : connect(fd, plain, sizeof address) != 0)) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void add_way(int from, int to)
{
	Way *way = g_new0(Way, 1);

	way->from = from;
	way->to = to;
	g_queue_init(&way->waiting);
	g_ptr_array_add(ways, way);
}

static void take_in(Way *way)
{
	char buffer[CHUNK];
	const ssize_t n = read(way->from, buffer, sizeof buffer);
	Parcel *parcel = g_new0(Parcel, 1);

	way->ended = n <= 0;
	parcel->due = g_get_monotonic_time() + delay_us;
	parcel->bytes = n > 0 ? g_bytes_new(buffer, (gsize)n) : NULL;
	g_queue_push_tail(&way->waiting, parcel);
}

static void write_all(int fd, const char *bytes, gsize length)
{
	while (length > 0) {
		const ssize_t n = write(fd, bytes, length);

		if (n <= 0)
			return;
		bytes += n;
		length -= (gsize)n;
	}
}

/* Sends what is due; returns how long the next one still waits, in milliseconds, or -1. */
static int give_out(Way *way)
{
	const gint64 now = g_get_monotonic_time();
	Parcel *parcel;

	while ((parcel = g_queue_peek_head(&way->waiting)) && parcel->due <= now) {
		gsize length = 0;
		const char *bytes = parcel->bytes ? g_bytes_get_data(parcel->bytes, &length) : NULL;

		if (bytes)
			write_all(way->to, bytes, length);
		else
			shutdown(way->to, SHUT_WR);
		g_clear_pointer(&parcel->bytes, g_bytes_unref);
		g_free(g_queue_pop_head(&way->waiting));
	}
	return parcel ? (int)((parcel->due - now) / 1000) + 1 : -1;
}

/* One round: waits for bytes or for a parcel's time. */
static void serve(int server, const char *target)
{
	g_autofree struct pollfd *fds = g_new0(struct pollfd, ways->len + 1);
	int timeout = -1;

	fds[0] = (struct pollfd){server, POLLIN, 0};
	for (guint i = 0; i < ways->len; i++) {
		Way *way = g_ptr_array_index(ways, i);
		const int wait = give_out(way);

		if (wait >= 0 && (timeout < 0 || wait < timeout))
			timeout = wait;
		fds[i + 1] = (struct pollfd){way->ended ? -1 : way->from, POLLIN, 0};
	}
	if (poll(fds, ways->len + 1, timeout) <= 0)
		return;
	for (guint i = 0, known = ways->len; i < known; i++)
		if (fds[i + 1].revents)
			take_in(g_ptr_array_index(ways, i));
	if (fds[0].revents) {
		const int client = accept(server, NULL, NULL), other = open_socket(target, false);

		add_way(client, other);
		add_way(other, client);
	}
}

int main(int argc, char **argv)
{
	int server;

	if (argc != 4) {
		fputs("usage: delay LISTEN TARGET ONE_WAY_MS\n", stderr);
		return 2;
	}
	ways = g_ptr_array_new();
	delay_us = g_ascii_strtoll(argv[3], NULL, 10) * 1000;
	server = open_socket(argv[1], true);
	for (;;)
		serve(server, argv[2]);
}
