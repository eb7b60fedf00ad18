import * as h from 'hawser'
const say = (x) => console.log(JSON.stringify(x))
say({
  runtime: globalThis.Bun
    ? `Bun ${Bun.version}`
    : globalThis.Deno
      ? `Deno ${Deno.version.deno}`
      : `Node ${process.versions.node}`,
})
say({ check: 'imports', error: typeof h === 'object' ? undefined : 'no' })
say({ done: true })
