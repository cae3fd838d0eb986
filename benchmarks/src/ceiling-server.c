/*
 * The ceiling: one prepared answer for whatever is read. It knows no HTTP, no files and no limits,
 * so what it reaches no server passes that has to read a request. Takes the port, the file with
 * the answer, and `close` where each connection is to end behind it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_A_TIME 256
/* To wake a core takes the load generator's time, so this one sleeps when there is no load alone. */
#define LOOKS 1000

static char request[65536], answer[1 << 20];
static ssize_t answer_bytes;
static int closes;

/* A small answer fits into the buffer of a socket: it is taken whole, or the other end is gone. */
static int exchange(int connection) {
  if (read(connection, request, sizeof request) <= 0) return 0;
  return send(connection, answer, answer_bytes, MSG_NOSIGNAL) == answer_bytes && !closes;
}

static int listen_on(int port) {
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  /* Those that it accepts have it from this one. */
  setsockopt(listening, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return listen(listening, 511) == 0 ? listening : -1;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  answer_bytes = read(open(argv[2], O_RDONLY), answer, sizeof answer);
  closes = argc > 3 && strcmp(argv[3], "close") == 0;
  int listening = listen_on(atoi(argv[1]));
  if (answer_bytes <= 0 || listening < 0) {
    perror("ceiling");
    return 1;
  }
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listening}, events[AT_A_TIME];
  epoll_ctl(poll, EPOLL_CTL_ADD, listening, &event);
  for (int looked = 0;; looked++) {
    int count = epoll_wait(poll, events, AT_A_TIME, looked < LOOKS ? 0 : -1);
    if (count > 0) looked = 0;
    for (int index = 0; index < count; index++) {
      int ready = events[index].data.fd, connection;
      if (ready != listening) {
        if (!exchange(ready)) close(ready);
        continue;
      }
      while ((connection = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        event.data.fd = connection;
        epoll_ctl(poll, EPOLL_CTL_ADD, connection, &event);
      }
    }
  }
}
