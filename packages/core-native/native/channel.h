#pragma once

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
#include <vector>

#include "counted.h"

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
  // Of each datagram where it begins, and where the last of its messages does but for the one that
  // ends the reply.
  List<uint32_t> datagrams;
  bool done = false;
  Failure failure;
};

// An open netlink socket; its end closes the descriptor. Opening takes none of the kernel's locks
// and is done at once. All else may sleep there for as long as another process holds one (RTNL), so
// it is for threads that may: those of threads.h, one at a time.
class Channel {
 public:
  // Opens a socket in this network namespace, or in the one that the descriptor `netns` stands for.
  // Throws a Failure when it is refused: by then fd_ is set, so that the destructor runs.
  Channel(int protocol, std::optional<int> netns) : Channel(Create(protocol, netns)) {
    Configure();
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { close(fd_); }

  // Sends one request to the kernel.
  Failure Send(const std::vector<uint8_t>& request) {
    if (const Failure failure = Prime(); failure.error != 0) return failure;
    at_rest_ = false;
    return SendBytes(request.data(), request.size());
  }

  // Joins or leaves multicast groups, whose messages are queued among the replies. What is queued
  // when they are left is dropped, so no reply may be under way.
  Failure Subscribe(const List<int>& groups, bool on) {
    if (const Failure failure = Prime(); failure.error != 0) return failure;
    const int option = on ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;
    for (const int group : groups) {
      if (setsockopt(fd_, SOL_NETLINK, option, &group, sizeof group) != 0) {
        return {errno, "setsockopt"};
      }
    }
    if (!on) Drain();
    return {};
  }

  // Takes what has come, without waiting, until a datagram holds NLMSG_DONE or NLMSG_ERROR, nothing
  // is left, or less than kLeastSpace is free. A failure comes after what came before it. Datagrams
  // start at multiples of four bytes; a gap is zeros.
  Reply Receive(uint8_t* buffer, size_t size) {
    Reply reply;
    while (!failure_.error && !closed_ && !reply.done && size - reply.bytes >= kLeastSpace) {
      uint8_t* const at = buffer + reply.bytes;
      const size_t space = size - reply.bytes;
      const auto [length, port, error] = ReceiveOne(at, space);
      if (error == EAGAIN) break;
      if (error != 0) {
        failure_ = {error, "recvfrom"};
        break;
      }
      // Any process may send to this socket. Only the kernel's port is 0.
      if (port != 0) continue;
      // So ends a dump that cannot go on: the next object is larger than its frame, and there is no
      // end to such datagrams.
      if (length == 0) {
        failure_ = {ENODATA, "recvfrom"};
        break;
      }
      if (length > space) {
        failure_ = {EMSGSIZE, "recvfrom", length};
        break;
      }
      size_t last = 0;
      reply.done = EndsReply(at, length, &last);
      reply.datagrams.insert(reply.datagrams.end(), {static_cast<uint32_t>(reply.bytes),
                                                     static_cast<uint32_t>(reply.bytes + last)});
      const size_t next = std::min<size_t>(NLMSG_ALIGN(length), space);
      std::memset(at + length, 0, next - length);
      reply.bytes += next;
    }
    if (reply.done) at_rest_ = true;
    if (reply.bytes == 0) reply.failure = std::exchange(failure_, {});
    return reply;
  }

  // Makes a Receive on another thread stop at its next datagram.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }
  // No reply is under way, so that the kernel has nothing to end when the descriptor is closed.
  bool at_rest() const { return at_rest_; }
  int fd() const { return fd_; }
  uint32_t port() const { return port_; }

 private:
  struct Datagram {
    size_t length;
    uint32_t port;
    int error;
  };

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
    // A longer queue is welcome, never required: either call may be refused.
    if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof queue) != 0) {
      (void)setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
    }
    sockaddr_nl own{AF_NETLINK, 0, 0, 0};
    socklen_t size = sizeof own;
    auto* address = reinterpret_cast<sockaddr*>(&own);
    if (bind(fd_, address, size) != 0) throw Failure{errno, "bind"};
    if (getsockname(fd_, address, &size) != 0) throw Failure{errno, "getsockname"};
    port_ = own.nl_pid;
  }

  // The kernel sizes a dump's datagrams by the largest receive that it has seen on the socket, the
  // first while it takes the request, and an object that does not fit ends the dump with success
  // and missing rows. So before the first request there is a receive of full size: that of the
  // acknowledgement of a message without a meaning. What is queued before it is dropped.
  Failure Prime() {
    if (primed_) return {};
    const nlmsghdr noop{sizeof(nlmsghdr), NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0, 0};
    alignas(nlmsghdr) uint8_t room[kLeastSpace];
    if (const Failure failure = SendBytes(&noop, sizeof noop); failure.error != 0) return failure;
    for (;;) {
      const auto [length, port, error] = ReceiveOne(room, sizeof room);
      if (error != 0) return {error, "recvfrom"};
      if (port == 0 && length <= sizeof room && EndsReply(room, length)) break;
    }
    primed_ = true;
    return {};
  }

  Failure SendBytes(const void* bytes, size_t size) const {
    ssize_t sent;
    do sent = send(fd_, bytes, size, 0);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) return {errno, "sendto"};
    return static_cast<size_t>(sent) == size ? Failure{} : Failure{EMSGSIZE, "sendto"};
  }

  Datagram ReceiveOne(uint8_t* at, size_t space) const {
    sockaddr_nl from{};
    socklen_t from_size = sizeof from;
    auto* const sender = reinterpret_cast<sockaddr*>(&from);
    ssize_t length;
    // MSG_TRUNC: the length is the datagram's, even if less of it fits.
    do length = recvfrom(fd_, at, space, MSG_DONTWAIT | MSG_TRUNC, sender, &from_size);
    while (length < 0 && errno == EINTR);
    if (length < 0) return {0, 0, errno};
    return {static_cast<size_t>(length), from.nl_pid, 0};
  }

  // Once the groups are left nothing more comes to them. That the queue was too short for what came
  // is said once, and concerns nobody any more.
  void Drain() const {
    uint8_t byte;
    int error;
    do error = ReceiveOne(&byte, sizeof byte).error;
    while (error == 0 || error == ENOBUFS);
  }

  // Whether a message of this datagram is the last of its reply; and where the one before it is.
  static bool EndsReply(const uint8_t* datagram, ssize_t left, size_t* last = nullptr) {
    auto* message = reinterpret_cast<const nlmsghdr*>(datagram);
    for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return true;
      if (last != nullptr) *last = reinterpret_cast<const uint8_t*>(message) - datagram;
    }
    return false;
  }

  const int fd_;
  uint32_t port_ = 0;
  bool primed_ = false;
  // What the next Receive ends with.
  Failure failure_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> at_rest_{true};
};
}  // namespace netsnap
