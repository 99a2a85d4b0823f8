// Ids that clients choose (clOrdID, transferId): 1 to 36 characters, so that a UUID fits.
// Inside they are nine 32-bit words, zero padded: fixed size, comparable and hashable without strings.

/** The alphabet and length of clOrdID and transferId. */
export const CLIENT_ID_PATTERN = '^[A-Za-z0-9._:-]{1,36}$'
export const CLIENT_ID_BYTES = 36
