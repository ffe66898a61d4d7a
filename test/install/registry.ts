import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A package as `pnpm pack` made it. */
export interface Packed {
  readonly manifest: { readonly name: string; readonly version: string; readonly scripts?: Record<string, string> }
  readonly tarball: string
}

export interface Registry extends AsyncDisposable {
  readonly url: string
}

/** What a registry tells about a package that has one version. */
function packument({ manifest, tarball }: Packed, url: string) {
  const content = readFileSync(tarball)
  const digest = (algorithm: string) => createHash(algorithm).update(content)
  const dist = {
    tarball: `${url}/${manifest.name}/-/${manifest.version}.tgz`,
    shasum: digest('sha1').digest('hex'),
    integrity: `sha512-${digest('sha512').digest('base64')}`,
  }
  const version = { ...manifest, dist, hasInstallScript: manifest.scripts?.install !== undefined }
  return { name: manifest.name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: version } }
}

/** An npm registry that has these packages and no others, for as long as it is kept. */
export async function serveRegistry(packages: readonly Packed[]): Promise<Registry> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const packed = packages.find(({ manifest }) => path.startsWith(`/${manifest.name}`))
    if (packed === undefined) {
      response.writeHead(404).end('{}')
    } else if (path.endsWith('.tgz')) {
      response.end(readFileSync(packed.tarball))
    } else {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(packument(packed, url)))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
