import test from 'ava'
import { deriveSources, parseDeb822, parseOneLine } from '../../../infra/local/apt-sources.ts'

const DEB822 = `# a comment
Types: deb deb-src
URIs: http://archive.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: http://archive.test/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://elsewhere.test/node
Suites: nodistro
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
`

const ONE_LINE = `# deb http://commented.test/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://archive.test/debian bookworm main contrib # the archive
deb-src http://archive.test/debian bookworm main
deb http://archive.test/debian bookworm-updates main
`

test('a newer release comes from the same archive, only its main suite', (t) => {
  const sources = deriveSources(parseDeb822(DEB822), 'bookworm', 'trixie')
  t.is(
    sources,
    `Types: deb
URIs: http://archive.test/debian
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/archive.gpg
`,
  )
})

test('the running release keeps its updates and its security suite', (t) => {
  const sources = deriveSources(parseDeb822(DEB822), 'bookworm', 'bookworm')
  t.regex(sources, /^Suites: bookworm bookworm-updates$/m)
  t.regex(sources, /^Suites: bookworm-security$/m)
  t.notRegex(sources, /elsewhere|off\.test/)
})

test('the one-line format gives the same, with its options as fields', (t) => {
  const sources = deriveSources(parseOneLine(ONE_LINE), 'bookworm', 'trixie')
  t.deepEqual(sources.trim().split('\n').sort(), [
    'Architectures: amd64',
    'Components: main',
    'Signed-By: /k.gpg',
    'Suites: trixie',
    'Types: deb',
    'URIs: http://archive.test/debian',
  ])
})

test('a key inside the stanza stays whole', (t) => {
  const [stanza] = parseDeb822('Types: deb\nURIs: http://a.test\nSigned-By:\n KEY\n .\n MORE\n')
  t.is(stanza?.get('signed-by'), '\n KEY\n .\n MORE')
})
