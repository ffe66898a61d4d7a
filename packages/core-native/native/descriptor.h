#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace netsnap {
// A file descriptor that is closed at its end, or none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  explicit operator bool() const { return fd_ >= 0; }
  std::optional<int> get() const { return fd_ < 0 ? std::nullopt : std::optional<int>(fd_); }

 private:
  int fd_ = -1;
};
}  // namespace netsnap
