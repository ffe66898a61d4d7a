#include <napi.h>
#include <uv.h>

#include <memory>

#include "channel.h"

namespace netsnap {
// These are plain Node-API, whose failures are passed over: in a worker that is being terminated no
// value can be given a property, and nobody is left to see it.
static napi_value MakeText(napi_env env, const char* text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

static napi_value MakeNumber(napi_env env, int64_t number) {
  napi_value value = nullptr;
  napi_create_int64(env, number, &value);
  return value;
}

static napi_value MakeError(napi_env env, const Failure& failure) {
  const auto [error, call, size] = failure;
  napi_value value = nullptr;
  napi_create_error(env, nullptr, MakeText(env, std::strerror(error)), &value);
  napi_set_named_property(env, value, "errno", MakeNumber(env, error));
  if (call != nullptr) napi_set_named_property(env, value, "syscall", MakeText(env, call));
  if (size != 0) napi_set_named_property(env, value, "size", MakeNumber(env, size));
  return value;
}

static napi_value MakeReceived(napi_env env, const Reply& reply) {
  napi_value received = nullptr, done = nullptr;
  napi_create_object(env, &received);
  napi_get_boolean(env, reply.done, &done);
  napi_set_named_property(env, received, "bytes", MakeNumber(env, reply.bytes));
  napi_set_named_property(env, received, "done", done);
  return received;
}

static void Require(const Napi::CallbackInfo& info, bool condition, const char* what) {
  if (!condition) throw Napi::TypeError::New(info.Env(), what);
}

// The JavaScript class; src/socket/socket.ts has its types. When it is collected, its socket is closed.
// A receive takes what has come on a thread of the pool. When nothing has, it waits on the event
// loop: a wait in the pool would hold one of its few threads, so that four idle sockets would stop
// every file operation, and process.exit(), which joins those threads, would never return. All but
// Execute runs on the loop's thread, so there is nothing to lock.
class Socket : public Napi::ObjectWrap<Socket> {
 public:
  // Nothing here is static: every worker thread that loads the addon gets its own class, and ends
  // without the others.
  static Napi::Object Init(Napi::Env env, Napi::Object exports) {
    exports.Set("Socket", DefineClass(env, "Socket",
                                      {InstanceMethod<&Socket::Send>("send"),
                                       InstanceMethod<&Socket::Receive>("receive"),
                                       InstanceMethod<&Socket::Subscribe>("subscribe"),
                                       InstanceMethod<&Socket::Close>("close")}));
    return exports;
  }

  explicit Socket(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    std::optional<int> netns;
    if (!info[1].IsUndefined()) netns = info[1].As<Napi::Number>().Int32Value();
    const int protocol = info[0].As<Napi::Number>().Int32Value();
    try {
      channel_ = std::make_unique<Channel>(protocol, netns);
    } catch (const Failure& failure) {
      Check(failure);
    }
    napi_set_named_property(Env(), info.This(), "port", MakeNumber(Env(), channel_->port()));
  }

 private:
  // A wait for the socket to become readable. Closing a loop's handle takes a turn of the loop, and
  // a worker's loop must not end before: hence the hook.
  struct Watch {
    uv_poll_t poll;
    napi_async_cleanup_hook_handle hook;
    Socket* socket;

    void Stop() {
      socket->watch_ = nullptr;
      socket = nullptr;
      uv_close(reinterpret_cast<uv_handle_t*>(&poll), [](uv_handle_t* handle) {
        auto* self = static_cast<Watch*>(handle->data);
        napi_remove_async_cleanup_hook(self->hook);
        delete self;
      });
    }

    static void OnReadable(uv_poll_t* poll, int, int) {
      auto* self = static_cast<Watch*>(poll->data);
      Socket* const socket = self->socket;
      self->Stop();
      // If something is wrong with the socket, the receive will say what.
      Napi::HandleScope scope(socket->Env());
      socket->Queue();
    }

    static void OnTeardown(napi_async_cleanup_hook_handle, void* data) {
      auto* self = static_cast<Watch*>(data);
      if (self->socket != nullptr) self->Stop();
    }
  };

  void Send(const Napi::CallbackInfo& info) {
    const bool typed = info[0].IsTypedArray();
    Require(info, typed && info[0].As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array,
            "the request must be a Uint8Array");
    const auto request = info[0].As<Napi::Uint8Array>();
    Check({Open().Send(request.Data(), request.ByteLength()), "sendto"});
  }

  Napi::Value Receive(const Napi::CallbackInfo& info) {
    Require(info, info[0].IsArrayBuffer(), "the buffer must be an ArrayBuffer");
    auto buffer = info[0].As<Napi::ArrayBuffer>();
    Require(info, buffer.ByteLength() >= kLeastSpace, "the buffer must be of 32 KiB or more");
    // Memory that shrinks while a thread writes to it is no place to receive to.
    Require(info, !buffer.Get("resizable").ToBoolean(), "the buffer must be of a fixed length");
    Open();
    Require(info, deferred_ == nullptr, "a receive is already in flight on this socket");
    napi_value promise;
    if (napi_create_promise(Env(), &deferred_, &promise) != napi_ok) return {};
    buffer_ = Napi::Persistent(buffer);
    size_ = buffer.ByteLength();
    Ref();
    Queue();
    return Napi::Value(Env(), promise);
  }

  void Subscribe(const Napi::CallbackInfo& info) {
    Require(info, deferred_ == nullptr, "a receive is in flight on this socket");
    const int group = info[0].As<Napi::Number>().Int32Value();
    Check({Open().Subscribe(group, info[1].ToBoolean()), "setsockopt"});
  }

  void Close(const Napi::CallbackInfo&) {
    if (!channel_ || channel_->closed()) return;
    channel_->Close();
    if (deferred_ == nullptr) {
      channel_.reset();
    } else if (watch_ != nullptr) {
      watch_->Stop();
      Settle({ECANCELED});
    }
  }

  void Check(const Failure& failure) const {
    if (failure.error != 0) throw Napi::Error(Env(), MakeError(Env(), failure));
  }
  Channel& Open() const {
    if (!channel_ || channel_->closed()) Check({EBADF});
    return *channel_;
  }

  // The buffer's memory, or null if it was detached since the receive began. That cannot be
  // prevented; it is noticed before and after each use.
  uint8_t* Memory() const {
    napi_value buffer = nullptr;
    void* data = nullptr;
    size_t size = 0;
    napi_get_reference_value(Env(), buffer_, &buffer);
    napi_get_arraybuffer_info(Env(), buffer, &data, &size);
    return size == size_ ? static_cast<uint8_t*>(data) : nullptr;
  }

  // Has the pool take what has come.
  void Queue() {
    data_ = Memory();
    if (data_ == nullptr) return Settle({EFAULT});
    const napi_value name = MakeText(Env(), "netsnap");
    if (napi_create_async_work(Env(), nullptr, name, Execute, Complete, this, &work_) != napi_ok ||
        napi_queue_async_work(Env(), work_) != napi_ok) {
      Settle({ENOMEM});
    }
  }

  static void Execute(napi_env, void* data) {
    auto* self = static_cast<Socket*>(data);
    self->reply_ = self->channel_->Receive(self->data_, self->size_);
  }

  static void Complete(napi_env env, napi_status, void* data) {
    auto* self = static_cast<Socket*>(data);
    napi_delete_async_work(env, self->work_);
    if (self->channel_->closed()) return self->Settle({ECANCELED});
    if (self->Memory() == nullptr) return self->Settle({EFAULT});
    if (self->reply_.bytes == 0 && self->reply_.failure.error == 0) return self->Wait();
    self->Settle(self->reply_.failure);
  }

  void Wait() {
    uv_loop_t* loop;
    if (napi_get_uv_event_loop(Env(), &loop) != napi_ok) return;
    auto watch = std::make_unique<Watch>(Watch{{}, nullptr, this});
    const int status = uv_poll_init(loop, &watch->poll, channel_->fd());
    if (status != 0) return Settle({-status});
    watch_ = watch.release();
    watch_->poll.data = watch_;
    napi_add_async_cleanup_hook(Env(), Watch::OnTeardown, watch_, &watch_->hook);
    uv_poll_start(&watch_->poll, UV_READABLE, Watch::OnReadable);
  }

  void Settle(const Failure& failure) {
    if (channel_->closed()) channel_.reset();
    buffer_.Reset();
    const bool failed = failure.error != 0;
    const auto conclude = failed ? napi_reject_deferred : napi_resolve_deferred;
    conclude(Env(), deferred_, failed ? MakeError(Env(), failure) : MakeReceived(Env(), reply_));
    deferred_ = nullptr;
    Unref();
  }

  // A receive in flight keeps it: closing cannot take the descriptor from under its thread.
  std::unique_ptr<Channel> channel_;
  // The receive in flight, if there is one: it keeps this object alive.
  napi_deferred deferred_ = nullptr;
  Napi::Reference<Napi::ArrayBuffer> buffer_;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  napi_async_work work_ = nullptr;
  Watch* watch_ = nullptr;
  Reply reply_;
};
}  // namespace netsnap

NAPI_MODULE_INIT() { return Napi::RegisterModule(env, exports, netsnap::Socket::Init); }
