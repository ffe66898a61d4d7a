import timers from 'node:timers'

/**
 * Timers as they were when this module was loaded: whoever puts others in their place, in tests, does not mean those that
 * the reading of a reply needs.
 */
export const { setImmediate, setTimeout, clearTimeout } = timers
