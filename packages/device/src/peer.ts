import { type Codec, type Siblings, s32, text } from '@netsnap/core-native/schema'

/** A network namespace that links of this one lead to. */
export interface PeerNamespace {
  /** Its name (`ip netns`), or the path of that of a process in it; undefined where it could not be found. */
  readonly name: string | undefined
  /** The names of its interfaces by their indexes. */
  readonly interfaces: ReadonlyMap<number, string>
}

const netnsidOf = (record: Siblings): number | undefined => record.link_netnsid as number | undefined

/**
 * The name of the interface that a link leads to. In another namespace an index is of another interface than here: the
 * name is the one it has there, where that namespace could be found and read (`lookups.namespaces`).
 */
export const linkName: Codec<string | undefined> = {
  sparse: true,
  late: true,
  bind(binding) {
    const { read, fits } = s32.bind(binding)
    return {
      fits: fits!,
      read(frame, at, length, record) {
        const netnsid = netnsidOf(record)
        const namespace = netnsid === undefined ? undefined : (frame.lookups.namespaces?.get(netnsid) as PeerNamespace)
        const names = netnsid === undefined ? frame.lookups.interfaces : namespace?.interfaces
        return names?.get(read(frame, at, length, record)) as string | undefined
      },
    }
  },
  schema: text.schema,
}

/** The name of the namespace that a link leads to, where it could be found. */
export const linkNetns: Codec<string | undefined> = {
  sparse: true,
  bind(binding) {
    const { read, fits } = s32.bind(binding)
    return {
      fits: fits!,
      read: (frame, at, length, record) =>
        (frame.lookups.namespaces?.get(read(frame, at, length, record)) as PeerNamespace | undefined)?.name,
    }
  },
  schema: text.schema,
}
