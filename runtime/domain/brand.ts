// Nominal types for numbers that must not be mixed: a price is not a quantity, lots are not ticks.

declare const brand: unique symbol

/** A value of type T that only constructors of N hand out. Swapped arguments do not compile. */
export type Brand<T, N extends string> = T & { readonly [brand]: N }

/** Price in ticks of its instrument, a safe integer. */
export type Price = Brand<number, 'Price'>
/** Quantity in lots of its instrument, a safe integer >= 0. */
export type Qty = Brand<number, 'Qty'>
/** Minor units of one asset, signed 64 bit. */
export type Money = Brand<bigint, 'Money'>
