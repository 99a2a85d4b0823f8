import test from 'ava'
import { postExternal, postTrade } from '#domain/ledger-entry.ts'

const spot = {
  buyer: { account: 1_000, fee: 7n },
  seller: { account: 1_001, fee: -2n },
  baseAssetId: 2,
  quoteAssetId: 1,
  baseAmount: 50n,
  notional: 900n,
}

test('a trade moves quote to the seller, base to the buyer, and fees to the fee account', (t) => {
  t.deepEqual(postTrade(spot), [
    {
      kind: 'Trade',
      legs: [
        { account: 1_000, assetId: 1, amount: -900n },
        { account: 1_001, assetId: 1, amount: 900n },
        { account: 1_001, assetId: 2, amount: -50n },
        { account: 1_000, assetId: 2, amount: 50n },
      ],
    },
    {
      kind: 'Fee',
      legs: [
        { account: 1_000, assetId: 1, amount: -7n },
        { account: 2, assetId: 1, amount: 7n },
      ],
    },
    {
      kind: 'Fee',
      legs: [
        { account: 1_001, assetId: 1, amount: 2n },
        { account: 2, assetId: 1, amount: -2n },
      ],
    },
  ])
})

test('a side without a fee has no fee transfer', (t) => {
  const free = { ...spot, buyer: { account: 1_000, fee: 0n }, seller: { account: 1_001, fee: 0n } }
  t.deepEqual(
    postTrade(free).map((transfer) => transfer.kind),
    ['Trade'],
  )
})

test('a deposit comes from the outside, a withdrawal goes there', (t) => {
  t.deepEqual(postExternal(1_000, 1, 30n), {
    kind: 'Deposit',
    legs: [
      { account: 1, assetId: 1, amount: -30n },
      { account: 1_000, assetId: 1, amount: 30n },
    ],
  })
  t.deepEqual(postExternal(1_000, 1, -30n), {
    kind: 'Withdrawal',
    legs: [
      { account: 1, assetId: 1, amount: 30n },
      { account: 1_000, assetId: 1, amount: -30n },
    ],
  })
})
