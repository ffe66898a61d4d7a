#ifndef NETSNAP_SOCKET_H_
#define NETSNAP_SOCKET_H_

#include <napi.h>

#include <memory>

#include "channel.h"

namespace netsnap {

// The JavaScript class:
//
//   new Socket(protocol: number, netns?: number)
//   port: number
//   send(request: Uint8Array): void
//   receive(into: ArrayBuffer): Promise<{ bytes: number, done: boolean }>
//   close(): void
//
// A socket that is dropped without close() is closed by its finalizer.
//
// A receive takes what has come on a thread of the pool. When nothing has, it
// waits on the event loop (uv_poll). A wait in the pool would hold one of its
// few threads: four idle sockets would stop every file operation, and
// process.exit(), which joins those threads, would never return. All but
// Execute runs on the loop's thread, so there is nothing to lock.
class Socket : public Napi::ObjectWrap<Socket> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit Socket(const Napi::CallbackInfo& info);

 private:
  struct Watch;

  Napi::Value Port(const Napi::CallbackInfo& info);
  void Send(const Napi::CallbackInfo& info);
  Napi::Value Receive(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  uint8_t* Memory() const;
  void Queue();
  static void Execute(napi_env env, void* data);
  static void Complete(napi_env env, napi_status status, void* data);
  void Wait();
  void Settle(const Failure& failure);

  bool IsOpen() const { return channel_ && !channel_->closed(); }

  // A receive in flight keeps it: closing cannot take the descriptor from under
  // the thread that receives.
  std::unique_ptr<Channel> channel_;
  uint32_t port_ = 0;

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

#endif  // NETSNAP_SOCKET_H_
