// Just enough SVG: elements, text, and a page whose colours follow the reader's light or dark theme.

/** A drawn panel: its content, from y = 0 down, and its height. */
export interface Panel {
  readonly height: number
  readonly content: string
}

export const PANEL_WIDTH = 900

/** Told apart on white and on black, and by most who see few colours (Okabe and Ito). */
export const COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8a6d3b',
  '#7f7f7f',
] as const

const MARGIN = 24
const HEAD_HEIGHT = 56
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .heading { font-size: 16px; font-weight: 600 }
  .title { font-size: 13px; font-weight: 600 }
  .axis, .subtitle { fill: #57606a }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .page { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .axis, .subtitle { fill: #9198a1 }
    .grid { stroke: #30363d }
    .page { fill: #0d1117 }
  }
`

/** One element without content. */
export function element(name: string, attributes: Record<string, string | number>): string {
  return `<${name}${attributesOf(attributes)}/>`
}

/** One line of text. */
export function text(content: string, attributes: Record<string, string | number>): string {
  return `<text${attributesOf(attributes)}>${escaped(content)}</text>`
}

/** A page with a heading and panels below each other. */
export function svgDocument(heading: string, subtitle: string, panels: readonly Panel[]): string {
  const width = PANEL_WIDTH + 2 * MARGIN
  let y = MARGIN + HEAD_HEIGHT
  const groups = panels.map((panel) => {
    const group = `<g transform="translate(${MARGIN} ${y})">${panel.content}</g>`
    y += panel.height
    return group
  })
  const size = { width, height: y, viewBox: `0 0 ${width} ${y}`, role: 'img' }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg"${attributesOf(size)}>`,
    `<title>${escaped(heading)}</title><desc>${escaped(subtitle)}</desc><style>${STYLE}</style>`,
    element('rect', { width, height: y, class: 'page' }),
    text(heading, { x: MARGIN, y: MARGIN + 12, class: 'heading' }),
    text(subtitle, { x: MARGIN, y: MARGIN + 32, class: 'subtitle' }),
    ...groups,
    '</svg>\n',
  ].join('\n')
}

function attributesOf(attributes: Record<string, string | number>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('')
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
