// A client of PostgreSQL at a port, with or without TLS.
import pg from 'pg'

const [port, tls] = process.argv.slice(2)
const ssl = tls === 'tls' ? { rejectUnauthorized: false } : false
const client = new pg.Client({
  host: '127.0.0.1',
  port: Number(port),
  user: 'hawser',
  database: 'postgres',
  ssl,
})
await client.connect()
console.log((await client.query('select 40 + 2 as sum')).rows)
console.log((await client.query('select $1::text as said', ['hawser ⚓'])).rows)
console.log((await client.query(`select repeat('x', 200000) as large`)).rows[0].large.length)
await client.query('select nonsense').catch((error) => console.log(error.code, error.message))
await client.end()
