{
  "targets": [
    {
      "target_name": "netsnap_core",
      "sources": ["addon.cc", "socket.cc", "channel.cc"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "dependencies": ["<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
      "defines": ["NAPI_VERSION=9"],
      "cflags_cc": ["-std=c++17", "-O2", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "ldflags": ["-Wl,--as-needed", "-Wl,-z,now"]
    }
  ]
}
