/** What is broadcast: with its newline, 64 bytes. */
export const broadcastText: string =
  'all hands: the tide turns at noon, slack water for ten minutes.'
