#pragma once

#include <node_api.h>
#include <sys/mman.h>

#include <new>
#include <vector>

#include "channel.h"
#include "counted.h"

namespace netsnap {
// Memory to receive into. A thread that may still write to it holds it, whatever becomes of the
// ArrayBuffer that shows it to JavaScript.
class Memory final : public Counted {
 public:
  // Pages of its own: zeros, of which none is touched before something is received into it.
  explicit Memory(size_t size)
      : size_(size),
        data_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (data_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~Memory() override { munmap(data_, size_); }

  uint8_t* data() const { return static_cast<uint8_t*>(data_); }
  size_t size() const { return size_; }

 private:
  const size_t size_;
  void* const data_;
};

class ReceiveTask;

enum class Kind { kNone, kSubscribe, kSend, kReceive };

// One thing that a socket is to do, and what came of it. It is made and looked at on the thread of
// the event loop, and done on another.
class Task : public Counted {
 public:
  // On a thread that may sleep.
  virtual void Do(Channel& channel) = 0;
  virtual Kind kind() const = 0;
  virtual ReceiveTask* AsReceive() { return nullptr; }

  Failure failure;
  // Set while JavaScript waits for it: on the thread of the event loop alone.
  napi_deferred deferred = nullptr;
  // The JavaScript object whose task it is. It lives as long as it waits.
  void* owner = nullptr;
};

class SendTask final : public Task {
 public:
  SendTask(const uint8_t* request, size_t size) : request_(request, request + size) {}
  void Do(Channel& channel) override { failure = channel.Send(request_); }
  Kind kind() const override { return Kind::kSend; }

 private:
  const std::vector<uint8_t> request_;
};

class SubscribeTask final : public Task {
 public:
  SubscribeTask(List<int> groups, bool on) : groups_(std::move(groups)), on_(on) {}
  void Do(Channel& channel) override { failure = channel.Subscribe(groups_, on_); }
  Kind kind() const override { return Kind::kSubscribe; }

 private:
  const List<int> groups_;
  const bool on_;
};

class ReceiveTask final : public Task {
 public:
  explicit ReceiveTask(Held<Memory> memory) : memory_(std::move(memory)) {}
  // What nobody took may be a secret.
  ~ReceiveTask() override {
    if (!taken) explicit_bzero(memory_->data(), reply.bytes);
  }
  void Do(Channel& channel) override {
    reply = channel.Receive(memory_->data(), memory_->size());
    failure = reply.failure;
  }
  Kind kind() const override { return Kind::kReceive; }
  ReceiveTask* AsReceive() override { return this; }
  bool brought_nothing() const { return reply.bytes == 0 && failure.error == 0; }
  const Memory& memory() const { return *memory_; }

  Reply reply;
  bool taken = false;

 private:
  const Held<Memory> memory_;
};
}  // namespace netsnap
