#include <napi.h>

#include "socket.h"

// Nothing here is static: every worker thread that loads the addon gets its own
// class, and ends without the others.
static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("Socket", netsnap::Socket::Define(env));
  return exports;
}

NODE_API_MODULE(netsnap_core, Init)
