import { describe, expect, it } from 'vitest'
import { linesOf, show, write } from '../../support/shown-log.js'

describe('hawser log', () => {
  it('shows what each connection sent, and nothing that acts on a terminal', async () => {
    const shown = await show(await write())
    expect([shown.code, shown.stderr]).toEqual([0, ''])
    expect(linesOf(shown)).toEqual([
      '@1    open       peer 192.0.2.7:40001 here [::1]:8000 side="server"',
      '@2    open',
      '@1    in               3 B  hel',
      String.raw`@2    in               7 B  \x1b[2J\u202e`,
      String.raw`@1    in               8 B  lo\nnext\n`,
      String.raw`@1    out              2 B  \x01\xff`,
      String.raw`@2    \x1b[31m   text="\u001b]0;title\u0007"`,
      '@1    close      by the peer, 11 B in, 2 B out',
    ])
  })
})
