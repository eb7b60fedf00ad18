import { CommandError } from '../../failure.js'
import type { WireFraming } from '../../wire/load-framing.js'
import type { Way } from '../faults/fault.js'
import type { Effect } from '../faults/stage.js'
import { Cutter } from '../lanes/cutter.js'
import type { Filter, FilterStep } from '../lanes/filter.js'
import { encodeInPlace, type Original } from './encode-message.js'
import type { RulesFile } from './rules-file.js'

/** What one direction of a connection is ruled with. */
export interface RuledWayOptions {
  readonly rules: RulesFile
  readonly framing: WireFraming | undefined
  readonly way: Way
  readonly connection: number
  /** A rule was applied. */
  readonly applied: (rule: string, what: string, effect?: Effect) => void
}

interface Cut extends Original {
  readonly number: number
}

/** One direction of a connection, message by message, as the rules say. */
export class RuledWay implements Filter {
  readonly #options: RuledWayOptions
  readonly #cutter: Cutter
  #cut: Cut[] = []
  #number = 0

  constructor(options: RuledWayOptions) {
    this.#options = options
    this.#cutter = new Cutter(options.framing, {
      // Copies: the cutter may use its buffer again before the rules have spoken.
      message: (message, wire) => {
        this.#number += 1
        const number = this.#number
        this.#cut.push({ number, message: Uint8Array.from(message), wire: Uint8Array.from(wire) })
      },
      // The display has said so; what does not fit is judged as it comes.
      failed: () => undefined,
    })
  }

  take(piece: Uint8Array): AsyncIterable<FilterStep> {
    this.#cutter.cut(piece)
    return this.#judgeAll()
  }

  end(): AsyncIterable<FilterStep> {
    this.#cutter.end()
    return this.#judgeAll()
  }

  assertClean(): void {
    if (this.#cut.length === 0 && this.#cutter.isEmpty) return
    throw new CommandError(
      'plain text came behind the message after which TLS was to begin',
      'an attacker in between may have put it in (CVE-2011-0411)',
    )
  }

  async *#judgeAll(): AsyncGenerator<FilterStep, void> {
    for (;;) {
      const cut = this.#cut.shift()
      if (cut === undefined) return
      yield* this.#judge(cut)
    }
  }

  async *#judge(cut: Cut): AsyncGenerator<FilterStep, void> {
    const { message: bytes, wire, number } = cut
    const { rules, way, connection, framing, applied } = this.#options
    const verdict = await rules.judge({ bytes, way, connection, number })
    const lost: Effect = { kind: 'lost', bytes: wire.length }
    switch (verdict.action) {
      case 'pass':
        yield { pass: wire }
        return
      case 'replace':
        applied(verdict.rule, `${bytes.length} B replaced by ${verdict.bytes.length} B`, {
          kind: 'changed',
          bytes: wire.length,
        })
        yield { pass: encodeInPlace(framing, verdict.bytes, cut) }
        return
      case 'reply':
        applied(verdict.rule, `${verdict.bytes.length} B sent back`, lost)
        yield { reply: encodeInPlace(framing, verdict.bytes, cut) }
        return
      case 'drop':
        applied(verdict.rule, `${bytes.length} B dropped`, lost)
        return
      case 'delay':
        applied(verdict.rule, `delayed by ${verdict.milliseconds} ms`)
        yield { wait: verdict.milliseconds }
        yield { pass: wire }
        return
      case 'hold':
        applied(verdict.rule, 'held until the rules change')
        yield { until: (settle) => rules.onChange(settle) }
        yield* this.#judge(cut)
        return
      case 'starttls':
        applied(verdict.rule, 'asks for TLS')
        this.assertClean()
        yield { pass: wire }
        yield { secure: (reply) => rules.agrees(reply, verdict.agreed) }
        return
      case 'reset':
        applied(verdict.rule, 'resets the connection', lost)
        yield { reset: true }
    }
  }
}
