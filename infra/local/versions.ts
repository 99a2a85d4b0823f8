/** Reads the version that a server prints about itself and compares it with what we need. */

/** Major, minor, patch. */
export type Version = readonly [number, number, number]

/** Takes the first version-like number of a text such as `nats-server: v2.10.27`. */
export function parseVersion(text: string): Version | undefined {
  const found = /(?<![\d.])v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)
  if (found === null) return undefined
  return [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
}

/** True when `version` is at least `wanted`. */
export function isAtLeast(version: Version, wanted: Version): boolean {
  for (const [index, part] of version.entries()) {
    const other = wanted[index] ?? 0
    if (part !== other) return part > other
  }
  return true
}

/** `2.10.23` */
export function formatVersion(version: Version): string {
  return version.join('.')
}
