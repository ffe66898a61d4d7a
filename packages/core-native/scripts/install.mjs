// Reads the kernel constants of this machine into constants.host.json, so that the first use need not. Everything works
// without it, so it never fails: not without headers, not where it may not write, not in the repository before a build.
try {
  const dist = new URL('../dist/constants/', import.meta.url)
  const { findInputs, installedFile } = await import(new URL('host-file.js', dist).href)
  const { generate, writeHostFile } = await import(new URL('generator.js', dist).href)
  const inputs = findInputs()
  if (inputs.headers !== undefined || inputs.btf !== undefined) {
    const made = generate(inputs)
    writeHostFile(installedFile(), made, 0o644)
    const from = [
      made.kernelRelease && `kernel ${made.kernelRelease}`,
      made.headersVersion && `headers ${made.headersVersion}`,
    ]
    console.log(`@netsnap/core-native: constants read from ${from.filter(Boolean).join(' and ') || 'this machine'}`)
  }
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') {
    console.log(`@netsnap/core-native: constants will be read at first use (${String(error?.message).split('\n')[0]})`)
  }
}
