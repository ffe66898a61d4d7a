/** The socket to the kernel, and what reads from it. */

export { explainRefusal, NetlinkError, type NetlinkErrorDetails } from './base/errors.ts'
export { type GenericFamily, getFamilies, getFamily } from './session/generic.ts'
export { type InterfaceId, interfaceNameOf, interfaceNames, interfacesOfKind } from './session/interfaces.ts'
export type { JsonOptions } from './session/json-sink.ts'
export {
  openSession,
  Query,
  type SessionOptions,
  type SourceOptions,
  withSession,
  withSessionStream,
} from './session/query.ts'
export type { RequestParts } from './session/request.ts'
export { type Dump, dumpOf, type ReadOptions, Session, type StreamEnd } from './session/session.ts'
export { netnsInode, openNetns } from './socket/netns.ts'
export { openSocket } from './socket/socket.ts'
export type { Received, Transport } from './socket/transport.ts'
