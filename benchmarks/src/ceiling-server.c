/*
 * The ceiling: one prepared answer for whatever is read, however large. It knows no HTTP, no files
 * and no limits, so what it reaches no server passes that has to read a request. Takes the port,
 * the file with the answer, and `close` where each connection is to end behind it, else `keep`.
 * With -DTLS (-lssl -lcrypto) all of it goes over TLS; then it takes a certificate, its key and the
 * suites of TLS 1.3 besides.
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

#define AT_A_TIME 256
/* To wake a core takes the load generator's time, so this one sleeps when there is no load alone. */
#define LOOKS 1000
/* No process of a run has more. */
#define MOST_DESCRIPTORS 65536
/*
 * Of an answer that is larger, this is sent at a time, and no more of it is under way: what is read
 * soon is still in a cache. With the 4 MiB that the system gives, a quarter to a third less gets through.
 */
#define PIECE_BYTES (128 << 10)

static char request[65536], *answer;
static size_t answer_bytes;
static int closes, poll;

struct connection {
  int is_asked;
  /* Of the answer that is on its way. */
  size_t sent_bytes;
  /* There is no room for it: whatever else has come is read when it is out. */
  int is_full;
#ifdef TLS
  SSL *tls;
#endif
};

/* By descriptor. */
static struct connection connections[MOST_DESCRIPTORS];

/*
 * Plain and over TLS: receive(), transmit() and flush() give a number of octets, or 0 where the
 * system has none, or no room, for now, or less where the other end is gone.
 */
#ifdef TLS
#define ARGUMENTS 7

static SSL_CTX *context;

static ssize_t result(SSL *tls, int count) {
  if (count > 0) return count;
  int why = SSL_get_error(tls, count);
  ERR_clear_error();
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static ssize_t receive(int descriptor) {
  SSL *tls = connections[descriptor].tls;
  return result(tls, SSL_read(tls, request, sizeof request));
}

static ssize_t transmit(int descriptor, const char *octets, size_t bytes) {
  SSL *tls = connections[descriptor].tls;
  return result(tls, SSL_write(tls, octets, bytes));
}

/* Records are gathered, so that several of them go out with one call of the system. */
static ssize_t flush(int descriptor) {
  BIO *buffer = SSL_get_wbio(connections[descriptor].tls);
  if (BIO_flush(buffer) > 0) return 1;
  return BIO_should_retry(buffer) ? 0 : -1;
}

/* What was read from the system already, epoll tells nobody of. */
static int has_more(int descriptor) { return SSL_has_pending(connections[descriptor].tls); }

static void begin(int descriptor) {
  SSL *tls = connections[descriptor].tls = SSL_new(context);
  BIO *socket = BIO_new_socket(descriptor, BIO_NOCLOSE), *buffer = BIO_new(BIO_f_buffer());
  BIO_set_write_buffer_size(buffer, PIECE_BYTES);
  /* One reference for each way. */
  BIO_up_ref(socket);
  SSL_set_bio(tls, socket, BIO_push(buffer, socket));
  SSL_set_accept_state(tls);
}

static void end(int descriptor) { SSL_free(connections[descriptor].tls); }

static int prepare(char **files) {
  context = SSL_CTX_new(TLS_server_method());
  if (context == NULL) return 0;
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  /* Else to read a record takes two calls of the system. */
  SSL_CTX_set_read_ahead(context, 1);
  if (SSL_CTX_use_certificate_chain_file(context, files[0]) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, files[1], SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_set_ciphersuites(context, files[2]) == 1) {
    return 1;
  }
  ERR_print_errors_fp(stderr);
  return 0;
}
#else
#define ARGUMENTS 4

static ssize_t result(ssize_t count) {
  if (count > 0) return count;
  return count < 0 && errno == EAGAIN ? 0 : -1;
}

static ssize_t receive(int descriptor) {
  return result(read(descriptor, request, sizeof request));
}

static ssize_t transmit(int descriptor, const char *octets, size_t bytes) {
  return result(send(descriptor, octets, bytes, 0));
}

static ssize_t flush(int descriptor) { return 1; }
static int has_more(int descriptor) { return 0; }
static void begin(int descriptor) {}
static void end(int descriptor) {}
static int prepare(char **files) { return 1; }
#endif

/* Sends what is left of the answer, as long as there is room. */
static ssize_t send_rest(int descriptor) {
  size_t *sent_bytes = &connections[descriptor].sent_bytes;
  while (*sent_bytes < answer_bytes) {
    size_t left = answer_bytes - *sent_bytes;
    ssize_t count =
        transmit(descriptor, answer + *sent_bytes, left < PIECE_BYTES ? left : PIECE_BYTES);
    if (count <= 0) return count;
    *sent_bytes += count;
  }
  return flush(descriptor);
}

static int watch(int descriptor, int how, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  return epoll_ctl(poll, how, descriptor, &event);
}

/* Whether the connection goes on. */
static int exchange(int descriptor) {
  struct connection *connection = &connections[descriptor];
  do {
    if (!connection->is_asked) {
      ssize_t count = receive(descriptor);
      if (count <= 0) return count == 0;
      connection->is_asked = 1;
      connection->sent_bytes = 0;
    }
    ssize_t count = send_rest(descriptor);
    if (count < 0) return 0;
    int is_full = count == 0;
    if (is_full != connection->is_full) {
      connection->is_full = is_full;
      watch(descriptor, EPOLL_CTL_MOD, is_full ? EPOLLOUT : EPOLLIN);
    }
    if (is_full) return 1;
    connection->is_asked = 0;
  } while (!closes && has_more(descriptor));
  return !closes;
}

static int listen_on(int port) {
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  /* Those that it accepts have it from this one. */
  setsockopt(listening, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (answer_bytes > PIECE_BYTES) {
    /* The system doubles it. */
    int room = PIECE_BYTES / 2;
    setsockopt(listening, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  }
  if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return listen(listening, 511) == 0 ? listening : -1;
}

/* Whether the answer is there, in memory, once. */
static int read_answer(const char *path) {
  struct stat status;
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &status) != 0) return 0;
  answer = malloc(status.st_size);
  while (answer_bytes < (size_t)status.st_size) {
    ssize_t count = read(file, answer + answer_bytes, status.st_size - answer_bytes);
    if (count <= 0) return 0;
    answer_bytes += count;
  }
  close(file);
  return answer_bytes > 0;
}

static void accept_all(int listening) {
  int descriptor;
  while ((descriptor = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (descriptor >= MOST_DESCRIPTORS) {
      close(descriptor);
      continue;
    }
    connections[descriptor] = (struct connection){0};
    begin(descriptor);
    watch(descriptor, EPOLL_CTL_ADD, EPOLLIN);
  }
}

int main(int argc, char **argv) {
  if (argc < ARGUMENTS) return 2;
  /* That the other end is gone is told by the call. */
  signal(SIGPIPE, SIG_IGN);
  closes = strcmp(argv[3], "close") == 0;
  int listening;
  if (!read_answer(argv[2]) || !prepare(argv + 4) || (listening = listen_on(atoi(argv[1]))) < 0) {
    perror("ceiling");
    return 1;
  }
  poll = epoll_create1(0);
  watch(listening, EPOLL_CTL_ADD, EPOLLIN);
  struct epoll_event events[AT_A_TIME];
  int looks = answer_bytes > PIECE_BYTES ? 0 : LOOKS;
  for (int looked = 0;; looked++) {
    int count = epoll_wait(poll, events, AT_A_TIME, looked < looks ? 0 : -1);
    if (count > 0) looked = 0;
    for (int index = 0; index < count; index++) {
      int ready = events[index].data.fd;
      if (ready == listening) {
        accept_all(listening);
      } else if (!exchange(ready)) {
        end(ready);
        close(ready);
      }
    }
  }
}
