#ifndef NETSNAP_CHANNEL_H_
#define NETSNAP_CHANNEL_H_

#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>

namespace netsnap {

// The least room to receive a datagram into. The kernel sizes its dump messages by the largest
// receive that it has seen on a socket, up to 32 KiB, and an object that does not fit ends the dump
// with success and missing rows.
constexpr size_t kLeastSpace = 32 * 1024;  // not a kernel number: bytes in a KiB

// What failed: the errno, the call if it matters, and with EMSGSIZE the size of the datagram.
struct Failure {
  int error = 0;
  const char* call = nullptr;
  size_t size = 0;
};

// What one round of receiving brought: no bytes and no error, if nothing came.
struct Reply {
  size_t bytes = 0;
  bool done = false;
  Failure failure;
};

// An open netlink socket; its end closes the descriptor. It is no shared_ptr's: today's compilers
// make one that does not load with the C library of Node's oldest systems (__libc_single_threaded).
class Channel {
 public:
  // Opens a socket in this network namespace, or in the one that the descriptor `netns` stands for.
  // Throws a Failure when it is refused: by then fd_ is set, so that the destructor runs.
  Channel(int protocol, std::optional<int> netns) : Channel(Create(protocol, netns)) {
    Configure();
    Prime();
  }
  ~Channel() { close(fd_); }

  // Sends one request. Without an address it goes to the kernel. Returns 0 or an errno.
  int Send(const void* request, size_t size) const {
    return send(fd_, request, size, 0) < 0 ? errno : 0;
  }

  // Takes what has come, without waiting, until a datagram holds NLMSG_DONE or NLMSG_ERROR, nothing
  // is left, or less than kLeastSpace is free. Datagrams start at multiples of four bytes; a gap is
  // zeros. Called on a pool thread.
  Reply Receive(uint8_t* buffer, size_t size) const {
    Reply reply;
    while (!closed_ && !reply.done && size - reply.bytes >= kLeastSpace) {
      uint8_t* const at = buffer + reply.bytes;
      const size_t space = size - reply.bytes;
      sockaddr_nl from{};
      socklen_t from_size = sizeof from;
      auto* const address = reinterpret_cast<sockaddr*>(&from);
      // MSG_TRUNC: the length is the datagram's, even if less of it fits.
      const ssize_t length =
          recvfrom(fd_, at, space, MSG_DONTWAIT | MSG_TRUNC, address, &from_size);
      if (length < 0) {
        if (errno != EAGAIN) reply.failure = {errno, "recvfrom"};
        break;
      }
      // Any process may send to this socket. Only the kernel's port is 0.
      if (from.nl_pid != 0) continue;
      const size_t taken = static_cast<size_t>(length);
      if (taken > space) {
        reply.failure = {EMSGSIZE, "recvfrom", taken};
        break;
      }
      reply.done = EndsReply(at, length);
      const size_t next = std::min<size_t>(NLMSG_ALIGN(taken), space);
      std::memset(at + taken, 0, next - taken);
      reply.bytes += next;
    }
    return reply;
  }

  // Makes a Receive on another thread stop at its next datagram.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }
  int fd() const { return fd_; }
  // Which of the kernel's answers are this socket's: they carry its port.
  uint32_t port() const { return port_; }

 private:
  explicit Channel(int fd) : fd_(fd) {}

  // A socket belongs to the namespace in which it was created. Only a thread that ends right after
  // may change over: any other would take later work with it.
  static int Create(int protocol, std::optional<int> netns) {
    Failure failure;
    int fd = -1;
    const auto create = [&] {
      if (netns && setns(*netns, CLONE_NEWNET) != 0) {
        failure = {errno, "setns"};
      } else if ((fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)) < 0) {
        failure = {errno, "socket"};
      }
    };
    try {
      netns ? std::thread(create).join() : create();
    } catch (const std::system_error& error) {
      failure = {error.code().value(), "clone"};
    }
    if (fd < 0) throw failure;
    return fd;
  }

  void Configure() {
    const int on = 1, queue = 1024 * 1024;  // not a kernel number: bytes in a MiB
    for (const int option : {NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK}) {
      const int status = setsockopt(fd_, SOL_NETLINK, option, &on, sizeof on);
      // A kernel that is older than the option does without.
      if (status != 0 && errno != ENOPROTOOPT) throw Failure{errno, "setsockopt"};
    }
    // A longer queue is welcome, never required.
    if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof queue) != 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
    }
    sockaddr_nl own{AF_NETLINK, 0, 0, 0};
    socklen_t size = sizeof own;
    auto* address = reinterpret_cast<sockaddr*>(&own);
    if (bind(fd_, address, size) != 0) throw Failure{errno, "bind"};
    getsockname(fd_, address, &size);
    port_ = own.nl_pid;
  }

  // The kernel makes a dump's first datagram while it takes the request, sized by the receives
  // before that. So that a large first object fits, a receive of full size comes first: that of the
  // acknowledgement of a message without a meaning. A protocol without an answer loses nothing.
  void Prime() const {
    const nlmsghdr noop{sizeof(nlmsghdr), NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0, 0};
    alignas(nlmsghdr) uint8_t room[kLeastSpace];
    if (Send(&noop, sizeof noop) == 0) Receive(room, sizeof room);
  }

  // Whether a message of this datagram is the last of its reply.
  static bool EndsReply(const uint8_t* datagram, ssize_t left) {
    auto* message = reinterpret_cast<const nlmsghdr*>(datagram);
    for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return true;
    }
    return false;
  }

  const int fd_;
  uint32_t port_ = 0;
  std::atomic<bool> closed_{false};
};

}  // namespace netsnap

#endif  // NETSNAP_CHANNEL_H_
