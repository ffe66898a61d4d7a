import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { wire } from '../constants/wire.ts'
import { HOST_LITTLE } from '../schema/frame.ts'
import type { Transport } from '../socket/transport.ts'
import { concat } from './build.ts'
import { type FakeTransport, fakeTransport } from './fake-transport.ts'

/** A transport that keeps what passes through it. */
export interface RecordingTransport extends Transport {
  /** Everything received so far. */
  recorded(): Uint8Array
}

/** `inner`, with a copy kept of all that comes from the kernel. */
export function recordingTransport(inner: Transport): RecordingTransport {
  const kept: Uint8Array[] = []
  return {
    port: inner.port,
    protocol: inner.protocol,
    send: (request) => inner.send(request),
    close: () => inner.close(),
    recorded: () => concat(...kept),
    async receive(into) {
      const received = await inner.receive(into)
      kept.push(new Uint8Array(into.slice(0, received.bytes)))
      return received
    },
  }
}

/** What `pnpm record` has written of one state in one kernel. */
export interface Recording<Oracle = unknown> {
  readonly state: string
  /** Its release, shortened: `6.12`. */
  readonly kernel: string
  /** The bytes, for `recordedTransport`; undefined where this kernel cannot make the state. */
  readonly bytes: URL | undefined
  /** What the kernel lacks for it. */
  readonly missing?: string
  /** What iproute2 said of the same state, by the names in test/cases.ts. */
  readonly oracle: Readonly<Record<string, { readonly command: string; readonly output: Oracle }>>
}

/** All recordings in a folder, with those that could not be made, in order of their states and kernels. */
export function recordingsIn<Oracle>(folder: URL): Recording<Oracle>[] {
  const described = readdirSync(folder).flatMap((file) => {
    const [, state, kernel] = /^(.+)-(\d+\.\d+)\.json$/.exec(file) ?? []
    if (state === undefined || kernel === undefined) return []
    const about = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Omit<Recording<Oracle>, 'bytes'>
    const bytes = new URL(file.replace(/json$/, 'nl'), folder)
    return [{ ...about, state, kernel, bytes: existsSync(bytes) ? bytes : undefined }]
  })
  const order = ({ state, kernel }: Recording) =>
    `${state} ${kernel
      .split('.')
      .map((part) => part.padStart(4))
      .join('.')}`
  return described.sort((one, other) => (order(one) < order(other) ? -1 : 1))
}

/** By state, the kernels that it is recorded on; one that cannot make it is followed by what it needs. */
export function kernelsOf(recordings: readonly Recording[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { state, kernel, missing } of recordings) {
    const entry = missing === undefined ? kernel : `${kernel} ${missing.replace(/:.*/, '')}`
    found[state] = [...(found[state] ?? []), entry]
  }
  return found
}

/** The messages of a recording, each as it came. */
export function messagesOf(bytes: Uint8Array): Uint8Array[] {
  // A Buffer's slices are views; these are copies, which tests may change.
  const recording = Uint8Array.from(bytes)
  const { align, at, headerBytes } = wire()
  const view = new DataView(recording.buffer, recording.byteOffset, recording.byteLength)
  const messages: Uint8Array[] = []
  for (let p = 0; p + headerBytes <= recording.length; ) {
    const length = align(view.getUint32(p + at.nlmsg_len, HOST_LITTLE))
    messages.push(recording.slice(p, p + length))
    p += Math.max(length, headerBytes)
  }
  return messages
}

/** The messages of a recording that hold a record: no DONE, no ERROR. */
export function recordMessagesOf(recording: Uint8Array): Uint8Array[] {
  const { at, NLMSG_MIN_TYPE } = wire()
  return messagesOf(recording).filter((message) => {
    const view = new DataView(message.buffer, message.byteOffset)
    return view.getUint16(at.nlmsg_type, HOST_LITTLE) >= NLMSG_MIN_TYPE
  })
}

/** The recorded replies, each up to its DONE or ERROR. */
function repliesOf(messages: readonly Uint8Array[]): Uint8Array[][] {
  const { at, NLMSG_DONE, NLMSG_ERROR } = wire()
  const replies: Uint8Array[][] = [[]]
  for (const message of messages) {
    replies.at(-1)!.push(message)
    const type = new DataView(message.buffer, message.byteOffset).getUint16(at.nlmsg_type, HOST_LITTLE)
    if (type === NLMSG_DONE || type === NLMSG_ERROR) replies.push([])
  }
  return replies.filter((reply) => reply.length > 0)
}

/** A transport that answers each request with the next recorded reply, numbered as the request is; after the last comes the first. */
export function recordedTransport(path: string | URL): FakeTransport {
  const replies = repliesOf(messagesOf(readFileSync(path)))
  const { at } = wire()
  let turn = 0
  return fakeTransport((request) => {
    const asked = new DataView(request.buffer, request.byteOffset).getUint32(at.nlmsg_seq, HOST_LITTLE)
    const reply = replies[turn++ % replies.length] ?? []
    return reply.map((message) => {
      const copy = message.slice()
      new DataView(copy.buffer).setUint32(at.nlmsg_seq, asked, HOST_LITTLE)
      return copy
    })
  })
}
