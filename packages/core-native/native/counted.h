#pragma once

#include <atomic>
#include <list>
#include <utility>

namespace netsnap {
// Of what grows by arrays, vectors and deques, today's compilers make code that the C++ library of
// Node's oldest systems lacks a function for; but of bytes they do not.
template <class T>
using List = std::list<T>;

// What several threads hold, and whoever lets go of it last deletes. It is no shared_ptr's: today's
// compilers make one that does not load with the C library of Node's oldest systems
// (__libc_single_threaded).
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  virtual ~Counted() = default;

  void Hold() { holders_.fetch_add(1, std::memory_order_relaxed); }
  void LetGo() {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  std::atomic<int> holders_{0};
};

// One holder of a Counted, or of none.
template <class T>
class Held {
 public:
  Held() = default;
  explicit Held(T* held) : held_(held) {
    if (held_ != nullptr) held_->Hold();
  }
  Held(const Held& other) : Held(other.held_) {}
  Held(Held&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  Held& operator=(Held other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~Held() {
    if (held_ != nullptr) held_->LetGo();
  }

  T* get() const { return held_; }
  T* operator->() const { return held_; }
  T& operator*() const { return *held_; }
  explicit operator bool() const { return held_ != nullptr; }

 private:
  T* held_ = nullptr;
};
}  // namespace netsnap
