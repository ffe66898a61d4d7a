#!/usr/bin/env python3
"""Prints the kernel's DPLL devices and pins as JSON, read with a raw socket. 64-bit values are text."""
import json
import socket
import struct

# u: unsigned, i: signed, s: text, x: identity, n: nested; +: may come several times
DEVICE = {
    1: ("id", "u"), 2: ("module-name", "s"), 4: ("clock-id", "x"), 5: ("mode", "u"), 6: ("mode-supported", "u+"),
    7: ("lock-status", "u"), 8: ("temp", "i"), 9: ("type", "u"), 10: ("lock-status-error", "u"),
    11: ("clock-quality-level", "u+"),
}
PIN = {
    1: ("id", "u"), 2: ("parent-id", "u"), 3: ("module-name", "s"), 5: ("clock-id", "x"), 6: ("board-label", "s"),
    7: ("panel-label", "s"), 8: ("package-label", "s"), 9: ("type", "u"), 10: ("direction", "u"), 11: ("frequency", "U"),
    12: ("frequency-supported", "n+"), 13: ("frequency-min", "U"), 14: ("frequency-max", "U"), 15: ("prio", "u"),
    16: ("state", "u"), 17: ("capabilities", "u"), 18: ("parent-device", "n+"), 19: ("parent-pin", "n+"),
    20: ("phase-adjust-min", "i"), 21: ("phase-adjust-max", "i"), 22: ("phase-adjust", "i"), 23: ("phase-offset", "I"),
    24: ("fractional-frequency-offset", "I"), 25: ("esync-frequency", "U"), 26: ("esync-frequency-supported", "n+"),
    27: ("esync-pulse", "u"), 28: ("reference-sync", "n+"),
}


def attributes(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3FFF, data[4:size]
        data = data[(size + 3) & ~3:]


def number(data, signed):
    return int.from_bytes(data, "little", signed=signed)


READERS = {
    "u": lambda data, _: number(data, False), "i": lambda data, _: number(data, True),
    "U": lambda data, _: str(number(data, False)), "I": lambda data, _: str(number(data, True)),
    "s": lambda data, _: data.rstrip(b"\0").decode(), "x": lambda data, _: f"0x{number(data, False):016x}",
    "n": lambda data, names: decode(data, names),
}


def decode(data, names):
    out = {}
    for kind, payload in attributes(data):
        if kind not in names:
            if payload:
                out[f"attribute-{kind}"] = payload.hex()
            continue
        name, how = names[kind]
        value = READERS[how[0]](payload, names)
        if how.endswith("+"):
            out.setdefault(name, []).append(value)
        else:
            out[name] = value
    return out


connection = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)


def dump(family, command):
    request = struct.pack("=BBH", command, 1, 0)
    connection.send(struct.pack("=IHHII", 16 + len(request), family, 0x301, 1, 0) + request)
    messages, datagrams = [], 0
    while True:
        data = connection.recv(1 << 20)
        datagrams += 1
        while data:
            size, kind = struct.unpack_from("=IH", data)
            if kind in (2, 3):
                errno = -struct.unpack_from("=i", data, 16)[0]
                if errno:
                    raise OSError(errno, "netlink")
                return messages, datagrams
            messages.append(data[20:size])
            data = data[(size + 3) & ~3:]


families = [dict(attributes(message)) for message in dump(16, 3)[0]]
dpll = next(struct.unpack("=H", family[1])[0] for family in families if family[2] == b"dpll\0")
devices, _ = dump(dpll, 2)
pins, datagrams = dump(dpll, 8)
print(json.dumps({
    "devices": [decode(message, DEVICE) for message in devices],
    "pins": [decode(message, PIN) for message in pins],
    "datagrams": datagrams,
}))
