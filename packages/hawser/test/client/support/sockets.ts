import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type net from 'node:net'
import { onTestFinished } from 'vitest'

/** Every socket that begins to connect from now on until the test ends. */
export function watchSockets(): net.Socket[] {
  const sockets: net.Socket[] = []
  const note = (message: unknown): void => {
    sockets.push((message as { socket: net.Socket }).socket)
  }
  subscribe('net.client.socket', note)
  onTestFinished(() => {
    unsubscribe('net.client.socket', note)
  })
  return sockets
}
