// In what is built, the texts of the bundled constants stand as they are, so that their objects are not made to make them.
import { rolldown } from 'rolldown'

async function evaluate(file) {
  const bundle = await rolldown({ input: file })
  const { output } = await bundle.generate({ format: 'esm' })
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`)
}

/** A plugin for rolldown. */
export const snapshotTexts = {
  name: 'texts of the snapshot',
  load: {
    filter: { id: /\/constants\/snapshot\.text\.ts$/ },
    async handler(id) {
      const texts = Object.entries(await evaluate(id))
      return texts.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`).join('')
    },
  },
}
