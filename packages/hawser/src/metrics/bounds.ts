// The upper bounds of the histograms' buckets, the same wherever they are rendered.

/** Seconds that a connection was open: from a probe's to a day's. */
export const durationBounds: readonly number[] = [
  0.01, 0.1, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400,
]

/** Seconds that a TLS handshake took; 5 is its deadline's default. */
export const handshakeBounds: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
]

/** Seconds from accepting a connection to its peer's first byte. */
export const firstByteBounds: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60]

/** Bytes waiting in an outbox: its high-water mark and its limit are among them. */
export const outboxBounds: readonly number[] = [
  0, 1_024, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 8_388_608,
]
