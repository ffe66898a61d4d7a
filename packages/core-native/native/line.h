#pragma once

#include <mutex>

#include "channel.h"
#include "mailbox.h"
#include "task.h"
#include "threads.h"

namespace netsnap {
// A socket and what it is to do, one thing after another, on whichever thread is free. Whoever holds
// the line last closes the socket: a thread that is in the kernel with it, or the event loop's.
class Line final : public Work {
 public:
  Line(int protocol, std::optional<int> netns, Held<Mailbox> mailbox)
      : channel_(protocol, netns), mailbox_(std::move(mailbox)) {}

  // Returns 0, or an errno where there is no thread to do it.
  int Add(const Held<Task>& task) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(task);
    if (running_) return 0;
    const int error = Threads::Shared().Add(Held<Work>(this));
    if (error == 0) {
      running_ = true;
    } else {
      tasks_.pop_back();
    }
    return error;
  }

  // Nothing more is begun. What is under way stops at the next datagram, or when the kernel lets go.
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    channel_.Close();
    tasks_.clear();
  }

  // The event loop's last word. To end a reply, closing may take locks of the kernel: a thread does.
  static void Release(Held<Line> line) {
    line->Close();
    // Without a thread it is closed here.
    if (!line->channel_.at_rest()) (void)Threads::Shared().Add(Held<Work>(line.get()));
  }

  void Run() override {
    while (Held<Task> task = Next()) {
      Do(*task);
      mailbox_->Post(std::move(task));
    }
  }

  const Channel& channel() const { return channel_; }

 private:
  Held<Task> Next() {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_ = !tasks_.empty();
    if (!running_) return {};
    Held<Task> next = std::move(tasks_.front());
    tasks_.pop_front();
    return next;
  }

  // A request whose groups were refused is not sent; the reply to one that was not sent is not waited
  // for.
  void Do(Task& task) {
    const bool receives = task.kind() == Kind::kReceive;
    const bool useless = receives ? refused_ != Kind::kNone
                                  : task.kind() == Kind::kSend && refused_ == Kind::kSubscribe;
    if (useless) {
      task.failure = {ECANCELED};
    } else {
      task.Do(channel_);
    }
    if (!receives) refused_ = task.failure.error == 0 ? Kind::kNone : task.kind();
  }

  Channel channel_;
  const Held<Mailbox> mailbox_;
  std::mutex mutex_;
  List<Held<Task>> tasks_;
  bool running_ = false;
  // What failed last, if nothing has gone well since. Of the thread that runs the line.
  Kind refused_ = Kind::kNone;
};
}  // namespace netsnap
