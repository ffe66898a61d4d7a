#pragma once

#include <node_api.h>
#include <uv.h>

#include <mutex>
#include <utility>

#include "counted.h"
#include "task.h"

namespace netsnap {
// Where threads put what they have done, for one event loop: the main thread's or a worker's. It
// may be gone by the time that a thread comes back from the kernel; then what it brings is dropped.
class Mailbox final : public Counted {
 public:
  using Deliver = void (*)(napi_env env, List<Held<Task>> tasks);

  // On the thread of the event loop. Returns null where the environment is ending.
  static Held<Mailbox> Open(napi_env env, Deliver deliver) {
    Held<Mailbox> mailbox(new Mailbox(env, deliver));
    uv_loop_t* loop = nullptr;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok) return {};
    if (uv_async_init(loop, &mailbox->async_, OnPost) != 0) return {};
    mailbox->async_.data = mailbox.get();
    // The handle holds it until it is closed.
    mailbox->Hold();
    mailbox->open_ = true;
    uv_unref(reinterpret_cast<uv_handle_t*>(&mailbox->async_));
    napi_add_async_cleanup_hook(env, OnTeardown, mailbox.get(), &mailbox->hook_);
    return mailbox;
  }

  // On any thread.
  void Post(Held<Task> task) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!open_) return;
    posted_.push_back(std::move(task));
    uv_async_send(&async_);
  }

  // The event loop lives for as long as something is awaited.
  void Await() {
    if (awaited_++ == 0 && open_) uv_ref(reinterpret_cast<uv_handle_t*>(&async_));
  }
  void Unawait() {
    if (--awaited_ == 0 && open_) uv_unref(reinterpret_cast<uv_handle_t*>(&async_));
  }

 private:
  Mailbox(napi_env env, Deliver deliver) : env_(env), deliver_(deliver) {}

  static void OnPost(uv_async_t* async) {
    const Held<Mailbox> self(static_cast<Mailbox*>(async->data));
    self->deliver_(self->env_, self->Take());
  }

  List<Held<Task>> Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(posted_, {});
  }

  // Closing a loop's handle takes a turn of the loop, and a worker's loop must not end before.
  static void OnTeardown(napi_async_cleanup_hook_handle, void* data) {
    auto* const self = static_cast<Mailbox*>(data);
    List<Held<Task>> dropped;
    {
      const std::lock_guard<std::mutex> lock(self->mutex_);
      self->open_ = false;
      dropped.swap(self->posted_);
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&self->async_), [](uv_handle_t* handle) {
      auto* const closed = static_cast<Mailbox*>(handle->data);
      napi_remove_async_cleanup_hook(closed->hook_);
      closed->LetGo();
    });
  }

  const napi_env env_;
  const Deliver deliver_;
  std::mutex mutex_;
  bool open_ = false;
  List<Held<Task>> posted_;
  uv_async_t async_{};
  napi_async_cleanup_hook_handle hook_ = nullptr;
  int awaited_ = 0;
};
}  // namespace netsnap
