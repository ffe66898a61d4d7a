#include <napi.h>

#include <memory>

#include "descriptor.h"
#include "line.h"
#include "values.h"
#include "watch.h"

namespace netsnap {
// What a copy of the addon has of its own: each worker thread loads one, and ends without the others.
struct Instance {
  Held<Mailbox> mailbox;
};

// The JavaScript class; src/socket/socket.ts has its types. When it is collected, its socket is
// closed. All of it runs on the event loop's thread; what a socket does, it does on another.
class Socket : public Napi::ObjectWrap<Socket> {
 public:
  static Napi::Function Define(Napi::Env env, Instance* instance) {
    return DefineClass(env, "Socket",
                       {InstanceMethod<&Socket::Send>("send"),
                        InstanceMethod<&Socket::Receive>("receive"),
                        InstanceMethod<&Socket::Subscribe>("subscribe"),
                        InstanceMethod<&Socket::Restart>("restart"),
                        InstanceMethod<&Socket::Close>("close")},
                       instance);
  }

  explicit Socket(const Napi::CallbackInfo& info)
      : ObjectWrap(info), instance_(static_cast<Instance*>(info.Data())) {
    protocol_ = info[0].As<Napi::Number>().Int32Value();
    if (!instance_->mailbox) Check({ECANCELED});
    if (!info[1].IsUndefined()) {
      const int netns = info[1].As<Napi::Number>().Int32Value();
      netns_ = Descriptor(fcntl(netns, F_DUPFD_CLOEXEC, 0));
      if (!netns_) Check({errno, "setns"});
    }
    Open();
  }

  ~Socket() override {
    watch_.reset();
    if (line_) Line::Release(std::move(line_));
  }

  // These have been done, or cancelled. Of a socket that was closed meanwhile nobody waits for them.
  static void Deliver(napi_env env, List<Held<Task>> tasks) {
    const Napi::HandleScope handles(env);
    const Napi::AsyncContext context(env, "netsnap");
    const Napi::CallbackScope scope(env, context);
    for (const auto& task : tasks) {
      if (task->deferred != nullptr) static_cast<Socket*>(task->owner)->Complete(task);
    }
  }

 private:
  Napi::Value Send(const Napi::CallbackInfo& info) {
    const bool typed = info[0].IsTypedArray();
    Require(info, typed && info[0].As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array,
            "the request must be a Uint8Array");
    const auto request = info[0].As<Napi::Uint8Array>();
    return Start(new SendTask(request.Data(), request.ByteLength()));
  }

  Napi::Value Receive(const Napi::CallbackInfo& info) {
    Require(info, info[0].IsArrayBuffer(), "the buffer must be an ArrayBuffer");
    auto buffer = info[0].As<Napi::ArrayBuffer>();
    Require(info, buffer.ByteLength() >= kLeastSpace, "the buffer must be of 32 KiB or more");
    Require(info, !buffer.Get("resizable").ToBoolean(), "the buffer must be of a fixed length");
    Require(info, buffer_.IsEmpty(), "a receive is already in flight on this socket");
    const Held<Memory> memory = MemoryOf(buffer);
    if (!memory) Check({ENOMEM, "mmap"});
    const auto promise = Start(new ReceiveTask(memory));
    buffer_ = Napi::Persistent(buffer);
    return promise;
  }

  Napi::Value Subscribe(const Napi::CallbackInfo& info) {
    Require(info, info[0].IsArray(), "the groups must be an array");
    const auto list = info[0].As<Napi::Array>();
    List<int> groups;
    for (uint32_t i = 0; i < list.Length(); i++) {
      groups.push_back(list.Get(i).As<Napi::Number>().Int32Value());
    }
    return Start(new SubscribeTask(std::move(groups), info[1].ToBoolean()));
  }

  // Drops a reply that has no end, with the socket that it comes to, and goes on with a new one.
  void Restart(const Napi::CallbackInfo& info) {
    Require(info, awaited_.empty(), "something is in flight on this socket");
    if (!line_) Check({EBADF});
    Line::Release(std::move(line_));
    Open();
  }

  void Open() {
    try {
      line_ = Held<Line>(new Line(protocol_, netns_.get(), instance_->mailbox));
    } catch (const Failure& failure) {
      Check(failure);
    }
    const uint32_t port = line_->channel().port();
    napi_set_named_property(Env(), Value(), "port", MakeNumber(Env(), port));
  }

  void Close(const Napi::CallbackInfo&) {
    if (!line_) return;
    watch_.reset();
    netns_ = Descriptor();
    Line::Release(std::move(line_));
    // Whoever waits hears of it now, whenever the kernel lets go of the thread.
    for (const auto& task : std::exchange(awaited_, {})) Settle(*task, {ECANCELED});
  }

  Napi::Value Start(Task* made) {
    const Held<Task> task(made);
    if (!line_) Check({EBADF});
    napi_value promise = nullptr;
    if (napi_create_promise(Env(), &task->deferred, &promise) != napi_ok) return {};
    task->owner = this;
    if (const int error = line_->Add(task); error != 0) {
      task->deferred = nullptr;
      Check({error, "clone"});
    }
    awaited_.push_back(task);
    instance_->mailbox->Await();
    Ref();
    return Napi::Value(Env(), promise);
  }

  void Complete(const Held<Task>& task) {
    const auto* const receive = task->AsReceive();
    if (receive != nullptr && receive->brought_nothing()) return Wait(task);
    awaited_.remove_if([&](const Held<Task>& one) { return one.get() == task.get(); });
    Settle(*task, task->failure);
  }

  // The kernel has nothing yet: the task is done again when it does. No thread waits for that.
  void Wait(const Held<Task>& task) {
    const auto again = [this, task] {
      watch_.reset();
      const int error = line_->Add(task);
      if (error == 0) return;
      task->failure = {error, "clone"};
      Deliver(Env(), {task});
    };
    watch_.reset(Watch::Start(Env(), line_->channel().fd(), again));
    if (watch_ != nullptr) return;
    task->failure = {ENOMEM, "epoll_ctl"};
    Complete(task);
  }

  void Settle(Task& task, Failure failure) {
    napi_value value = nullptr;
    napi_get_undefined(Env(), &value);
    if (auto* const receive = task.AsReceive()) {
      if (failure.error == 0 && !Show(*receive)) failure = {EFAULT};
      if (failure.error == 0) value = MakeReceived(Env(), receive->reply);
      buffer_.Reset();
    }
    const bool failed = failure.error != 0;
    const auto conclude = failed ? napi_reject_deferred : napi_resolve_deferred;
    conclude(Env(), std::exchange(task.deferred, nullptr),
             failed ? MakeError(Env(), failure) : value);
    instance_->mailbox->Unawait();
    Unref();
  }

  // Puts what was received into the caller's buffer, if it is not there yet. False where the buffer
  // was detached meanwhile, which cannot be prevented.
  bool Show(ReceiveTask& receive) const {
    auto* const data = static_cast<uint8_t*>(buffer_.Value().Data());
    const Memory& memory = receive.memory();
    if (data == nullptr || buffer_.Value().ByteLength() != memory.size()) return false;
    if (data != memory.data()) {
      std::memcpy(data, memory.data(), receive.reply.bytes);
    } else {
      receive.taken = true;
    }
    return true;
  }

  void Check(const Failure& failure) const {
    if (failure.error != 0) throw Napi::Error(Env(), MakeError(Env(), failure));
  }

  Instance* const instance_;
  int protocol_ = 0;
  // The namespace that it was opened in, if it is another.
  Descriptor netns_;
  Held<Line> line_;
  // What JavaScript waits for: each keeps this object alive.
  List<Held<Task>> awaited_;
  // The buffer of the receive in flight, if there is one.
  Napi::Reference<Napi::ArrayBuffer> buffer_;
  std::unique_ptr<Watch, Watch::Stop> watch_;
};

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* const instance = new Instance;
  env.SetInstanceData(instance);
  instance->mailbox = Mailbox::Open(env, Socket::Deliver);
  exports.Set("Socket", Socket::Define(env, instance));
  exports.Set("allocate", Napi::Function::New<Allocate>(env, "allocate"));
  return exports;
}
}  // namespace netsnap

NAPI_MODULE_INIT() { return Napi::RegisterModule(env, exports, netsnap::Init); }
