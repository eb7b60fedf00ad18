/** What the page says in English of how bytes are read: their framing, their text. */
export const enReading = {
  flagIncomplete: 'incomplete',
  flagIncompleteWhy: 'never became a message: the connection closed first, or bytes are missing',
  flagBroken: 'broken',
  flagBrokenWhy: 'does not follow the framing: shown as it came',
  deletedEvent: 'deleted with the oldest rows, because the log has reached its limit',
  encoding: 'Encoding',
  encodingHelp: 'By what the text of this session is read, looked for and sent',
  earlierBytes: 'earlier',
  laterBytes: 'later',
  bytesOf: (from: string, to: string, all: string): string => `${from} to ${to} of ${all}`,
}
