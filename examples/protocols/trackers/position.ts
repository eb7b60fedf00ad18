/** Where a vehicle was, whichever tracker said it. */
export interface Position {
  readonly time: Date
  /** Degrees; north and east are positive. */
  readonly latitude: number
  readonly longitude: number
  /** Kilometres an hour. */
  readonly speed: number
  /** Degrees from north, clockwise. */
  readonly course: number
  readonly satellites: number
  /** Whether the tracker knows where it is, and not only where it was. */
  readonly isFixed: boolean
}

/** What a gateway does with what trackers say. */
export interface Fleet {
  /** Whether a tracker with this IMEI may speak here. */
  knows(imei: string): boolean | Promise<boolean>
  /** Stores positions. They are acknowledged when this is done; when it throws, the tracker sends them again. */
  store(imei: string, positions: readonly Position[]): void | Promise<void>
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
