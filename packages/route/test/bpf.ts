/** Loads programs that do nothing (`r0 = 0; exit`) and pins each under the name of its kind (linux/bpf.h). */
const program = `
import ctypes, platform, struct
BPF_PROG_LOAD, BPF_OBJ_PIN = 5, 6
number = {"x86_64": 321, "aarch64": 280}[platform.machine()]
kinds = {"in": 10, "out": 11, "xmit": 12, "seg6local": 19}
libc = ctypes.CDLL(None, use_errno=True)
def bpf(command, attributes):
    result = libc.syscall(number, command, ctypes.create_string_buffer(attributes), len(attributes))
    if result < 0: raise OSError(ctypes.get_errno(), "bpf")
    return result
code = ctypes.create_string_buffer(struct.pack("BBhi", 0xb7, 0, 0, 0) + struct.pack("BBhi", 0x95, 0, 0, 0))
licence = ctypes.create_string_buffer(b"GPL")
for name, kind in kinds.items():
    path = ctypes.create_string_buffer(b"/mnt/" + name.encode())
    where = ctypes.addressof
    loaded = bpf(BPF_PROG_LOAD, struct.pack("IIQQIIQII16sI", kind, 2, where(code), where(licence), 0, 0, 0, 0, 0, name.encode(), 0))
    bpf(BPF_OBJ_PIN, struct.pack("QII", where(path), loaded, 0))
`

/** A command that finds programs pinned in /mnt, which nobody else sees. */
export const withPrograms = (command: string): string =>
  `unshare --mount sh -ec 'mount -t bpf bpf /mnt; python3 -; ${command}' << 'END'\n${program}END\n`
