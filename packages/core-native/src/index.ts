/** Sessions with the kernel, and what reads over them. */

export { explainRefusal, NetlinkError, type NetlinkErrorDetails } from './base/errors.ts'
export { shown } from './base/shown.ts'
export type { Datagram, Follower, Message } from './session/follow.ts'
export { endWhenForgotten } from './session/forgotten.ts'
export { type GenericFamily, getFamilies, getFamily } from './session/generic.ts'
export {
  type InterfaceId,
  type InterfaceNames,
  interfaceIndexOf,
  interfaceNameOf,
  interfaceNames,
  interfacesOfKind,
  namesForRecords,
  unlessEnded,
} from './session/interfaces.ts'
export type { JsonOptions } from './session/json-sink.ts'
export {
  type By64,
  type Consistency,
  type Dump,
  dumpOf,
  marked,
  type ReadOptions,
  type StreamEnd,
} from './session/options.ts'
export {
  type Asked,
  leaseSession,
  openSession,
  type Protocol,
  Query,
  type SessionOptions,
  type SourceOptions,
  withSession,
  withSessionStream,
} from './session/query.ts'
export { nestedAttributes, type RequestParts } from './session/request.ts'
export { Session } from './session/session.ts'
export type { Lease, Sessions } from './session/sessions.ts'
export { netnsInode, openNetns } from './socket/netns.ts'
export type { Received, Transport } from './socket/transport.ts'
