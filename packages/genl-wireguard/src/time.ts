import { type Codec, text } from '@netsnap/core-native/schema'

const MILLISECONDS = 1000 // not a kernel number: in a second
const NANOSECOND_DIGITS = 9 // not a kernel number: of the fraction of a second
/** The end of an ISO 8601 time that has milliseconds. */
const FRACTION = '.000Z'
/** What `Date` can tell: seconds from 1970 to the year 275760. */
const LATEST_SECONDS = 8.64e12 // not a kernel number: of ECMAScript

/** A `struct __kernel_timespec` since 1970 as ISO 8601 in UTC, to the nanosecond. 0 is never, and absent. */
export const isoTime: Codec<string | undefined> = {
  sparse: true,
  json: 'quoted',
  bind({ constants }) {
    const { size, members } = constants.layout('__kernel_timespec')!
    const [seconds, nanoseconds] = [members.tv_sec!.offset, members.tv_nsec!.offset]
    return {
      fits: { atLeast: size },
      read({ view, little }, at) {
        const second = Number(view.getBigInt64(at + seconds, little))
        const nanosecond = Number(view.getBigInt64(at + nanoseconds, little))
        if ((second === 0 && nanosecond === 0) || Math.abs(second) > LATEST_SECONDS) return undefined
        const whole = new Date(second * MILLISECONDS).toISOString().slice(0, -FRACTION.length)
        return `${whole}.${String(nanosecond).padStart(NANOSECOND_DIGITS, '0')}Z`
      },
    }
  },
  schema: text.schema,
}
