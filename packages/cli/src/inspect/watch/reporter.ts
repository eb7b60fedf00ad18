import type { SeenBytes, SeenClose, SeenEvent, SeenThread } from '@hawser/inspect'
import type { Conversation } from './conversation.js'

/** Where what is seen goes: the screen, a log. */
export interface Reporter {
  thread(thread: SeenThread, time: number): void
  threadEnded(thread: SeenThread): void
  /** What is known of its two ends is known. */
  open(conversation: Conversation): void
  bytes(conversation: Conversation, seen: SeenBytes, time: number): void
  /** It is known what it seems to speak; before the bytes that say so. */
  protocol(conversation: Conversation, time: number): void
  event(conversation: Conversation, event: SeenEvent, time: number): void
  close(conversation: Conversation, close: SeenClose, time: number): void
  /** Something is not seen. One sentence. */
  trouble(text: string): void
}
