import { allRows } from './all-rows.js'
import { walk, ways } from './walk.js'

/** The whole walk as a program: it ends by itself, because nothing is left behind. */
let count = 0
// What runs in memory keeps no process alive while it is waited for.
const alive = setInterval(() => undefined, 1_000)
for (const [name, row] of Object.entries(allRows)) {
  for (const [way, fail] of Object.entries(ways)) {
    try {
      await walk(row, fail)
    } catch (error) {
      throw new Error(`${name} that ${way}`, { cause: error })
    }
    count += 1
  }
}
clearInterval(alive)
console.log(`walked ${count}`)
