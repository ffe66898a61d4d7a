#pragma once

#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <thread>

namespace netsnap {
// The least room to receive a datagram into: the most that the kernel makes one of (see Prime).
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

  // Joins or leaves a multicast group, whose messages are queued among the replies. Returns 0 or an
  // errno. What is queued is dropped, so no reply may be under way.
  int Subscribe(int group, bool on) {
    const int option = on ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;
    if (setsockopt(fd_, SOL_NETLINK, option, &group, sizeof group) != 0) return errno;
    Prime();
    return 0;
  }

  // Takes what has come, without waiting, until a datagram holds NLMSG_DONE or NLMSG_ERROR, nothing
  // is left, or less than kLeastSpace is free. A failure comes after what came before it. Datagrams
  // start at multiples of four bytes; a gap is zeros. Called on a pool thread.
  Reply Receive(uint8_t* buffer, size_t size) {
    Reply reply;
    while (!failure_.error && !closed_ && !reply.done && size - reply.bytes >= kLeastSpace) {
      uint8_t* const at = buffer + reply.bytes;
      const size_t space = size - reply.bytes;
      sockaddr_nl from{};
      socklen_t from_size = sizeof from;
      auto* const sender = reinterpret_cast<sockaddr*>(&from);
      // MSG_TRUNC: the length is the datagram's, even if less of it fits.
      const auto length = recvfrom(fd_, at, space, MSG_DONTWAIT | MSG_TRUNC, sender, &from_size);
      if (length < 0) {
        if (errno != EAGAIN) failure_ = {errno, "recvfrom"};
        break;
      }
      // Any process may send to this socket. Only the kernel's port is 0.
      if (from.nl_pid != 0) continue;
      const size_t taken = static_cast<size_t>(length);
      if (taken > space) {
        failure_ = {EMSGSIZE, "recvfrom", taken};
        break;
      }
      reply.done = EndsReply(at, length);
      const size_t next = std::min<size_t>(NLMSG_ALIGN(taken), space);
      std::memset(at + taken, 0, next - taken);
      reply.bytes += next;
    }
    if (reply.bytes == 0) reply.failure = std::exchange(failure_, {});
    return reply;
  }

  // Makes a Receive on another thread stop at its next datagram.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }
  int fd() const { return fd_; }
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

  // The kernel sizes a dump's datagrams by the largest receive that it has seen on the socket, the
  // first while it takes the request, and an object that does not fit ends the dump with success
  // and missing rows. So a receive of full size comes first: that of the acknowledgement of a
  // message without a meaning. What is queued before it is dropped.
  void Prime() {
    const nlmsghdr noop{sizeof(nlmsghdr), NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0, 0};
    alignas(nlmsghdr) uint8_t room[kLeastSpace];
    if (Send(&noop, sizeof noop) != 0) return;
    Reply reply;
    do reply = Receive(room, sizeof room);
    while (!reply.done && (reply.bytes != 0 || reply.failure.error != 0));
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
  // What the next Receive ends with.
  Failure failure_;
  std::atomic<bool> closed_{false};
};
}  // namespace netsnap
