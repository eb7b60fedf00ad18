import { connect, createServer, lines } from 'hawser'
import { describe, expect, it } from 'vitest'

describe('a framing that is none', () => {
  it('is refused with the call that was forgotten', async () => {
    const forgotten = lines as unknown as ReturnType<typeof lines>
    const refusal = {
      code: 'HAWSER_INVALID_OPTION',
      message: expect.stringMatching(/framing is a function .*: call it, as in lines\(\)$/),
    }
    expect(() => createServer({ framing: forgotten })).toThrow(expect.objectContaining(refusal))
    await expect(connect(1, { framing: forgotten })).rejects.toMatchObject(refusal)
  })
})

describe('a limit that is none', () => {
  it('is shown as what it is', () => {
    const text = '5000' as unknown as number
    expect(() => createServer({ idleTimeout: text })).toThrow(
      /^idleTimeout is "5000": it takes a number of milliseconds/,
    )
  })
})

describe('a connection that closes', () => {
  it('is no longer counted when the handler object is told', async () => {
    const counts: number[] = []
    const server = createServer({}, { close: () => void counts.push(server.connections.size) })
    await server.listen('tcp://127.0.0.1:0')
    const clients = await Promise.all([connect(server.address()), connect(server.address())])
    while (server.connections.size < 2) await new Promise(setImmediate)
    await Promise.all(clients.map((client) => client.close()))
    await server.close()
    expect(counts).toEqual([1, 0])
  })
})
