// What `fetch` asks of the server at a port.
const [port] = process.argv.slice(2)
const url = `http://127.0.0.1:${port}`

const reply = await fetch(`${url}/text`)
console.log(reply.status, await reply.text())
const sent = await fetch(`${url}/echo`, {
  method: 'POST',
  body: JSON.stringify({ id: 1, text: 'x'.repeat(100_000) }),
})
console.log(sent.status, (await sent.json()).text.length)
const missing = await fetch(`${url}/missing`)
console.log(missing.status, await missing.text())
