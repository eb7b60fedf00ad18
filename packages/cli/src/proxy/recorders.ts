import type { ConnectionRecord, Recorder } from './recorder.js'

/** Several as one; undefined where there are none. */
export function joinRecorders(recorders: readonly Recorder[]): Recorder | undefined {
  const [first] = recorders
  if (recorders.length <= 1) return first
  return {
    open: (...given) => joinRecords(recorders.map((each) => each.open(...given))),
    failed: (...given) => recorders.forEach((each) => each.failed(...given)),
    close: async () => void (await Promise.all(recorders.map((each) => each.close()))),
  }
}

function joinRecords(records: readonly ConnectionRecord[]): ConnectionRecord {
  return {
    came: (...given) => records.forEach((each) => each.came(...given)),
    ended: (...given) => records.forEach((each) => each.ended(...given)),
    fault: (...given) => records.forEach((each) => each.fault(...given)),
    ruled: (...given) => records.forEach((each) => each.ruled(...given)),
    closed: (...given) => records.forEach((each) => each.closed(...given)),
  }
}
