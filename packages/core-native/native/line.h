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
      task->Do(channel_);
      const bool failed = task->failure.error != 0 && task->decisive();
      mailbox_->Post(std::move(task));
      if (failed) Cancel();
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

  // What was queued behind a request that has failed would wait for its reply.
  void Cancel() {
    List<Held<Task>> dropped;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      dropped.swap(tasks_);
    }
    for (auto& task : dropped) {
      task->failure = {ECANCELED};
      mailbox_->Post(std::move(task));
    }
  }

  Channel channel_;
  const Held<Mailbox> mailbox_;
  std::mutex mutex_;
  List<Held<Task>> tasks_;
  bool running_ = false;
};
}  // namespace netsnap
