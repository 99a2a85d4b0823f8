// Live candles and volume (lightweight-charts).

import { effect } from '@preact/signals'
import {
  CandlestickSeries,
  ColorType,
  createChart,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { decimalsOf } from './format.ts'
import { call } from './rest.ts'
import { candle, chooseInterval, INTERVALS, instrument, interval, say, symbol } from './session.ts'

interface CandleRow {
  readonly openTimeMs: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
}

const UP = '#2dd4a7'
const DOWN = '#f6627b'

export function Chart(): JSX.Element {
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => (holder.current === null ? undefined : mount(holder.current)), [])
  return (
    <>
      <nav class="intervals" aria-label="Candle width">
        {INTERVALS.map((i) => (
          <button
            key={i}
            type="button"
            aria-pressed={interval.value === i}
            onClick={() => void chooseInterval(i).catch(say)}
          >
            {i}
          </button>
        ))}
      </nav>
      <div class="chart" ref={holder} data-testid="chart" />
    </>
  )
}

interface Series {
  readonly candles: ISeriesApi<'Candlestick'>
  readonly volumes: ISeriesApi<'Histogram'>
}

function mount(holder: HTMLElement): () => void {
  const chart = newChart(holder)
  const series = {
    candles: chart.addSeries(CandlestickSeries, {
      upColor: UP,
      downColor: DOWN,
      wickUpColor: UP,
      wickDownColor: DOWN,
      borderVisible: false,
    }),
    volumes: chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    }),
  }
  chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } })
  const stopHistory = effect(() => {
    const precision = decimalsOf(instrument.value?.tickSize)
    series.candles.applyOptions({
      priceFormat: { type: 'price', precision, minMove: 10 ** -precision },
    })
    if (symbol.value !== '') void load(series, chart, symbol.value, interval.value).catch(say)
  })
  const stopLive = effect(() => {
    if (candle.value !== null) update(series, candle.value)
  })
  return () => {
    stopHistory()
    stopLive()
    chart.remove()
  }
}

function newChart(holder: HTMLElement): IChartApi {
  return createChart(holder, {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: 'transparent' },
      textColor: '#8b98a9',
      attributionLogo: true,
    },
    grid: { vertLines: { color: '#1a222d' }, horzLines: { color: '#1a222d' } },
    timeScale: {
      timeVisible: true,
      secondsVisible: true,
      borderColor: '#1f2935',
      rightOffset: 4,
      barSpacing: 10,
    },
    rightPriceScale: { borderColor: '#1f2935' },
    crosshair: { mode: 0 },
  })
}

async function load(series: Series, chart: IChartApi, name: string, width: string): Promise<void> {
  series.candles.setData([])
  series.volumes.setData([])
  const query = `/v1/candles/${name}?interval=${width}&limit=500`
  const { candles } = await call<{ candles: CandleRow[] }>('GET', query)
  if (name !== symbol.peek() || width !== interval.peek()) return
  const rows = [...candles].sort((a, b) => a.openTimeMs - b.openTimeMs)
  series.candles.setData(rows.map(bar))
  series.volumes.setData(rows.map(volume))
  chart.timeScale().scrollToRealTime()
}

function update(series: Series, row: CandleRow): void {
  const last = series.candles.data().at(-1)
  const time = (row.openTimeMs / 1000) as UTCTimestamp
  // A late message of an older candle cannot be drawn any more.
  if (last !== undefined && Number(last.time) > time) return
  series.candles.update(bar(row))
  series.volumes.update(volume(row))
}

/** The chart draws floats; no money is computed from them. */
function bar(row: CandleRow) {
  return {
    time: (row.openTimeMs / 1000) as UTCTimestamp,
    open: Number(row.open),
    high: Number(row.high),
    low: Number(row.low),
    close: Number(row.close),
  }
}

function volume(row: CandleRow) {
  const rising = Number(row.close) >= Number(row.open)
  return {
    time: (row.openTimeMs / 1000) as UTCTimestamp,
    value: Number(row.volume),
    color: rising ? `${UP}55` : `${DOWN}55`,
  }
}
