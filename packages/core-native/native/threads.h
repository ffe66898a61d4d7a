#pragma once

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <cerrno>
#include <deque>
#include <mutex>

#include "counted.h"

namespace netsnap {
// What a thread is given to do.
class Work : public Counted {
 public:
  virtual void Run() = 0;
};

// The threads on which calls into the kernel are made, which may sleep there for as long as another
// process holds a lock. Not the event loop's, which must go on; not libuv's pool, which files and
// names need. They start on demand, are shared by all sockets of the process, and end when there was
// nothing to do for a while. Nobody waits for them when the process or a worker ends.
class Threads {
 public:
  // Never deleted: a thread may outlive everything else.
  static Threads& Shared() {
    static auto* const threads = new Threads;
    return *threads;
  }

  // Has a thread run it. Returns 0, or an errno where there is none and none can be started.
  int Add(Held<Work> work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(work));
    if (idle_ < waiting_.size() && count_ < kMost) {
      const int error = Start();
      if (error == 0) {
        ++count_;
      } else if (count_ == 0) {
        waiting_.pop_back();
        return error;
      }
    }
    pthread_cond_signal(&added_);
    return 0;
  }

 private:
  // So many may sleep in the kernel before more work has to wait for one of them.
  static constexpr size_t kMost = 16;            // not a kernel number: a choice
  static constexpr time_t kIdleSeconds = 1;      // not a kernel number: a choice
  static constexpr size_t kStack = 256 * 1024;  // not a kernel number: room for Prime's buffer

  Threads() {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&added_, &attributes);
    pthread_condattr_destroy(&attributes);
  }

  // The thread takes no signals: those are for the program, and interrupt a call.
  int Start() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStack);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    const int error = pthread_create(&thread, &attributes, Main, this);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    return error;
  }

  static void* Main(void* self) {
    auto* const threads = static_cast<Threads*>(self);
    while (Held<Work> work = threads->Next()) work->Run();
    return nullptr;
  }

  // What to do next; nothing, when the thread is to end.
  Held<Work> Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    timespec until{};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += kIdleSeconds;
    ++idle_;
    int status = 0;
    while (waiting_.empty() && status != ETIMEDOUT) {
      status = pthread_cond_timedwait(&added_, mutex_.native_handle(), &until);
    }
    --idle_;
    if (waiting_.empty()) {
      --count_;
      return {};
    }
    Held<Work> next = std::move(waiting_.front());
    waiting_.pop_front();
    return next;
  }

  std::mutex mutex_;
  pthread_cond_t added_;
  std::deque<Held<Work>> waiting_;
  size_t idle_ = 0;
  size_t count_ = 0;
};
}  // namespace netsnap
