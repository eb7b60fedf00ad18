import { createMasker, type MaskedRow, type Masker, type MaskRule } from 'hawser/log'
import type { Connection } from 'hawser'
import type { ProxyClosedEvent } from '../../output/events.js'
import type { Way } from '../faults/fault.js'
import type { Effect } from '../faults/stage.js'
import type { ConnectionRecord, Recorder } from '../recorder.js'

/** Does something with bytes, once it is known what of them is secret. */
export class MaskedBytes {
  readonly #masker: Masker<(bytes: Uint8Array) => void>

  constructor(rules: readonly MaskRule[]) {
    this.#masker = createMasker(rules)
  }

  take(way: Way, piece: Uint8Array, act: (bytes: Uint8Array) => void): void {
    run(this.#masker.add(way === 'up' ? 'in' : 'out', piece, act))
  }

  /** What keeps its place between the bytes that wait. */
  event(act: () => void): void {
    run(this.#masker.addEvent(act))
  }

  /** Nothing follows. */
  end(): void {
    run(this.#masker.end())
  }
}

function run(rows: readonly MaskedRow<(bytes: Uint8Array) => void>[]): void {
  for (const { row: act, bytes } of rows) act(bytes)
}

/** A recorder that gets no secrets. */
export function maskRecorder(recorder: Recorder, rules: readonly MaskRule[]): Recorder {
  return {
    open: (proxy: string, client: Connection, target: Connection) =>
      new MaskedRecord(recorder.open(proxy, client, target), rules),
    failed: (...given) => recorder.failed(...given),
    close: () => recorder.close(),
  }
}

class MaskedRecord implements ConnectionRecord {
  readonly #record: ConnectionRecord
  readonly #masked: MaskedBytes

  constructor(record: ConnectionRecord, rules: readonly MaskRule[]) {
    this.#record = record
    this.#masked = new MaskedBytes(rules)
  }

  came(way: Way, piece: Uint8Array, effects: readonly Effect[]): void {
    this.#masked.take(way, piece, (bytes) => this.#record.came(way, bytes, effects))
  }

  ended(way: Way): void {
    this.#masked.event(() => this.#record.ended(way))
  }

  fault(way: Way, name: string, fault: string, what?: string, effect?: Effect): void {
    this.#masked.event(() => this.#record.fault(way, name, fault, what, effect))
  }

  ruled(way: Way, rule: string, what: string, effect?: Effect): void {
    this.#masked.event(() => this.#record.ruled(way, rule, what, effect))
  }

  closed(event: ProxyClosedEvent): void {
    this.#masked.end()
    this.#record.closed(event)
  }
}
