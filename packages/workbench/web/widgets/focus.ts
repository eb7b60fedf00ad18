/** As the `ref` of a field: it has the focus when it appears. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus()
}
