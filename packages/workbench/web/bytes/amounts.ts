/** `1,234` as the language writes it. */
export function showCount(count: number, language: string): string {
  return count.toLocaleString(language)
}

/** `12 B`, `3.4 KiB`. */
export function showSize(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes / 1_024
  let unit = 0
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`
}

/** `14:02:59.123` */
export function showClock(time: number): string {
  const date = new Date(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  const millis = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`
}

/** `+0.123 s`, `+2:03.4` for what is longer than a minute. */
export function showSpan(milliseconds: number): string {
  const sign = milliseconds < 0 ? '−' : '+'
  const seconds = Math.abs(milliseconds) / 1_000
  if (seconds < 60) return `${sign}${seconds.toFixed(3)} s`
  const minutes = Math.floor(seconds / 60)
  return `${sign}${minutes}:${(seconds - minutes * 60).toFixed(1).padStart(4, '0')}`
}
