// What a plain order leaves open: spread it into a NewOrder, and say only what the test is about.

/** The instrument's mode of prevention, no flag, trigger, end or hidden part. */
export const PLAIN = {
  stpMode: null,
  postOnly: false,
  reduceOnly: false,
  quoteAmount: 0n,
  stopPx: 0,
  displayQty: 0,
  trailingOffset: 0,
  trailingOffsetUnit: 'Ticks',
  expireTimeNs: 0n,
} as const
