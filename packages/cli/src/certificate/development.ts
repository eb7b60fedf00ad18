import { join } from 'node:path'
import { certificateFolder } from './folder.js'
import { createFile, makeFolder, readText, replaceFile, restrict } from './files.js'
import { type Inspected, inspectCertificate, isPair, isUsableKey } from './inspect.js'
import { issueCertificate, type Pair } from './issue.js'
import { holdsName, machineNames } from './names.js'

/** What a development certificate should be. */
export interface DevelopmentWish {
  /** Where it is kept. Default: {@link certificateFolder}. */
  readonly folder?: string | undefined
  /** Names besides those of this machine. */
  readonly names?: readonly string[] | undefined
  /** How long it is good. Default 365; one that was made for another time is made again. */
  readonly days?: number | undefined
  /** Make a new one, and a new key, whatever there is. */
  readonly force?: boolean
}

/** A development certificate. */
export interface Development extends Pair, Inspected {
  /** Where it is kept. Undefined: nowhere, it is gone with this process. */
  readonly files: { readonly certificate: string; readonly key: string } | undefined
  /** Why it was made now. Undefined: it was there. */
  readonly made: string | undefined
}

const day = 86_400_000
const defaultDays = 365
/** It is renewed this long before its end, or when two thirds of its time are over. */
const renewal = 30 * day
/** Clocks differ: that of a container or of another machine may be behind. */
const clockSkew = 300_000
/** How often another process may get in between key and certificate. */
const attempts = 10

/**
 * The development certificate of this user: the one there is, if it is good for the names and for a
 * while, or else a new one. Two processes may ask at once: the key is made once, and each
 * certificate is for the key that is there, so whatever they read belongs together.
 *
 * @throws CommandError when it can be neither read nor written
 */
export async function provideDevelopment(wish: DevelopmentWish): Promise<Development> {
  const folder = wish.folder ?? certificateFolder()
  const files = {
    certificate: join(folder, 'hawser-cert.pem'),
    key: join(folder, 'hawser-key.pem'),
  }
  const names = wantedNames(wish)
  const found = await read(files)
  const reason = judge(found, names, wish)
  if (reason === undefined && found?.inspected !== undefined) {
    return { ...found.pair, ...found.inspected, files, made: undefined }
  }
  await makeFolder(folder)
  if (wish.folder === undefined) await restrict(folder, true)
  const kept = wish.force === true ? [] : (found?.inspected?.names ?? [])
  const all = [...names, ...kept.filter((name) => !holdsName(names, name))]
  const pair = await make(files, all, wish)
  return describe(pair, files, reason)
}

/** The same, kept in memory: for when nothing can be written. */
export async function improviseDevelopment(wish: DevelopmentWish): Promise<Development> {
  const pair = await issue(wantedNames(wish), wish)
  return describe(pair, undefined, 'it cannot be kept')
}

type Files = NonNullable<Development['files']>

interface Found {
  readonly pair: Pair
  readonly inspected: Inspected | undefined
}

function wantedNames({ names = [] }: DevelopmentWish): string[] {
  const machine = machineNames()
  return [...machine, ...names.filter((name) => !holdsName(machine, name))]
}

async function read(files: Files): Promise<Found | undefined> {
  const certificate = await readText(files.certificate)
  const key = await readText(files.key)
  if (certificate === undefined || key === undefined) return undefined
  return { pair: { certificate, key }, inspected: inspectCertificate(certificate) }
}

/** Why what was found will not do. */
function judge(
  found: Found | undefined,
  names: readonly string[],
  wish: DevelopmentWish,
): string | undefined {
  if (wish.force === true) return 'as asked for'
  if (found === undefined) return 'there was none'
  const { pair, inspected } = found
  if (inspected === undefined || !isPair(pair.certificate, pair.key)) return 'it was damaged'
  const lifetime = inspected.notAfter.getTime() - inspected.notBefore.getTime() - clockSkew
  const left = inspected.notAfter.getTime() - Date.now()
  if (inspected.notBefore.getTime() > Date.now()) return 'its time had not begun'
  if (left < Math.min(renewal, lifetime / 3)) return left > 0 ? 'it ends soon' : 'it had ended'
  if (wish.days !== undefined && Math.abs(lifetime - wish.days * day) > day / 24) {
    return `it was not for ${wish.days} days`
  }
  const missing = names.filter((name) => !holdsName(inspected.names, name))
  return missing.length === 0 ? undefined : `it lacked ${missing.join(', ')}`
}

async function make(files: Files, names: readonly string[], wish: DevelopmentWish): Promise<Pair> {
  for (let attempt = 1; ; attempt += 1) {
    const there = await readText(files.key)
    const usable = there !== undefined && isUsableKey(there)
    const renewKey = wish.force === true && attempt === 1
    const pair = await issue(names, wish, usable && !renewKey ? there : undefined)
    if (there === undefined) await createFile(files.key, pair.key)
    else if (!usable || renewKey) await replaceFile(files.key, pair.key)
    else await restrict(files.key, false)
    await replaceFile(files.certificate, pair.certificate)
    // Another process may have put its own key there since.
    if ((await readText(files.key)) === pair.key || attempt === attempts) return pair
  }
}

function issue(names: readonly string[], wish: DevelopmentWish, key?: string): Promise<Pair> {
  const now = Date.now()
  return issueCertificate({
    names,
    notBefore: new Date(now - clockSkew),
    notAfter: new Date(now + (wish.days ?? defaultDays) * day),
    ...(key === undefined ? {} : { key }),
  })
}

function describe(pair: Pair, files: Development['files'], made: string | undefined): Development {
  const inspected = inspectCertificate(pair.certificate)
  if (inspected === undefined) throw new TypeError('the certificate that was made is none')
  return { ...pair, ...inspected, files, made }
}
