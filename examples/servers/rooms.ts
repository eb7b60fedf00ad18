// Run a chat with rooms, on two servers that act as one.
//
//   npm run example rooms [ENDPOINT [ENDPOINT]]
//
// Then connect one `nc 127.0.0.1 8000` and one `nc 127.0.0.1 8001`, and type `/join harbour` in each.
import { createServer, formatEndpoint, lines, memoryBackplane, type ServerConnection } from 'hawser'

const [first = 'tcp://127.0.0.1:8000', second = 'tcp://127.0.0.1:8001'] = process.argv.slice(2)
// Several processes or machines would need a backplane between them. Here both are in one process.
const backplane = memoryBackplane()

type Guest = ServerConnection<string, string, { name: string }>

function startChat() {
  const chat = createServer(
    {
      framing: lines({ maxFrame: 1024 }),
      data: ({ id }) => ({ name: `guest ${id}` }),
      backplane: backplane.node(),
      // Guests choose the names of rooms, so each guest may be in few.
      maxTopics: 3,
    },
    {
      open: (guest) =>
        guest.send('/join ROOM, /leave ROOM, /name NAME; other lines go to your rooms'),
      message: handle,
      close(guest) {
        for (const room of guest.topics) say(guest, room, 'has gone')
      },
    },
  )

  return chat
}

function handle(guest: Guest, line: string): void | Promise<void> {
  const [, command, name = ''] = /^\/(\w+) (.{1,64})$/.exec(line) ?? []
  if (command === 'name') guest.data.name = name
  else if (command === 'leave' && guest.leave(name)) say(guest, name, 'has left')
  else if (command === 'join') return join(guest, name)
  else if (guest.topics.size === 0) return guest.send('join a room first: /join ROOM')
  else for (const room of guest.topics) say(guest, room, `says: ${line}`)
}

function join(guest: Guest, room: string): void | Promise<void> {
  try {
    guest.join(room)
  } catch (error) {
    return guest.send((error as Error).message)
  }
  say(guest, room, 'has joined')
  return guest.send(`[${room}] you and ${guest.server.to(room).size - 1} more here`)
}

function say(guest: Guest, room: string, text: string): void {
  guest.server.to(room).send(`[${room}] ${guest.data.name} ${text}`, { except: guest })
}

const chats = [startChat(), startChat()]
for (const [at, endpoint] of [first, second].entries()) {
  await chats[at]?.listen(endpoint)
  console.log(`listening on ${chats[at]?.addresses().map(formatEndpoint).join()}`)
}
console.log('Connect to both, with telnet or nc. Ctrl-C ends.')

process.once('SIGINT', () => {
  for (const chat of chats) void chat.close()
})
