import { attributeSet, type Codec, flagsOf, mapped, text, u32 } from '@netsnap/core-native/schema'

/** The kernel keeps round-trip times in fractions of a millisecond (net/ipv4/tcp_metrics.c). */
const number: Codec<number> = { ...u32, schema: () => ({ type: 'number' }) }
const milliseconds = (fraction: number) => mapped(u32, number, (value) => value / fraction)

// biome-ignore format: a table
export const metrics = attributeSet('RTAX_', {
  /** The metrics that the kernel may not change, as bits of their numbers. */
  lock:               ['RTAX_LOCK', u32],
  /** The metrics that the kernel may not change, by name. */
  lock_names:         ['RTAX_LOCK', flagsOf('RTAX_', { scalar: u32, numbered: true, lowerCase: true, except: 'RTAX_FEATURE_' })],
  /** Path MTU in bytes. */
  mtu:                ['RTAX_MTU', u32],
  /** Largest window to advertise, in bytes. */
  window:             ['RTAX_WINDOW', u32],
  /** Initial round-trip time, in eighths of a millisecond. */
  rtt:                ['RTAX_RTT', u32],
  /** Initial round-trip time in milliseconds. */
  rtt_ms:             ['RTAX_RTT', milliseconds(8)],
  /** Variance of the initial round-trip time, in quarters of a millisecond. */
  rttvar:             ['RTAX_RTTVAR', u32],
  /** Variance of the initial round-trip time in milliseconds. */
  rttvar_ms:          ['RTAX_RTTVAR', milliseconds(4)],
  /** Initial slow-start threshold in segments. */
  ssthresh:           ['RTAX_SSTHRESH', u32],
  /** Clamp of the congestion window in segments. */
  cwnd:               ['RTAX_CWND', u32],
  /** Maximal segment size to advertise, in bytes. */
  advmss:             ['RTAX_ADVMSS', u32],
  /** Reordering to expect, in segments. */
  reordering:         ['RTAX_REORDERING', u32],
  /** Hop limit of packets sent. */
  hoplimit:           ['RTAX_HOPLIMIT', u32],
  /** Initial congestion window in segments. */
  initcwnd:           ['RTAX_INITCWND', u32],
  /** Features, as bits. */
  features:           ['RTAX_FEATURES', u32],
  /** Features that are on, such as `ECN`. */
  feature_names:      ['RTAX_FEATURES', flagsOf('RTAX_FEATURE_', { scalar: u32, except: 'RTAX_FEATURE_MASK' })],
  /** Shortest retransmission timeout, in milliseconds. */
  rto_min_ms:         ['RTAX_RTO_MIN', u32],
  /** Initial receive window in segments. */
  initrwnd:           ['RTAX_INITRWND', u32],
  /** 1: acknowledge at once. */
  quickack:           ['RTAX_QUICKACK', u32],
  /** Congestion control algorithm, such as `cubic`. */
  cc_algo:            ['RTAX_CC_ALGO', text],
  /** 1: TCP Fast Open without a cookie. */
  fastopen_no_cookie: ['RTAX_FASTOPEN_NO_COOKIE', u32],
})
