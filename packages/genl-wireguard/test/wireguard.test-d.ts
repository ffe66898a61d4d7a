import type { Dump } from '@netsnap/core-native'
import { expectTypeOf, test } from 'vitest'
import {
  getWireGuardDevices,
  streamPeers,
  type WireGuardDevice,
  type WireGuardDeviceBigInt,
  type WireGuardPeer,
  WireGuardQuery,
} from '../src/index.ts'

test('a device and a peer', () => {
  expectTypeOf<WireGuardDevice['ifname']>().toEqualTypeOf<string>()
  expectTypeOf<WireGuardDevice['fwmark']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<WireGuardDevice['has_private_key']>().toEqualTypeOf<boolean>()
  expectTypeOf<WireGuardDevice['private_key']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<WireGuardPeer['allowed_ips']>().toEqualTypeOf<string[]>()
  expectTypeOf<WireGuardPeer['rx_bytes']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<NonNullable<WireGuardPeer['endpoint']>['port']>().toEqualTypeOf<number>()
  expectTypeOf<WireGuardDeviceBigInt['peers'][number]['rx_bytes']>().toEqualTypeOf<bigint | undefined>()
  // @ts-expect-error the record says `peers`
  type _ = WireGuardDevice['peer']
})

test('the reading functions', () => {
  expectTypeOf(getWireGuardDevices()).resolves.toEqualTypeOf<Dump<WireGuardDevice>>()
  expectTypeOf(getWireGuardDevices({ bigint: true })).resolves.toEqualTypeOf<Dump<WireGuardDeviceBigInt>>()
  expectTypeOf(new WireGuardQuery().getWireGuardDevices({ dev: 'wg0' })).resolves.toEqualTypeOf<Dump<WireGuardDevice>>()
  expectTypeOf(streamPeers('wg0').next).returns.resolves.toHaveProperty('value')
  // @ts-expect-error a misspelt option
  getWireGuardDevices({ secret: true })
  // @ts-expect-error a stream is of one device
  streamPeers()
})
