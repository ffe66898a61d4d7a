/** For tests of tables: a fake kernel, recordings, messages built by hand, network namespaces. */

export { concat, MessageBuilder, type MessageHead } from './build.ts'
export { whileChanging } from './churn.ts'
export { type FakeDatagram, type FakeTransport, fakeTransport } from './fake-transport.ts'
export { type FuzzOptions, type FuzzReport, fuzzTable, mutate } from './fuzz.ts'
export { fuzzRepeats, type RepeatsReport } from './fuzz-alike.ts'
export { createNamespace, type Namespace } from './namespace.ts'
export { type Capability, capabilities, missing, type Needs, needs } from './needs.ts'
export {
  kernelsOf,
  messagesOf,
  type Recording,
  type RecordingTransport,
  recordedTransport,
  recordingsIn,
  recordingTransport,
  recordMessagesOf,
} from './recorded.ts'
