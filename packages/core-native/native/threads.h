#pragma once

#include <signal.h>
#include <uv.h>

#include <cerrno>
#include <system_error>
#include <thread>

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
// nothing to do for a while. Nobody waits for them when the process or a worker ends. Locks and waits
// are libuv's: of the C library's own, today's compilers take versions that Node's oldest systems lack.
class Threads {
 public:
  // Never deleted: a thread may outlive everything else.
  static Threads& Shared() {
    static auto* const threads = new Threads;
    return *threads;
  }

  // Has a thread run it. Returns 0, or an errno where there is none and none can be started.
  int Add(Held<Work> work) {
    const Lock lock(&mutex_);
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
    uv_cond_signal(&added_);
    return 0;
  }

 private:
  // So many may sleep in the kernel before more work has to wait for one of them.
  static constexpr size_t kMost = 16;                      // not a kernel number: a choice
  static constexpr uint64_t kIdleNanoseconds = 1000000000;  // not a kernel number: a choice

  struct Lock {
    explicit Lock(uv_mutex_t* mutex) : mutex(mutex) { uv_mutex_lock(mutex); }
    ~Lock() { uv_mutex_unlock(mutex); }
    uv_mutex_t* const mutex;
  };

  Threads() {
    if (uv_mutex_init(&mutex_) != 0 || uv_cond_init(&added_) != 0) abort();
  }

  // The thread takes no signals: those are for the program, and interrupt a call.
  int Start() {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    int error = 0;
    try {
      std::thread([this] {
        while (Held<Work> work = Next()) work->Run();
      }).detach();
    } catch (const std::system_error& refused) {
      error = refused.code().value();
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return error;
  }

  // What to do next; nothing, when the thread is to end.
  Held<Work> Next() {
    const Lock lock(&mutex_);
    ++idle_;
    int status = 0;
    while (waiting_.empty() && status == 0) {
      status = uv_cond_timedwait(&added_, &mutex_, kIdleNanoseconds);
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

  uv_mutex_t mutex_;
  uv_cond_t added_;
  List<Held<Work>> waiting_;
  size_t idle_ = 0;
  size_t count_ = 0;
};
}  // namespace netsnap
