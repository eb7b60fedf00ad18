import { describe, expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { Running } from '../../../../test/support/running.js'
import { serveTls } from './support/serving.js'

describe('what comes to a TLS port and is no TLS', () => {
  itPeer('curl', 'curl that speaks plain HTTP is told nothing, and refused', async (curl) => {
    const { port, refusal } = await serveTls()
    const running = new Running(curl, ['-sS', `http://127.0.0.1:${port}/`])
    expect((await refusal).error?.message).toBe(
      'the TLS handshake failed: what came was no TLS: the other side may speak plain text',
    )
    expect((await running.ended).code).not.toBe(0)
  })
})
