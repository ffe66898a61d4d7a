#include "socket.h"

#include <uv.h>

#include <cerrno>
#include <cstring>

namespace netsnap {
namespace {

void Require(const Napi::CallbackInfo& info, bool condition, const char* what) {
  if (!condition) throw Napi::TypeError::New(info.Env(), what);
}

bool IsUint8Array(const Napi::Value& value) {
  return value.IsTypedArray() &&
         value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
}

// Plain Node-API, whose failures are passed over: in a worker that is being
// terminated no value can be given a property, and nobody is left to see it.
napi_value MakeError(napi_env env, const Failure& failure) {
  napi_value text = nullptr, error = nullptr, number = nullptr;
  const char* message = std::strerror(failure.error);
  napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text);
  napi_create_error(env, nullptr, text, &error);
  napi_create_int32(env, failure.error, &number);
  napi_set_named_property(env, error, "errno", number);
  if (failure.call != nullptr) {
    napi_create_string_utf8(env, failure.call, NAPI_AUTO_LENGTH, &text);
    napi_set_named_property(env, error, "syscall", text);
  }
  if (failure.size != 0) {
    napi_create_int64(env, static_cast<int64_t>(failure.size), &number);
    napi_set_named_property(env, error, "size", number);
  }
  return error;
}

napi_value MakeReceived(napi_env env, const Reply& reply) {
  napi_value received = nullptr, bytes = nullptr, done = nullptr;
  napi_create_object(env, &received);
  napi_create_int64(env, static_cast<int64_t>(reply.bytes), &bytes);
  napi_get_boolean(env, reply.done, &done);
  napi_set_named_property(env, received, "bytes", bytes);
  napi_set_named_property(env, received, "done", done);
  return received;
}

}  // namespace

// A wait for the socket to become readable. Closing a loop's handle takes a
// turn of the loop, and a worker's loop must not end before: hence the hook.
struct Socket::Watch {
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

Napi::Function Socket::Define(Napi::Env env) {
  return DefineClass(env, "Socket",
                     {InstanceAccessor<&Socket::Port>("port"),
                      InstanceMethod<&Socket::Send>("send"),
                      InstanceMethod<&Socket::Receive>("receive"),
                      InstanceMethod<&Socket::Close>("close")});
}

Socket::Socket(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  Require(info, info[0].IsNumber(), "the protocol must be a number");
  Require(info, info[1].IsUndefined() || info[1].IsNumber(),
          "the network namespace must be a file descriptor");
  std::optional<int> netns;
  if (info[1].IsNumber()) netns = info[1].As<Napi::Number>().Int32Value();
  const int protocol = info[0].As<Napi::Number>().Int32Value();
  Failure failure;
  channel_ = Channel::Open(protocol, netns, &failure);
  if (!channel_) throw Napi::Error(Env(), MakeError(Env(), failure));
  port_ = channel_->Port();
}

Napi::Value Socket::Port(const Napi::CallbackInfo&) {
  return Napi::Number::New(Env(), port_);
}

void Socket::Send(const Napi::CallbackInfo& info) {
  Require(info, IsUint8Array(info[0]), "the request must be a Uint8Array");
  const auto request = info[0].As<Napi::Uint8Array>();
  const int error =
      IsOpen() ? channel_->Send(request.Data(), request.ByteLength()) : EBADF;
  if (error != 0) throw Napi::Error(Env(), MakeError(Env(), {error, "sendto"}));
}

Napi::Value Socket::Receive(const Napi::CallbackInfo& info) {
  Require(info, info[0].IsArrayBuffer(), "the buffer must be an ArrayBuffer");
  auto buffer = info[0].As<Napi::ArrayBuffer>();
  Require(info, buffer.ByteLength() >= kLeastSpace,
          "the buffer must be of 32 KiB or more");
  // Memory that shrinks while a thread writes to it is no place to receive to.
  Require(info, !buffer.Get("resizable").ToBoolean(),
          "the buffer must be of a fixed length");
  if (!IsOpen()) throw Napi::Error(Env(), MakeError(Env(), {EBADF}));
  Require(info, deferred_ == nullptr,
          "a receive is already in flight on this socket");

  napi_value promise;
  if (napi_create_promise(Env(), &deferred_, &promise) != napi_ok) return {};
  buffer_ = Napi::Persistent(buffer);
  size_ = buffer.ByteLength();
  Ref();
  Queue();
  return Napi::Value(Env(), promise);
}

void Socket::Close(const Napi::CallbackInfo&) {
  if (!IsOpen()) return;
  channel_->Close();
  if (deferred_ == nullptr) {
    channel_.reset();
  } else if (watch_ != nullptr) {
    watch_->Stop();
    Settle({ECANCELED});
  }
}

// The buffer's memory, or null if it was detached since the receive began. That
// cannot be prevented; it is noticed before and after each use.
uint8_t* Socket::Memory() const {
  napi_value buffer = nullptr;
  void* data = nullptr;
  size_t size = 0;
  napi_get_reference_value(Env(), buffer_, &buffer);
  napi_get_arraybuffer_info(Env(), buffer, &data, &size);
  return size == size_ ? static_cast<uint8_t*>(data) : nullptr;
}

// Has the pool take what has come.
void Socket::Queue() {
  napi_value name = nullptr;
  data_ = Memory();
  napi_create_string_utf8(Env(), "netsnap", NAPI_AUTO_LENGTH, &name);
  if (data_ == nullptr) return Settle({EFAULT});
  if (napi_create_async_work(Env(), nullptr, name, Execute, Complete, this,
                             &work_) != napi_ok ||
      napi_queue_async_work(Env(), work_) != napi_ok) {
    Settle({ENOMEM});
  }
}

void Socket::Execute(napi_env, void* data) {
  auto* self = static_cast<Socket*>(data);
  self->reply_ = self->channel_->Receive(self->data_, self->size_);
}

void Socket::Complete(napi_env env, napi_status, void* data) {
  auto* self = static_cast<Socket*>(data);
  napi_delete_async_work(env, self->work_);
  const Reply& reply = self->reply_;
  if (self->channel_->closed()) return self->Settle({ECANCELED});
  if (self->Memory() == nullptr) return self->Settle({EFAULT});
  if (reply.bytes == 0 && reply.failure.error == 0) return self->Wait();
  self->Settle(reply.failure);
}

void Socket::Wait() {
  uv_loop_t* loop;
  if (napi_get_uv_event_loop(Env(), &loop) != napi_ok) return;
  watch_ = new Watch{{}, nullptr, this};
  watch_->poll.data = watch_;
  const int status = uv_poll_init(loop, &watch_->poll, channel_->fd());
  if (status != 0) {
    delete watch_;
    watch_ = nullptr;
    return Settle({-status});
  }
  napi_add_async_cleanup_hook(Env(), Watch::OnTeardown, watch_, &watch_->hook);
  uv_poll_start(&watch_->poll, UV_READABLE, Watch::OnReadable);
}

void Socket::Settle(const Failure& failure) {
  if (channel_->closed()) channel_.reset();
  buffer_.Reset();
  if (failure.error != 0) {
    napi_reject_deferred(Env(), deferred_, MakeError(Env(), failure));
  } else {
    napi_resolve_deferred(Env(), deferred_, MakeReceived(Env(), reply_));
  }
  deferred_ = nullptr;
  Unref();
}

}  // namespace netsnap
