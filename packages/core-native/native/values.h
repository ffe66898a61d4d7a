#pragma once

#include <napi.h>

#include "task.h"

namespace netsnap {
// These are plain Node-API, whose failures are passed over: in a worker that is being terminated no
// value can be given a property, and nobody is left to see it.
inline napi_value MakeText(napi_env env, const char* text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

inline napi_value MakeNumber(napi_env env, int64_t number) {
  napi_value value = nullptr;
  napi_create_int64(env, number, &value);
  return value;
}

inline napi_value MakeError(napi_env env, const Failure& failure) {
  const auto [error, call, size] = failure;
  napi_value value = nullptr;
  napi_create_error(env, nullptr, MakeText(env, std::strerror(error)), &value);
  napi_set_named_property(env, value, "errno", MakeNumber(env, error));
  if (call != nullptr) napi_set_named_property(env, value, "syscall", MakeText(env, call));
  if (size != 0) napi_set_named_property(env, value, "size", MakeNumber(env, size));
  return value;
}

inline napi_value MakeReceived(napi_env env, const Reply& reply) {
  napi_value received = nullptr, done = nullptr, datagrams = nullptr;
  napi_create_object(env, &received);
  napi_get_boolean(env, reply.done, &done);
  napi_create_array_with_length(env, reply.datagrams.size(), &datagrams);
  uint32_t count = 0;
  for (const uint32_t at : reply.datagrams) {
    napi_set_element(env, datagrams, count++, MakeNumber(env, at));
  }
  napi_set_named_property(env, received, "bytes", MakeNumber(env, reply.bytes));
  napi_set_named_property(env, received, "done", done);
  napi_set_named_property(env, received, "datagrams", datagrams);
  return received;
}

inline void Require(const Napi::CallbackInfo& info, bool condition, const char* what) {
  if (!condition) throw Napi::TypeError::New(info.Env(), what);
}

// Marks the ArrayBuffers that Allocate made.
constexpr napi_type_tag kMemory{0x6d46b0e7a1c94f2d, 0x9a3f5c1180e7d264};  // not a kernel number: random

// A new Memory, or none where there is no room for it.
inline Held<Memory> NewMemory(size_t size) {
  try {
    return Held<Memory>(new Memory(size));
  } catch (const std::bad_alloc&) {
    return {};
  }
}

// An ArrayBuffer of memory that the addon owns, into which a receive can go without a copy. Where
// such buffers are not allowed (Electron) it is a usual one.
inline Napi::Value Allocate(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  const int64_t size = info[0].IsNumber() ? info[0].As<Napi::Number>().Int64Value() : 0;
  Require(info, size >= static_cast<int64_t>(kLeastSpace), "the size must be 32 KiB or more");
  const Held<Memory> memory = NewMemory(size);
  if (!memory) throw Napi::Error(env, MakeError(env, {ENOMEM, "mmap"}));
  const auto let_go = [](napi_env, void*, void* held) { static_cast<Memory*>(held)->LetGo(); };
  napi_value buffer = nullptr;
  memory->Hold();
  if (napi_create_external_arraybuffer(env, memory->data(), size, let_go, memory.get(), &buffer) !=
      napi_ok) {
    memory->LetGo();
    return Napi::ArrayBuffer::New(env, size);
  }
  memory->Hold();
  if (napi_type_tag_object(env, buffer, &kMemory) != napi_ok ||
      napi_wrap(env, buffer, memory.get(),
                [](napi_env, void* held, void*) { static_cast<Memory*>(held)->LetGo(); }, nullptr,
                nullptr) != napi_ok) {
    memory->LetGo();
  }
  return Napi::Value(env, buffer);
}

// The memory that a buffer shows; for one that is not of Allocate, as much of it.
inline Held<Memory> MemoryOf(const Napi::ArrayBuffer& buffer) {
  bool ours = false;
  void* memory = nullptr;
  if (napi_check_object_type_tag(buffer.Env(), buffer, &kMemory, &ours) == napi_ok && ours &&
      napi_unwrap(buffer.Env(), buffer, &memory) == napi_ok) {
    return Held<Memory>(static_cast<Memory*>(memory));
  }
  return NewMemory(const_cast<Napi::ArrayBuffer&>(buffer).ByteLength());
}
}  // namespace netsnap
