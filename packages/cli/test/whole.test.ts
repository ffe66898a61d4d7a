import { NetlinkError, type StreamEnd } from '@netsnap/core-native'
import { describe, expect, test } from 'vitest'
import { type IpFamily, inTurn } from '../src/family-flags.ts'
import { collect } from '../src/whole.ts'

const failure = new NetlinkError('interrupted', { code: 'DUMP_INTERRUPTED', operation: 'receive' })

/** A stream as the library gives it, which so many times says at its end that the rows changed meanwhile. */
function interruptedTimes(times: number) {
  let opened = 0
  return async function* (onInterrupted: 'return' | 'fail'): AsyncGenerator<number[], StreamEnd, void> {
    const interrupted = opened++ < times
    yield [opened]
    yield [2, 3]
    if (interrupted && onInterrupted === 'fail') throw failure
    return { interrupted }
  }
}

class Rows {
  readonly rows: number[] = []
  add(row: number): void {
    this.rows.push(row)
  }
}

describe('rows that are not kept', () => {
  test.each([0, 1, 5])('are read anew where they changed meanwhile: %i times', async (times) => {
    expect((await collect(interruptedTimes(times), () => new Rows())).rows).toEqual([times + 1, 2, 3])
  })

  test('fail where they always do', async () => {
    await expect(collect(interruptedTimes(6), () => new Rows())).rejects.toBe(failure)
  })
})

describe('families one after the other', () => {
  const rows: Readonly<Record<string, string[]>> = { ipv4: ['a', 'b'], ipv6: ['c'], undefined: ['d'] }
  const open = (interrupted?: IpFamily) =>
    async function* (family: IpFamily | undefined): AsyncGenerator<string, StreamEnd, void> {
      yield* rows[String(family)]!
      return { interrupted: interrupted !== undefined && family === interrupted }
    }

  async function all(stream: AsyncGenerator<string, StreamEnd, void>) {
    const found: string[] = []
    for (let next = await stream.next(); ; next = await stream.next()) {
      if (next.done) return [found.join(''), next.value.interrupted]
      found.push(next.value)
    }
  }

  test.each<[IpFamily[], string]>([
    [[], 'd'],
    [['ipv4'], 'ab'],
    [['ipv6'], 'c'],
    [['ipv4', 'ipv6'], 'ab,c'],
    [['ipv6', 'ipv4'], 'c,ab'],
  ])('%j', async (families, expected) => {
    expect(await all(inTurn(families, open(), ','))).toEqual([expected, false])
    expect(await all(inTurn(families, open(), ','))).toEqual([expected, false])
  })

  test('what has changed in one has changed', async () => {
    expect(await all(inTurn(['ipv4', 'ipv6'], open('ipv4')))).toEqual(['abc', true])
    expect(await all(inTurn(['ipv4', 'ipv6'], open('ipv6')))).toEqual(['abc', true])
  })

  test('whoever leaves them leaves the one that is under way', async () => {
    let left = 0
    const endless = async function* (): AsyncGenerator<string, StreamEnd, void> {
      try {
        for (;;) yield 'x'
      } finally {
        left++
      }
    }
    for await (const _ of inTurn(['ipv4', 'ipv6'], endless)) break
    expect(left).toBe(1)
  })

  test('nothing stands between where one of them is empty', async () => {
    const some = async function* (family: IpFamily | undefined): AsyncGenerator<string, StreamEnd, void> {
      if (family === 'ipv6') yield 'c'
      return { interrupted: false }
    }
    expect(await all(inTurn(['ipv4', 'ipv6'], some, ','))).toEqual(['c', false])
  })
})
