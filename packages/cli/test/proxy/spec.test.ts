import { describe, expect, it } from 'vitest'
import { showFault } from '../../src/proxy/faults/fault.js'
import { parseFaults } from '../../src/proxy/faults/spec.js'

describe('--fault', () => {
  it.each([
    ['latency=100±20@down:0.5', 'latency=100ms±20ms@down:0.5'],
    ['latency=1s+-500ms', 'latency=1s±500ms@down'],
    ['bandwidth=64KiB/s@up', 'bandwidth=64KiB/s@up'],
    ['bandwidth=1000', 'bandwidth=1000/s@down'],
    ['reset=2s', 'reset=2s@down'],
    ['reset:0.3', 'reset@down:0.3'],
    ['timeout=5s', 'timeout=5s@down'],
    ['slow-close=1s', 'slow-close=1s@down'],
    ['slice=64±16/10us', 'slice=64±16/10us@down'],
    ['slice=2KiB/2ms', 'slice=2KiB/2000us@down'],
    ['limit=10KiB', 'limit=10KiB@down'],
    ['drop=0.01', 'drop=0.01@down'],
    ['corrupt', 'corrupt@down'],
    ['duplicate=0.5@up', 'duplicate=0.5@up'],
    ['half-open', 'half-open@down'],
    ['half-open=5s:0.1', 'half-open=5s@down:0.1'],
  ])('%s is %s', (text, shown) => {
    const [fault] = parseFaults([text])
    expect(showFault(fault!)).toBe(shown)
    // What is shown can be written again.
    expect(parseFaults([shown])).toEqual([fault])
  })

  it('names faults as toxiproxy does, and a second one of a kind with its number', () => {
    const names = parseFaults(['latency=1', 'latency=2', 'latency=3@up', 'limit=1']).map(
      ({ name }) => name,
    )
    expect(names).toEqual([
      'latency_downstream',
      'latency_downstream_2',
      'latency_upstream',
      'limit_data_downstream',
    ])
  })

  it.each([
    ['latencey=100', /there is no fault "latencey": did you mean latency\?: write one of latency/],
    ['latency=100±', /--fault latency=100± has nothing behind ±: write latency=100±20/],
    ['slice=64±1±2', /--fault slice=64±1±2 has more than one ±/],
    ['nop', /there is no fault "nop".*half-open, such as/],
    ['cut=5', /there is no fault "cut": write one of latency, bandwidth/],
    ['', /there is no fault "": write one of/],
    ['latency', /--fault latency has no value: write --fault latency=500ms/],
    ['latency=fast', /--fault latency is a time, not "fast": write 500ms/],
    ['latency=off', /--fault latency is off: leave it out/],
    ['bandwidth=0', /--fault bandwidth is a size, not "0"/],
    ['slice=64/soon', /--fault slice waits for a time, not "soon"/],
    ['drop=2', /--fault drop is a share from 0 to 1, not "2"/],
    ['drop=', /--fault drop is a share from 0 to 1, not ""/],
    ['drop@left', /--fault drop@left goes "left": write @up/],
    ['drop:1.5', /--fault drop:1.5 has the probability "1.5"/],
    ['drop:', /--fault drop: has the probability ""/],
  ])('%j is refused', (text, message) => {
    expect(() => parseFaults([text])).toThrow(message)
  })
})
