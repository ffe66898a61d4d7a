import { createNamespace } from '@netsnap/core-native/testing'
import { needs, missing } from '@netsnap/core-native/testing'
import { getLinks } from './src/index.ts'
import { kindCases } from './test/kind-cases.ts'
import { unknownIn } from './test/unknown.ts'
for (const [name, { commands, needs: asked }] of Object.entries(kindCases)) {
  const lacks = missing(needs(...asked))
  if (lacks) { console.log('##', name, 'LACKS', lacks.slice(0, 60)); continue }
  await using ns = await createNamespace()
  for (const c of commands) try { ns.run(c) } catch (e) { console.log('!!', (e as Error).message.slice(0, 300)) }
  const links = await getLinks({ netns: ns.path })
  for (const o of ns.json<any[]>('ip -j -d link')) {
    const l = links.find((x) => x.index === o.ifindex)! as any
    if (!o.linkinfo) continue
    const { info_kind: k, info_data, info_slave_kind, info_slave_data } = o.linkinfo
    const field = k === 'bridge' ? 'bridge_config' : k
    if (info_data || l[field]) console.log('##', name, o.ifname, '\n ip  ', JSON.stringify(info_data), '\n ours', JSON.stringify(l[field]))
    const port = info_slave_kind + '_port'
    if (info_slave_data || l[port]) console.log('##', name, o.ifname, port, '\n ip  ', JSON.stringify(info_slave_data), '\n ours', JSON.stringify(l[port]))
    const u = unknownIn(l)
    if (u.length) console.log('UNKNOWN', name, o.ifname, JSON.stringify(u))
  }
}
