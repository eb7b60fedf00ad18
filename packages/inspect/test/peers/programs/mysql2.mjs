// A client of MySQL or MariaDB at a port, with or without TLS.
import mysql from 'mysql2/promise'

const [port, tls] = process.argv.slice(2)
const ssl = tls === 'tls' ? { rejectUnauthorized: false } : undefined
const connection = await mysql.createConnection({
  host: '127.0.0.1',
  port: Number(port),
  user: 'root',
  ssl,
})
console.log((await connection.query('select 40 + 2 as total'))[0])
console.log((await connection.execute('select ? as said', ['hawser ⚓']))[0])
console.log((await connection.query(`select repeat('x', 200000) as large`))[0][0].large.length)
await connection.query('select nonsense').catch((error) => console.log(error.code, error.message))
await connection.end()
