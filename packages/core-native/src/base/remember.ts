interface Store<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

/** What a store holds for a key; made the first time that it is asked for. */
export function remember<K, V>(store: Store<K, V>, key: K, make: (key: K) => V): V {
  const known = store.get(key)
  if (known !== undefined) return known
  const made = make(key)
  store.set(key, made)
  return made
}
