import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { ChunkedList } from './chunked-list.js'

/** Pixels that a line of 16 bytes needs; a narrower view has 8 in a line. */
const wideLine = 470

/** A range of bytes, its end not included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** Lines that are drawn together, and pixels that one takes. */
const drawnTogether = 32
const lineHeight = 18

interface HexViewProps {
  readonly bytes: Uint8Array
  /** Where the first of them is in its row. */
  readonly origin: number
  readonly label: string
  readonly range: ByteRange
  readonly onRange: (range: ByteRange) => void
}

/** Bytes as hex and ASCII, 16 or 8 in a line. The mouse selects by dragging, the keyboard by arrows with Shift. */
export function HexView({ bytes, origin, label, range, onRange }: HexViewProps): ComponentChild {
  const box = useRef<HTMLDivElement>(null)
  const perLine = useSignal(16)
  const anchor = useSignal(0)
  const isDragging = useSignal(false)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => {
      perLine.value = element.clientWidth >= wideLine ? 16 : 8
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const select = (from: number, to: number): void => {
    onRange({ from: Math.min(from, to), to: Math.max(from, to) + 1 })
  }
  const at = (target: EventTarget | null): number | undefined => {
    const place = target instanceof HTMLElement ? target.dataset['at'] : undefined
    return place === undefined ? undefined : Number(place)
  }
  const down = (event: MouseEvent): void => {
    const place = at(event.target)
    if (place === undefined) return
    if (!event.shiftKey) anchor.value = place
    isDragging.value = true
    select(anchor.value, place)
  }
  const over = (event: MouseEvent): void => {
    const place = at(event.target)
    if (isDragging.value && event.buttons > 0 && place !== undefined) select(anchor.value, place)
  }
  const key = (event: KeyboardEvent): void => {
    const step = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: perLine.value,
      ArrowUp: -perLine.value,
    }[event.key]
    if (step === undefined || bytes.length === 0) return
    event.preventDefault()
    event.stopPropagation()
    const head = anchor.value === range.from ? range.to - 1 : range.from
    const next = Math.min(Math.max(head + step, 0), bytes.length - 1)
    if (!event.shiftKey) anchor.value = next
    select(anchor.value, next)
    box.current?.querySelector(`[data-at="${next}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <div
      ref={box}
      class="hex"
      role="textbox"
      aria-readonly="true"
      aria-multiline="true"
      aria-label={label}
      tabIndex={0}
      onMouseDown={down}
      onMouseOver={over}
      onKeyDown={key}
    >
      <ChunkedList
        count={Math.ceil(bytes.length / perLine.value)}
        perChunk={drawnTogether}
        estimate={lineHeight}
        item={(line) => (
          <HexLine
            {...{ bytes, origin, range }}
            begin={line * perLine.value}
            perLine={perLine.value}
          />
        )}
      />
    </div>
  )
}

interface HexLineProps {
  readonly bytes: Uint8Array
  readonly origin: number
  readonly begin: number
  readonly range: ByteRange
  readonly perLine: number
}

function HexLine({ bytes, origin, begin, range, perLine }: HexLineProps): ComponentChild {
  const cells: ComponentChild[] = []
  const letters: ComponentChild[] = []
  for (let place = begin; place < begin + perLine; place++) {
    const byte = bytes[place]
    const isSelected = byte !== undefined && place >= range.from && place < range.to
    const name = isSelected ? 'hex-byte selected' : 'hex-byte'
    const gap = place - begin === 8 ? ' gap' : ''
    cells.push(
      <span class={name + gap} data-at={byte === undefined ? undefined : place}>
        {byte === undefined ? '  ' : byte.toString(16).padStart(2, '0')}
      </span>,
    )
    if (byte === undefined) continue
    letters.push(
      <span class={isSelected ? 'selected' : undefined} data-at={place}>
        {byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'}
      </span>,
    )
  }
  return (
    <div class="hex-line">
      <span class="hex-place">{(origin + begin).toString(16).padStart(6, '0')}</span>
      <span class="hex-bytes">{cells}</span>
      <span class="hex-letters">{letters}</span>
    </div>
  )
}
