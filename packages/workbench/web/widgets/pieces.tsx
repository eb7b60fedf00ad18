import type { ComponentChild } from 'preact'

interface PiecesProps {
  readonly pieces: readonly { readonly text: string; readonly isEscape: boolean }[]
}

/** Text of a peer; what stands for a character that is not shown looks different from the same written out. */
export function Pieces({ pieces }: PiecesProps): ComponentChild {
  return pieces.map(({ text, isEscape }) => (isEscape ? <span class="escape">{text}</span> : text))
}
