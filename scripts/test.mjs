// Runs vitest, with the arguments given. Live tests make network namespaces, which takes root: without it all but the
// install tests, which need the network, run in a user namespace, where whoever makes it is root. At the end it says
// which live tests this kernel could not run.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { root } from './tools.mjs'

const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const installTests = 'test/install'

/** A user namespace with a network and a /run of its own. `ip netns` keeps its names in /run. */
const userNamespace = ['--user', '--map-root-user', '--net', '--mount', '--']
const withOwnRun = ['sh', '-c', 'mount -t tmpfs tmpfs /run 2>/dev/null; exec "$@"', 'sh']

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** With a report beside what is printed, which `pnpm test:kernels --host` reads too. */
function vitestRun(wrapper, args, name = 'host.json') {
  const report = path.join(root, 'node_modules/.cache/netsnap/kernels', name)
  const own = args.some((arg) => arg.startsWith('--reporter'))
    ? []
    : ['--reporter=default', '--reporter=./test/kernels/left-out.ts', '--reporter=json', `--outputFile.json=${report}`]
  const [command, ...rest] = [...wrapper, process.execPath, vitest, 'run', ...args, ...own]
  rmSync(report, { force: true })
  // The commands as they were just built, which is how they are used, and starts them sooner.
  const env = { NETSNAP_TEST_BUILT: '1', ...process.env }
  const { status, error } = spawnSync(command, rest, { cwd: root, stdio: 'inherit', env })
  if (error) console.error(error.message)
  return status ?? 1
}

function main() {
  const args = process.argv.slice(2)
  if (works('unshare', ['--net', 'true'])) return vitestRun([], args)
  if (process.getuid?.() === 0 || !works('unshare', [...userNamespace, 'true'])) {
    const how = process.getuid?.() === 0 ? 'in a container, allow CAP_SYS_ADMIN' : 'run: sudo npm test'
    console.error(`The live tests are left out: no network namespace can be made here (${how}).`)
    return vitestRun([], args)
  }
  console.error('Not root: the live tests run in a user namespace. To run them on the system itself: sudo npm test')
  const wrapper = ['unshare', ...userNamespace, ...withOwnRun]
  const inside = vitestRun(wrapper, [...args, '--exclude', `${installTests}/**`, '--passWithNoTests'])
  const chosen = args.filter((arg) => !arg.startsWith('-'))
  if (chosen.length > 0 && !chosen.some((arg) => arg.includes(installTests))) return inside
  return vitestRun([], chosen.length > 0 ? args : [installTests, ...args], 'host-outside.json') || inside
}

process.exitCode = main()
