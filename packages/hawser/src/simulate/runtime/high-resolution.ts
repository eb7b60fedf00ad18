import { currentPlace } from '../context.js'

type HighResolution = NodeJS.Process['hrtime']

const perSecond = 1_000_000_000n
const perMillisecond = 1_000_000

/** `process.hrtime`, which is the host's where a host asks. */
export function highResolution(original: HighResolution): HighResolution {
  const now = (): bigint => {
    const place = currentPlace()
    if (place === undefined) return original.bigint()
    return BigInt(Math.floor(place.clock.now() * perMillisecond))
  }
  const hrtime = (since?: [number, number]): [number, number] => {
    if (currentPlace() === undefined) return original(since)
    const [seconds, nanoseconds] = since ?? [0, 0]
    const passed = now() - BigInt(seconds) * perSecond - BigInt(nanoseconds)
    return [Number(passed / perSecond), Number(passed % perSecond)]
  }
  return Object.assign(hrtime, { bigint: now })
}
