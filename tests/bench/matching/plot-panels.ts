// The two kinds of panel: horizontal bars, and lines, both over a logarithmic scale of values.

import { COLORS, element, PANEL_WIDTH, type Panel, text } from './svg.ts'

export interface Line {
  readonly label: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/** What a panel of lines shows. */
export interface LinePanelOptions {
  readonly title: string
  readonly lines: readonly Line[]
  readonly xScale: 'logarithmic' | 'even'
  /** Names of x = 0, 1, 2 …; undefined: powers of ten. */
  readonly xLabels: readonly string[] | undefined
  readonly yUnit: string
}

const TITLE_HEIGHT = 34
const BAR = { height: 18, step: 26, left: 400, right: 90 }
const CHART = { height: 260, left: 70, right: 300, legendStep: 20 }

/** Horizontal bars with their values behind them. */
export function barPanel(
  title: string,
  bars: readonly { readonly label: string; readonly value: number }[],
): Panel {
  const values = bars.map(({ value }) => value)
  const scale = logScale(Math.min(...values), Math.max(...values))
  const width = PANEL_WIDTH - BAR.left - BAR.right
  const bottom = TITLE_HEIGHT + bars.length * BAR.step
  const drawn = bars.map(({ label, value }, i) => {
    const y = TITLE_HEIGHT + i * BAR.step
    const length = Math.max(1, scale.at(value) * width)
    const middle = y + BAR.height - 5
    const box = { x: BAR.left, y, width: length.toFixed(1), height: BAR.height, rx: 2 }
    return [
      text(label, { x: BAR.left - 8, y: middle, 'text-anchor': 'end' }),
      element('rect', { ...box, fill: label.startsWith('npm') ? COLORS[1] : COLORS[0] }),
      text(compact(value), { x: (BAR.left + length + 6).toFixed(1), y: middle }),
    ].join('')
  })
  const grid = scale.ticks.map((tick) => {
    const x = (BAR.left + scale.at(tick) * width).toFixed(1)
    const line = { x1: x, x2: x, y1: TITLE_HEIGHT - 4, y2: bottom, class: 'grid' }
    const label = { x, y: bottom + 14, 'text-anchor': 'middle', class: 'axis' }
    return element('line', line) + text(`${compact(tick)} ns`, label)
  })
  const content = text(title, { x: 0, y: 14, class: 'title' }) + grid.join('') + drawn.join('')
  return { height: bottom + 34, content }
}

/** Lines with a legend at the right. */
export function linePanel(options: LinePanelOptions): Panel {
  const { title, lines, xScale, xLabels, yUnit } = options
  const points = lines.flatMap((line) => line.points)
  const y = logScale(Math.min(...points.map((p) => p.y)), Math.max(...points.map((p) => p.y)))
  const xs = points.map((p) => p.x)
  const last = Math.max(1, Math.max(...xs))
  const x =
    xScale === 'even'
      ? { at: (value: number) => value / last, ticks: [...new Set(xs)] }
      : { ...logScale(Math.min(...xs), Math.max(...xs)), ticks: [...new Set(xs)] }
  const width = PANEL_WIDTH - CHART.left - CHART.right
  const placeX = (value: number): string => (CHART.left + x.at(value) * width).toFixed(1)
  const placeY = (value: number): string =>
    (TITLE_HEIGHT + (1 - y.at(value)) * CHART.height).toFixed(1)
  const bottom = TITLE_HEIGHT + CHART.height
  const grid = [
    ...y.ticks.map((tick) => {
      const at = placeY(tick)
      const line = { x1: CHART.left, x2: CHART.left + width, y1: at, y2: at, class: 'grid' }
      const place = { x: CHART.left - 8, y: Number(at) + 4, 'text-anchor': 'end', class: 'axis' }
      return element('line', line) + text(`${compact(tick)} ${yUnit}`, place)
    }),
    ...x.ticks.map((tick) =>
      text(xLabels?.[tick] ?? compact(tick), {
        x: placeX(tick),
        y: bottom + 18,
        'text-anchor': 'middle',
        class: 'axis',
      }),
    ),
  ]
  const drawn = lines.map((line, i) => {
    const color = COLORS[i % COLORS.length] as string
    const path = line.points.map((p) => `${placeX(p.x)},${placeY(p.y)}`).join(' ')
    const dots = line.points.map((p) =>
      element('circle', { cx: placeX(p.x), cy: placeY(p.y), r: 3, fill: color }),
    )
    const at = TITLE_HEIGHT + 10 + i * CHART.legendStep
    const from = CHART.left + width + 24
    return [
      element('polyline', { points: path, fill: 'none', stroke: color, 'stroke-width': 2 }),
      ...dots,
      element('rect', { x: from, y: at - 9, width: 12, height: 12, rx: 2, fill: color }),
      text(line.label, { x: from + 18, y: at + 1 }),
    ].join('')
  })
  const content = text(title, { x: 0, y: 14, class: 'title' }) + grid.join('') + drawn.join('')
  return { height: bottom + 40, content }
}

/** Maps values to 0..1 between whole powers of ten, with its ticks. */
function logScale(min: number, max: number): { at(value: number): number; ticks: number[] } {
  const from = Math.floor(Math.log10(Math.max(min, 1e-3)))
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(max, 1e-3))))
  const tens = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
  // Over few decades the powers of ten alone would say little.
  const between = to - from <= 2 ? tens.slice(0, -1).flatMap((ten) => [2 * ten, 5 * ten]) : []
  const ticks = [...tens, ...between].sort((a, b) => a - b)
  const at = (value: number): number =>
    (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from)
  return { at, ticks }
}

/** 1,500 -> 1.5 k. */
function compact(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))} k`
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}
