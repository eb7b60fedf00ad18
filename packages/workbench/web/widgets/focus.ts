/** As the `ref` of a field: it has the focus when it appears. */
export function takeFocus(element: HTMLElement | null): void {
  // One who goes along tabs by the keyboard stays there.
  if (document.activeElement?.matches('[role=tab]:focus-visible') === true) return
  element?.focus()
}
