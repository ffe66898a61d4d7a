#include "channel.h"

#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

namespace netsnap {
namespace {

constexpr int kReceiveQueue = 1024 * 1024;

int Create(int protocol, Failure* failure) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) *failure = {errno, "socket"};
  return fd;
}

// A socket belongs to the namespace in which it was created. Only a thread that
// ends right after may change over: any other would take later work with it.
int CreateIn(int netns, int protocol, Failure* failure) {
  int fd = -1;
  try {
    std::thread([&] {
      if (setns(netns, CLONE_NEWNET) != 0) {
        *failure = {errno, "setns"};
      } else {
        fd = Create(protocol, failure);
      }
    }).join();
  } catch (const std::system_error& error) {
    *failure = {error.code().value(), "clone"};
  }
  return fd;
}

// Turns an option on. A kernel that is older than the option does without.
bool TurnOn(int fd, int option) {
  const int on = 1;
  return setsockopt(fd, SOL_NETLINK, option, &on, sizeof on) == 0 ||
         errno == ENOPROTOOPT;
}

// Whether a message of this datagram is the last of its reply.
bool EndsReply(const uint8_t* datagram, size_t size) {
  nlmsghdr header;
  for (size_t at = 0; at < size && size - at >= sizeof header;) {
    std::memcpy(&header, datagram + at, sizeof header);
    const size_t length = header.nlmsg_len;
    if (length < sizeof header || length > size - at) return false;
    if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
      return true;
    }
    at += NLMSG_ALIGN(length);
  }
  return false;
}

}  // namespace

std::unique_ptr<Channel> Channel::Open(int protocol, std::optional<int> netns,
                                       Failure* failure) {
  const int fd = netns ? CreateIn(*netns, protocol, failure)
                       : Create(protocol, failure);
  if (fd < 0) return nullptr;
  auto channel = std::make_unique<Channel>(fd);
  if (!channel->Configure(failure)) return nullptr;
  channel->Prime();
  return channel;
}

Channel::~Channel() { close(fd_); }

bool Channel::Configure(Failure* failure) const {
  if (!TurnOn(fd_, NETLINK_EXT_ACK) || !TurnOn(fd_, NETLINK_GET_STRICT_CHK)) {
    *failure = {errno, "setsockopt"};
    return false;
  }
  // A longer queue is welcome, never required.
  const int size = kReceiveQueue;
  if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  sockaddr_nl any{};
  any.nl_family = AF_NETLINK;
  if (bind(fd_, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) {
    *failure = {errno, "bind"};
    return false;
  }
  return true;
}

// The kernel makes a dump's first datagram while it takes the request, sized by
// the receives before that. So that a large first object fits, a receive of
// full size comes first: that of the acknowledgement of a message without a
// meaning. On a protocol that does not answer it, nothing is lost.
void Channel::Prime() const {
  nlmsghdr noop{};
  noop.nlmsg_len = sizeof noop;
  noop.nlmsg_type = NLMSG_NOOP;
  noop.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  std::array<uint8_t, kLeastSpace> room;
  if (Send(&noop, sizeof noop) == 0) Receive(room.data(), room.size());
}

uint32_t Channel::Port() const {
  sockaddr_nl own{};
  socklen_t size = sizeof own;
  getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &size);
  return own.nl_pid;
}

int Channel::Send(const void* request, size_t size) const {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  auto* address = reinterpret_cast<sockaddr*>(&kernel);
  return sendto(fd_, request, size, 0, address, sizeof kernel) < 0 ? errno : 0;
}

Reply Channel::Receive(uint8_t* buffer, size_t size) const {
  Reply reply;
  while (!closed_ && !reply.done && size - reply.bytes >= kLeastSpace) {
    uint8_t* const at = buffer + reply.bytes;
    const size_t space = size - reply.bytes;
    sockaddr_nl from{};
    socklen_t from_size = sizeof from;
    // MSG_TRUNC: the length is the datagram's, even if less of it fits.
    const ssize_t length =
        recvfrom(fd_, at, space, MSG_DONTWAIT | MSG_TRUNC,
                 reinterpret_cast<sockaddr*>(&from), &from_size);
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
    reply.done = EndsReply(at, taken);
    const size_t next = std::min<size_t>(NLMSG_ALIGN(taken), space);
    std::memset(at + taken, 0, next - taken);
    reply.bytes += next;
  }
  return reply;
}

}  // namespace netsnap
