// Run a chat with rooms, on two servers that act as one.
//
//   npm run example rooms [ENDPOINT [ENDPOINT]]
//
// Then connect one `nc 127.0.0.1 8000` and one `nc 127.0.0.1 8001`, and type `/join harbour` in each.
import { type Connection, createServer, formatEndpoint, lines, memoryBackplane } from 'hawser'

const [first = 'tcp://127.0.0.1:8000', second = 'tcp://127.0.0.1:8001'] = process.argv.slice(2)
// Several processes or machines would need a backplane between them. Here both are in one process.
const backplane = memoryBackplane()

type Guest = Connection<string, string>

function startChat(): ReturnType<typeof createServer<string, string>> {
  const chat = createServer<string, string>(
    {
      framing: lines({ maxFrame: 1024 }),
      backplane: backplane.node(),
      // Guests choose the names of rooms, so each guest may be in few.
      maxTopics: 3,
    },
    {
      open(guest) {
        guest.data = `guest ${guest.id}`
        return guest.send('/join ROOM, /leave ROOM, /name NAME; other lines go to your rooms')
      },
      message: (guest, line) => handle(guest, line),
      close(guest) {
        for (const room of guest.topics) say(guest, room, 'has gone')
      },
    },
  )

  function say(guest: Guest, room: string, text: string): void {
    chat.to(room).send(`[${room}] ${String(guest.data)} ${text}`, { except: guest })
  }

  function handle(guest: Guest, line: string): void | Promise<void> {
    const [, command, name = ''] = /^\/(\w+) (.{1,64})$/.exec(line) ?? []
    if (command === 'name') guest.data = name
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
    return guest.send(`[${room}] you and ${chat.to(room).size - 1} more here`)
  }

  return chat
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
