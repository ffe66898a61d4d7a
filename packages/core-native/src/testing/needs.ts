import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, release } from 'node:os'
import { liveTestsPossible } from './namespace.ts'

/** Why it cannot be had here, or undefined when it can. */
type Probe = () => string | undefined

/** Runs each argument and stops at the first that fails, to say what it was and what it said. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
const eachOf = 'for line; do said=$(eval "$line" 2>&1) || { echo "$line: ${said:-failed}"; exit 1; }; done'

/** Shell commands in a new network namespace, as root of it, all of which must succeed. */
const commands =
  (...lines: readonly string[]): Probe =>
  () => {
    const args = ['--net', 'sh', '-c', eachOf, 'sh', ...lines]
    const { status, error, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
    if (status === 0) return undefined
    return error?.message ?? `${stdout}\n${stderr}`.trim().split('\n')[0]
  }

/** A link of this kind can be made; `before` makes the links that it stands on. */
const link = (kind: string, before: readonly string[] = [], what = 'name probe0') =>
  commands(...before, `ip link add ${what} type ${kind}`)

const onBridge = ['ip link add probe1 type bridge']

/** An IPv6 route with this encapsulation can be made. */
const encapsulated = (encapsulation: string) =>
  commands('ip link set lo up', `ip -6 route add 2001:db8::/64 encap ${encapsulation} dev lo`)

const file =
  (path: string, reason: string): Probe =>
  () =>
    existsSync(path) ? undefined : reason

const family = (name: string) => commands(`genl ctrl get name ${name}`)

/** What a kernel, or the machine around it, can lack. Each is tried, never taken from a kernel's configuration. */
const probes = {
  namespaces: liveTestsPossible,
  amt: link('amt mode relay local 192.0.2.1 dev probe1 relay_port 2268 max_tunnels 8', onBridge),
  bareudp: link('bareudp dstport 6635 ethertype mpls_uc'),
  batadv: link('batadv'),
  bond: link('bond'),
  bridge: link('bridge'),
  'bridge-vlan': link('bridge vlan_filtering 1'),
  dummy: link('dummy'),
  geneve: link('geneve id 7 remote 192.0.2.7'),
  gtp: link('gtp role sgsn hsize 16'),
  hsr: link('hsr slave1 probe1 slave2 probe2', [...onBridge, 'ip link add probe2 type bridge']),
  ifb: link('ifb'),
  'ip-tunnels': commands(
    ...['ipip', 'gre', 'sit'].map((kind) => `ip link add ${kind}9 type ${kind} local 10.9.0.1 remote 192.0.2.1`),
    ...['ip6tnl', 'ip6gre'].map((kind) => `ip link add ${kind}9 type ${kind} local fd00::1 remote fd00::2`),
  ),
  ipvlan: link('ipvlan', ['ip link add probe1 type veth peer name probe2'], 'link probe1 name probe0'),
  macsec: link('macsec', ['ip link add probe1 type veth peer name probe2'], 'link probe1 name probe0'),
  macvlan: link('macvlan', onBridge, 'link probe1 name probe0'),
  netkit: link('netkit'),
  nlmon: link('nlmon'),
  team: link('team'),
  tun: commands('ip tuntap add dev probe0 mode tun'),
  vcan: link('vcan'),
  veth: link('veth'),
  vlan: link('vlan id 7', onBridge, 'link probe1 name probe0'),
  vrf: link('vrf table 10'),
  vxcan: link('vxcan'),
  vxlan: link('vxlan id 7 dstport 4789'),
  xfrm: link('xfrm dev lo if_id 7'),
  wireguard: commands('wg --version', 'ip link add name probe0 type wireguard'),
  dpll: family('dpll'),
  /** Devices and pins need a driver, and the one for tests is a module: `test/kernels/dpll_fake`. */
  'dpll-driver': file('/sys/module/dpll_fake', 'the module dpll_fake is not loaded'),
  devlink: family('devlink'),
  ethtool: family('ethtool'),
  netdevsim: file('/sys/bus/netdevsim/new_device', 'there is no /sys/bus/netdevsim'),
  /** The route loads the module that brings the tables of labels; so it comes first. */
  mpls: commands(
    'ip link set lo up',
    'ip route add 10.9.0.0/16 encap mpls 100 dev lo',
    'sysctl -qw net.mpls.platform_labels=1000',
    'ip -f mpls route add 100 dev lo',
  ),
  'bpf-lwt': commands(
    'ip link set lo up',
    // Without a program it is refused in any case: EINVAL, and EOPNOTSUPP where the kind is unknown.
    "ip -6 route add 2001:db8::/64 encap bpf dev lo 2>&1 | grep -q 'Invalid argument'",
  ),
  /** The kernel does not load its module by itself. */
  ila: () => {
    spawnSync('modprobe', ['-q', 'ila'])
    return commands('ip link set lo up', 'ip -6 route add 2001:db8:0:1::/96 encap ila 5:6:7:8 ident-type luid dev lo')()
  },
  ioam6: encapsulated('ioam6 mode inline trace prealloc type 0x800000 ns 1 size 4'), // not a kernel number: ip's to read
  rpl: encapsulated('rpl segs 2001::1'),
  seg6: encapsulated('seg6 mode encap segs 2001::1'),
  'seg6-hmac': encapsulated('seg6 mode inline segs 2001::1 hmac 5'),
  'seg6-local': encapsulated('seg6local action End'),
  'xfrm-lwt': commands(
    'ip link add probe0 type xfrm external',
    'ip link set probe0 up',
    'ip route add 10.9.0.0/16 dev probe0 encap xfrm if_id 7',
  ),
  ipmr: commands('python3 --version', 'cat /proc/net/ip_mr_vif /proc/net/ip6_mr_vif'),
  btf: file('/sys/kernel/btf/vmlinux', 'there is no /sys/kernel/btf/vmlinux'),
  /** For one process to hold a lock of the kernel while another wants it. */
  processors: () => (availableParallelism() > 1 ? undefined : 'there is one processor'),
  /** In user-mode Linux a thread's end hangs, whatever the thread did. */
  workers: () =>
    /User Mode Linux/.test(readFileSync('/proc/cpuinfo', 'utf8')) ? 'threads do not end in user-mode Linux' : undefined,
} satisfies Record<string, Probe>

/** What a live test can ask for: something that is tried, or a kernel that is no older than this release. */
export type Capability = keyof typeof probes | `linux ${number}.${number}`

/** All that can be asked for by name. */
export const capabilities = Object.keys(probes) as readonly (keyof typeof probes)[]

/** What tests need; made by `needs`. */
export interface Needs {
  readonly capabilities: readonly Capability[]
}

const numbersOf = (text: string) => (/(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number)

function olderThan(needed: string): string | undefined {
  const [[major = 0, minor = 0], [neededMajor = 0, neededMinor = 0]] = [numbersOf(release()), numbersOf(needed)]
  const newEnough = major > neededMajor || (major === neededMajor && minor >= neededMinor)
  return newEnough ? undefined : `this is ${release()}`
}

const found = new Map<Capability, string | undefined>()

function lacking(capability: Capability): string | undefined {
  if (!found.has(capability)) {
    const probe = Object.hasOwn(probes, capability)
      ? probes[capability as keyof typeof probes]
      : () => olderThan(capability)
    found.set(capability, probe())
  }
  return found.get(capability)
}

/** What tests need of the kernel: `describeLive('peers', needs('wireguard', 'linux 6.12'), () => ...)`. */
export function needs(...asked: readonly Capability[]): Needs {
  const wrong = asked.filter((one) => !Object.hasOwn(probes, one) && !/^linux \d+\.\d+$/.test(one))
  if (wrong.length > 0) throw new TypeError(`needs: ${wrong.join(', ')}: there is no probe of that name`)
  return { capabilities: asked }
}

/** Why this machine lacks what is needed, or undefined when it has it. Each thing is tried once in a process. */
export function missing({ capabilities: asked }: Needs): string | undefined {
  for (const capability of ['namespaces', ...asked] as const) {
    const reason = lacking(capability)
    if (reason !== undefined) return `needs ${capability}: ${reason}`
  }
  return undefined
}
