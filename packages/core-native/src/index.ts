/** The socket to the kernel, and what reads from it. */

export { explainRefusal, NetlinkError, type NetlinkErrorDetails } from './errors.ts'
export { type GenericFamily, getFamilies, getFamily } from './generic.ts'
export {
  type InterfaceId,
  interfaceIndexOf,
  interfaceNameOf,
  interfaceNames,
  interfacesOfKind,
  type NamesForRecords,
  namesForRecords,
} from './interfaces.ts'
export type { JsonOptions } from './json-sink.ts'
export { netnsInode, openNetns } from './netns.ts'
export { openSession, Query, type SessionOptions, type SourceOptions, withSession, withSessionStream } from './query.ts'
export type { RequestParts } from './request.ts'
export { type Dump, dumpOf, type ReadOptions, Session, type StreamEnd } from './session.ts'
export { openSocket } from './socket.ts'
export type { Received, Transport } from './transport.ts'
