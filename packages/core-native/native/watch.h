#pragma once

#include <node_api.h>
#include <uv.h>

#include <functional>
#include <utility>

namespace netsnap {
// A wait, on the event loop, for a socket to become readable. Closing a loop's handle takes a turn of
// the loop, and a worker's loop must not end before: hence the hook.
class Watch {
 public:
  // Ends the wait; for std::unique_ptr.
  struct Stop {
    void operator()(Watch* watch) const {
      watch->released_ = true;
      watch->Close();
      watch->DeleteIfDone();
    }
  };

  // Returns null where the loop cannot watch the descriptor.
  static Watch* Start(napi_env env, int fd, std::function<void()> then) {
    uv_loop_t* loop = nullptr;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok) return nullptr;
    auto* const watch = new Watch(std::move(then));
    if (uv_poll_init(loop, &watch->poll_, fd) != 0) {
      delete watch;
      return nullptr;
    }
    watch->poll_.data = watch;
    napi_add_async_cleanup_hook(env, OnTeardown, watch, &watch->hook_);
    if (uv_poll_start(&watch->poll_, UV_READABLE, OnReadable) == 0) return watch;
    Stop()(watch);
    return nullptr;
  }

 private:
  explicit Watch(std::function<void()> then) : then_(std::move(then)) {}

  // If something is wrong with the socket, the receive will say what.
  static void OnReadable(uv_poll_t* poll, int, int) {
    const auto then = std::exchange(static_cast<Watch*>(poll->data)->then_, nullptr);
    if (then) then();
  }

  static void OnTeardown(napi_async_cleanup_hook_handle, void* data) {
    static_cast<Watch*>(data)->Close();
  }

  void Close() {
    if (std::exchange(closing_, true)) return;
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), [](uv_handle_t* handle) {
      auto* const self = static_cast<Watch*>(handle->data);
      napi_remove_async_cleanup_hook(self->hook_);
      self->closed_ = true;
      self->DeleteIfDone();
    });
  }

  void DeleteIfDone() {
    if (closed_ && released_) delete this;
  }

  uv_poll_t poll_{};
  std::function<void()> then_;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  bool closing_ = false;
  bool closed_ = false;
  bool released_ = false;
};
}  // namespace netsnap
