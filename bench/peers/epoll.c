/*
 * The floor for any server on this machine: one thread, epoll, the lines of a chunk upper-cased in
 * place and sent back in one write. It answers the harness like the others do: "cpu" on standard
 * input gets the microseconds of processor time used so far.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CAPACITY = 128 * 1024, EVENTS = 256 };

struct connection {
  int fd;
  size_t length;  /* bytes of a line whose end has not come */
  size_t pending; /* upper-cased bytes at the front that the kernel has not taken yet */
  char bytes[CAPACITY];
};

static int watch(int epoll, int operation, int fd, void *data, unsigned int events) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  return epoll_ctl(epoll, operation, fd, &event);
}

static void drop(struct connection *connection) {
  close(connection->fd);
  free(connection);
}

static void answer(void) {
  static char line[256];
  ssize_t count = read(0, line, sizeof line);
  if (count <= 0) exit(0);
  for (ssize_t i = 0; i < count; i++) {
    if (line[i] != '\n') continue;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"value\":%lld}\n",
           (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
               usage.ru_stime.tv_usec);
    fflush(stdout);
  }
}

static void accept_all(int epoll, int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct connection *connection = malloc(sizeof *connection);
    if (connection == NULL) exit(1);
    connection->fd = fd;
    connection->length = connection->pending = 0;
    if (watch(epoll, EPOLL_CTL_ADD, fd, connection, EPOLLIN) < 0) drop(connection);
  }
}

/* Give the kernel what is pending. Returns 0 when the connection is gone. */
static int flush_pending(int epoll, struct connection *connection) {
  size_t sent = 0;
  while (sent < connection->pending) {
    ssize_t count = write(connection->fd, connection->bytes + sent, connection->pending - sent);
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) return 0;
    sent += (size_t)count;
  }
  if (sent > 0) {
    memmove(connection->bytes, connection->bytes + sent, connection->length - sent);
    connection->length -= sent;
    connection->pending -= sent;
  }
  return watch(epoll, EPOLL_CTL_MOD, connection->fd, connection,
               connection->pending > 0 ? EPOLLOUT : EPOLLIN) == 0;
}

static int serve(int epoll, struct connection *connection, unsigned int events) {
  if (connection->pending > 0) {
    if (events & (EPOLLERR | EPOLLHUP)) return 0;
    return flush_pending(epoll, connection);
  }
  ssize_t count = read(connection->fd, connection->bytes + connection->length,
                       CAPACITY - connection->length);
  if (count < 0 && errno == EAGAIN) return 1;
  if (count <= 0) return 0; /* also a line longer than the buffer */
  connection->length += (size_t)count;
  char *last = memrchr(connection->bytes, '\n', connection->length);
  if (last == NULL) return 1;
  size_t whole = (size_t)(last - connection->bytes) + 1;
  for (size_t i = 0; i < whole; i++) {
    unsigned char byte = (unsigned char)connection->bytes[i];
    connection->bytes[i] = (char)(byte - ((byte >= 'a' && byte <= 'z') ? 32 : 0));
  }
  ssize_t sent = write(connection->fd, connection->bytes, whole);
  if (sent < 0 && errno != EAGAIN) return 0;
  size_t taken = sent > 0 ? (size_t)sent : 0;
  memmove(connection->bytes, connection->bytes + taken, connection->length - taken);
  connection->length -= taken;
  connection->pending = whole - taken;
  if (connection->pending == 0) return 1;
  return watch(epoll, EPOLL_CTL_MOD, connection->fd, connection, EPOLLOUT) == 0;
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 ||
      listen(listener, 4096) < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
    perror("epoll");
    return 1;
  }
  int epoll = epoll_create1(0);
  static char input, accepting; /* their addresses tell these two from connections */
  watch(epoll, EPOLL_CTL_ADD, 0, &input, EPOLLIN);
  watch(epoll, EPOLL_CTL_ADD, listener, &accepting, EPOLLIN);
  printf("{\"value\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    static struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == &input) answer();
      else if (events[i].data.ptr == &accepting) accept_all(epoll, listener);
      else if (!serve(epoll, events[i].data.ptr, events[i].events)) drop(events[i].data.ptr);
    }
  }
}
