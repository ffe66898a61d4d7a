#ifndef NETSNAP_CHANNEL_H_
#define NETSNAP_CHANNEL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace netsnap {

// The least room to receive a datagram into. The kernel sizes its dump messages
// by the largest receive that it has seen on a socket, up to 32 KiB, and an
// object that does not fit ends the dump with success and missing rows.
constexpr size_t kLeastSpace = 32 * 1024;

// What failed: the errno, the call if it matters, and with EMSGSIZE the size of
// the datagram that did not fit.
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

// An open netlink socket; its end closes the descriptor. It is no shared_ptr's:
// today's compilers make one that does not load with the C library of Node's
// oldest systems (__libc_single_threaded).
class Channel {
 public:
  // Opens a socket in this network namespace, or in the one that the descriptor
  // `netns` stands for. Returns null and tells why when it is refused.
  static std::unique_ptr<Channel> Open(int protocol, std::optional<int> netns,
                                       Failure* failure);
  explicit Channel(int fd) : fd_(fd) {}
  ~Channel();

  // Sends one request to the kernel. Returns 0 or an errno.
  int Send(const void* request, size_t size) const;

  // Takes what has come, without waiting, until a datagram holds NLMSG_DONE or
  // NLMSG_ERROR, nothing is left, or less than kLeastSpace is free. Datagrams
  // start at multiples of four bytes; a gap is zeros. Called on a pool thread.
  Reply Receive(uint8_t* buffer, size_t size) const;

  // Makes a Receive on another thread stop at its next datagram.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }
  int fd() const { return fd_; }
  // Which of the kernel's answers are this socket's: they carry its port.
  uint32_t Port() const;

 private:
  bool Configure(Failure* failure) const;
  void Prime() const;

  const int fd_;
  std::atomic<bool> closed_{false};
};

}  // namespace netsnap

#endif  // NETSNAP_CHANNEL_H_
