import { setImmediate } from 'node:timers'

/** Let the runtime take some turns: promises settle, and what can arrive in memory has arrived. */
export async function turns(count = 8): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}

/** What became of a promise by now, without waiting for it. */
export async function stateOf(promise: Promise<unknown>): Promise<string> {
  const pending = Symbol('pending')
  try {
    const first = await Promise.race([promise, Promise.resolve(pending)])
    return first === pending ? 'pending' : 'fulfilled'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

/** A promise and the functions that settle it. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>
  resolve(value: Value): void
  reject(error: Error): void
}

export function defer<Value = void>(): Deferred<Value> {
  let resolve!: (value: Value) => void
  let reject!: (error: Error) => void
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** All messages up to the end. */
export async function collect<Message>(messages: AsyncIterable<Message>): Promise<Message[]> {
  const all: Message[] = []
  for await (const message of messages) all.push(message)
  return all
}
