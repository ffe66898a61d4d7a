// The kernels that the live tests run on, and how a command is run there.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where the reports of a run are kept. */
export const results = path.join(root, 'node_modules/.cache/netsnap/kernels')

/**
 * What runs in QEMU, where node is 10 to 15 times slower: what compares our records with what a stock kernel holds, and
 * what needs its BTF. All live tests run in user-mode Linux.
 */
const inQemu = [
  'packages/core-native/test/constants.btf.live.test.ts',
  'packages/core-native/test/generic.live.test.ts',
  'packages/dpll/test/',
  'packages/genl-wireguard/test/',
  'packages/route/test/route.live.test.ts',
  'packages/rule/test/rule.live.test.ts',
]

export interface Kernel {
  /** As `--kernel` takes it. */
  readonly name: string
  readonly title: string
  /** What runs a command in it, and what it takes beside the kernel's folder; none for this machine's own kernel. */
  readonly script?: string
  readonly image?: string
  /** Beginnings of the paths of the tests that run there; none for all. */
  readonly tests?: readonly string[]
  /** The longest that a run may take, and a test. */
  readonly seconds: { readonly run: number; readonly test: number }
}

const qemu = { script: 'qemu.sh', image: '', tests: inQemu, seconds: { run: 2400, test: 600 } }

export const kernels: readonly Kernel[] = [
  { name: 'host', title: 'host', seconds: { run: 1800, test: 60 } },
  { name: 'uml', title: 'UML 6.12', script: 'uml.sh', image: '/linux', seconds: { run: 2400, test: 300 } },
  { name: 'qemu-6.12', title: 'QEMU 6.12', ...qemu },
  // The oldest that we promise; for `pnpm record`, and for tests when it is asked for: --kernel qemu-6.1
  { name: 'qemu-6.1', title: 'QEMU 6.1', ...qemu },
]

export const usual = ['host', 'uml', 'qemu-6.12']

export function kernelNamed(name: string): Kernel {
  const found = kernels.find((kernel) => kernel.name === name)
  if (!found) throw new Error(`--kernel: ${name} is none of ${kernels.map((kernel) => kernel.name).join(', ')}`)
  return found
}

/** The folder of a kernel, which is made ready first: this may take minutes, and says so. */
function prepared(name: string): string {
  const { status, stdout } = spawnSync(path.join(here, 'prepare.sh'), [name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`the kernel ${name} is not ready: see above`)
  return stdout.trim()
}

type Environment = Readonly<Record<string, string>>

/** A command and its environment, to be run at the root of the repository in this kernel. */
function inKernel(kernel: Kernel, command: readonly string[], out: string, env: Environment) {
  if (kernel.script === undefined) return { command, env }
  const folder = prepared(kernel.name)
  const module = path.join(folder, 'dpll_fake.ko')
  const guest: Environment = existsSync(module) ? { ...env, NETSNAP_DPLL_FAKE: module } : { ...env }
  return {
    command: [path.join(here, kernel.script), `${folder}${kernel.image}`, ...command],
    env: {
      ...guest,
      GUEST_ENV: ['CI', ...Object.keys(guest)].join(' '),
      GUEST_MODULES: guest.NETSNAP_DPLL_FAKE ?? '',
      GUEST_OUT: out,
      GUEST_MEM: '4096',
      GUEST_TIMEOUT: String(kernel.seconds.run),
    },
  }
}

export interface RunOptions {
  /** The folder that the command may write to. */
  readonly out?: string
  readonly env?: Environment
  readonly print?: (line: string) => void
}

/** Run a command in a kernel, with its lines as they come; answers its status. */
export async function runIn(
  kernel: Kernel,
  command: readonly string[],
  { out = results, env = {}, print = console.log }: RunOptions = {},
): Promise<number | string> {
  mkdirSync(out, { recursive: true })
  const made = inKernel(kernel, command, out, env)
  const [program, ...args] = made.command
  const child = spawn(program!, args, {
    cwd: root,
    env: { ...process.env, ...made.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => print(line))
  }
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null]
  return status ?? signal ?? 'nothing'
}

/** The live tests that run in a kernel, as paths from the root; `wanted`: parts of paths, all where there are none. */
export function liveTests({ tests = [''] }: Kernel, wanted: readonly string[] = []): string[] {
  const folders = ['test', ...readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}/test`)]
  return folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.join(folder, file),
      ),
    )
    .filter((file) => file.endsWith('.live.test.ts'))
    .filter((file) => tests.some((start) => file.startsWith(start)))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort()
}
