// A map that forgets its oldest entry when it is full: caches that must not grow with the venue.

/** What the gateway uses of a map. */
export interface BoundedMap<K, V> {
  readonly get: (key: K) => V | undefined
  readonly set: (key: K, value: V) => void
  readonly delete: (key: K) => void
  readonly size: () => number
}

/** A map of at most `sizeMax` entries; setting an existing key keeps its age. */
export function createBoundedMap<K, V>(sizeMax: number): BoundedMap<K, V> {
  const map = new Map<K, V>()
  return {
    get: (key) => map.get(key),
    set: (key, value) => {
      map.set(key, value)
      if (map.size <= sizeMax) return
      for (const oldest of map.keys()) {
        map.delete(oldest)
        return
      }
    },
    delete: (key) => void map.delete(key),
    size: () => map.size,
  }
}
