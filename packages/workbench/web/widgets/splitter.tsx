import type { Signal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { clamp } from './scroll-map.js'

interface SplitterProps {
  readonly label: string
  /** Pixels of the pane that it makes larger and smaller. */
  readonly size: Signal<number>
  readonly least: number
  readonly most: number
  /** On which side of the pane it stands. */
  readonly side: 'left' | 'right' | 'top'
}

/** A bar between two panes that the mouse and the arrow keys move. */
export function Splitter({ label, size, least, most, side }: SplitterProps): ComponentChild {
  const isFlat = side === 'top'
  const sign = side === 'right' ? 1 : -1
  const set = (wanted: number): void => {
    size.value = clamp(wanted, least, most)
  }
  const down = (event: PointerEvent): void => {
    const bar = event.currentTarget as HTMLElement
    const from = isFlat ? event.clientY : event.clientX
    const before = size.value
    bar.setPointerCapture(event.pointerId)
    const move = (moved: PointerEvent): void => {
      set(before + sign * ((isFlat ? moved.clientY : moved.clientX) - from))
    }
    bar.addEventListener('pointermove', move)
    bar.addEventListener('pointerup', () => bar.removeEventListener('pointermove', move), {
      once: true,
    })
  }
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined || /Up|Down/.test(event.key) !== isFlat) return
    event.preventDefault()
    set(size.value + step * sign * 16)
  }
  return (
    <div
      class={`splitter ${isFlat ? 'flat' : 'upright'}`}
      role="separator"
      aria-label={label}
      aria-orientation={isFlat ? 'horizontal' : 'vertical'}
      aria-valuenow={size.value}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={down}
      onKeyDown={key}
    />
  )
}
