/**
 * Derives package sources for a private apt from the system's own ones: the same archive address
 * and keys, perhaps another release name. No host name is ever written down here, so mirrors and
 * closed networks keep working.
 * Source: sources.list(5), "deb822-style format" and "one-line-style format".
 */

/** One stanza: the fields as written, in the system's spelling. */
export type SourceStanza = ReadonlyMap<string, string>

/** Reads a `*.sources` file; stanzas that are switched off or hold no binary packages are left out. */
export function parseDeb822(text: string): SourceStanza[] {
  const stanzas: SourceStanza[] = []
  for (const block of text.split(/\n[ \t]*\n/)) {
    const fields = new Map<string, string>()
    let last = ''
    for (const line of block.split('\n')) {
      if (line.startsWith('#') || line.trim() === '') continue
      const field = /^([A-Za-z-]+):[ \t]*(.*)$/.exec(line)
      if (field !== null) {
        last = (field[1] ?? '').toLowerCase()
        fields.set(last, field[2] ?? '')
      } else if (last !== '') {
        fields.set(last, `${fields.get(last) ?? ''}\n${line}`)
      }
    }
    const isOff = fields.get('enabled')?.trim().toLowerCase() === 'no'
    const isBinary = (fields.get('types') ?? '').split(/\s+/).includes('deb')
    if (fields.has('uris') && isBinary && !isOff) stanzas.push(fields)
  }
  return stanzas
}

/** Reads a `sources.list` file: `deb [option=value ...] uri suite component...`. */
export function parseOneLine(text: string): SourceStanza[] {
  const stanzas: SourceStanza[] = []
  for (const line of text.split('\n')) {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line)
    if (found === null) continue
    const fields = new Map([
      ['types', 'deb'],
      ['uris', found[2] ?? ''],
      ['suites', found[3] ?? ''],
      ['components', (found[4] ?? '').trim()],
    ])
    for (const option of (found[1] ?? '').split(/\s+/)) {
      const [name, value] = option.split('=')
      if (name === undefined || value === undefined) continue
      fields.set(oneLineOptions[name.toLowerCase()] ?? name.toLowerCase(), value)
    }
    stanzas.push(fields)
  }
  return stanzas
}

const oneLineOptions: Record<string, string> = { arch: 'architectures', lang: 'languages' }

/**
 * Writes the sources for `release` in deb822 format, from the stanzas of the running release.
 * For the running release itself all its suites are kept (updates, security); for another one
 * only the archive's main suite, because that is all that a few server packages need.
 */
export function deriveSources(
  stanzas: readonly SourceStanza[],
  running: string,
  release: string,
): string {
  const derived: string[] = []
  for (const stanza of stanzas) {
    if (!(stanza.get('components') ?? '').split(/\s+/).includes('main')) continue
    const suites = (stanza.get('suites') ?? '')
      .split(/\s+/)
      .filter(
        (suite) => suite === running || (release === running && suite.startsWith(`${running}-`)),
      )
      .map((suite) => (suite === running ? release : suite))
    if (suites.length === 0) continue
    const fields = new Map(stanza)
    fields.set('types', 'deb').set('suites', suites.join(' ')).set('components', 'main')
    derived.push([...fields].map(([name, value]) => `${fieldName(name)}: ${value}`).join('\n'))
  }
  return derived.length === 0 ? '' : `${derived.join('\n\n')}\n`
}

function fieldName(lower: string): string {
  if (lower === 'uris') return 'URIs'
  return lower.replaceAll(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => {
    return `${dash}${letter.toUpperCase()}`
  })
}
