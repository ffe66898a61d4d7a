import { NetlinkError } from '../base/errors.ts'
import type { Constants } from '../constants/index.ts'
import type { AnySet, Binding } from '../schema/codec.ts'
import type { Frame } from '../schema/frame.ts'
import { framingOf } from '../schema/framing.ts'
import type { UnknownAttribute } from '../schema/set.ts'

type Keep = (record: Record<string, unknown>, frame: Frame, type: number, at: number, length: number) => void

/**
 * Puts an attribute that no line reads into the record, with all that is known of it. In a table of secrets its bytes may
 * be one, or hold one: they are there for those who ask for secrets.
 */
export function keepUnknown(set: AnySet, { constants, secret }: Pick<Binding, 'constants' | 'secret'>): Keep {
  const { typeMask, nested } = framingOf(constants)
  const names = set.group === '' ? new Map<number, string>() : constants.group(set.group)
  const numbersKey = `unknown_${set.unknown}_attrs`
  const decodedKey = `unknown_${set.unknown}_attrs_decoded`
  return (record, frame, type, at, length) => {
    const base_number = type & typeMask
    const decoded: UnknownAttribute = {
      number: type,
      base_number,
      nested: (type & nested) !== 0,
      name: names.get(base_number) ?? set.group + base_number,
      length,
      ...(secret && !frame.secrets ? {} : { bytes: frame.bytes.toString('hex', at, at + length) }),
    }
    const numbers = record[numbersKey] as number[] | undefined
    if (numbers) {
      numbers.push(type)
      ;(record[decodedKey] as UnknownAttribute[]).push(decoded)
    } else {
      record[numbersKey] = [type]
      record[decodedKey] = [decoded]
    }
  }
}

/** The error for an attribute that runs past its message, or a message that ends inside its header. */
export function malformed(set: AnySet, constants: Constants): (type: number) => NetlinkError {
  const { typeMask } = framingOf(constants)
  return (type) => {
    const number = type & typeMask
    const attribute = type < 0 ? undefined : (constants.group(set.group).get(number) ?? set.group + number)
    const what = attribute ? `${attribute} runs past the end of its message` : 'a message ends inside its fixed header'
    return new NetlinkError(`what the kernel sent cannot be read (EBADMSG): ${what}`, {
      code: 'EBADMSG',
      operation: 'decode',
      attribute,
    })
  }
}
