{
  "targets": [
    {
      "target_name": "netsnap_core",
      "sources": ["addon.cc"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "dependencies": ["<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
      # In a worker that is being terminated an exception cannot be thrown: without the
      # second, node-addon-api ends the process.
      "defines": ["NAPI_VERSION=9", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "cflags_cc": ["-std=c++17", "-O2", "-Wall", "-Wextra", "-fvisibility=hidden"],
      # Threads may come back from the kernel when the last worker that loaded it has ended.
      "ldflags": ["-Wl,--as-needed", "-Wl,-z,now", "-Wl,-z,nodelete"]
    }
  ]
}
