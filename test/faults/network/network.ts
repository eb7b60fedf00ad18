import { runCommand } from './commands.js'
import { findProgram } from '../support/machine.js'
import type { Program } from '../support/program.js'
import type { Stage } from '../support/stage.js'

/** What a network does to packets, in each direction. */
export interface Weather {
  /** Of 100 packets. */
  readonly loss: number
  /** Milliseconds. */
  readonly delay: number
}

/** A bad network between two network namespaces. */
export interface Network {
  /** What makes it bad. */
  readonly by: string
  /** The address of the first program; the second is the one after. */
  readonly address: string
  /** Nothing gets through until `heal`. */
  cut(): Promise<void>
  heal(): Promise<void>
  /** Packets that got on the way, and those of them that were dropped while it was not cut. */
  count(): Promise<{ packets: number; dropped: number }>
}

const addresses = ['10.203.0.1', '10.203.0.2'] as const

/**
 * What starts a program in a network namespace of its own. The namespace has no name and is gone with
 * the program, so that a run that is killed leaves nothing behind.
 */
export async function namespaceWrapper(stage: Stage): Promise<readonly string[]> {
  for (const name of ['unshare', 'nsenter', 'ip', 'tc']) {
    if (findProgram(name) === undefined) stage.skip(`no ${name} on this machine`)
  }
  try {
    await runCommand('unshare', '--net', 'true')
  } catch (error) {
    stage.skip(
      `network namespaces are not permitted (${(error as Error).message}); run it as root, or under unshare --map-root-user --net`,
    )
  }
  return [findProgram('unshare') ?? '', '--net']
}

/** Join the namespaces of two programs, by netem where the kernel has it. */
export async function joinNamespaces(
  stage: Stage,
  programs: readonly [Program, Program],
  weather: Weather,
): Promise<Network> {
  const why = await tryNetem(stage, programs, weather)
  if (why === undefined) return netem(programs, weather)
  const perl =
    findProgram('perl') ?? stage.skip(`${why}, and no perl on this machine to do without`)
  return tunnel(stage, perl, programs, weather, why)
}

/** Why netem cannot be had; undefined where it could. */
async function tryNetem(
  stage: Stage,
  [first, second]: readonly [Program, Program],
  weather: Weather,
): Promise<string | undefined> {
  const far = ['netns', String(second.pid)]
  const peer = ['type', 'veth', 'peer', 'name', device(second), ...far]
  const near = ['name', device(first), 'netns', String(first.pid)]
  try {
    await runCommand('ip', 'link', 'add', ...near, ...peer)
  } catch (error) {
    stage.skip(`a link between network namespaces is not permitted (${(error as Error).message})`)
  }
  try {
    await runCommand('nsenter', ...inside(first), 'tc', ...discipline('add', first, weather))
    return undefined
  } catch (error) {
    await runCommand('nsenter', ...inside(first), 'ip', 'link', 'del', device(first))
    return `the kernel has no netem (${(error as Error).message.split(': ').at(-1)})`
  }
}

async function netem(programs: readonly [Program, Program], weather: Weather): Promise<Network> {
  await runCommand(
    'nsenter',
    ...inside(programs[1]),
    'tc',
    ...discipline('add', programs[1], weather),
  )
  await bringUp(programs)
  const change = async (next: Weather): Promise<void> => {
    for (const program of programs) {
      await runCommand('nsenter', ...inside(program), 'tc', ...discipline('change', program, next))
    }
  }
  return {
    by: 'netem',
    address: addresses[0],
    cut: () => change({ ...weather, loss: 100 }),
    heal: () => change(weather),
    async count() {
      const sum = { packets: 0, dropped: 0 }
      for (const program of programs) {
        const said = await runCommand('nsenter', ...inside(program), 'tc', '-s', 'qdisc', 'show')
        const [, sent, dropped] = /Sent \d+ bytes (\d+) pkt \(dropped (\d+)/.exec(said) ?? []
        sum.packets += Number(sent) + Number(dropped)
        sum.dropped += Number(dropped)
      }
      return sum
    },
  }
}

/**
 * Where the kernel has no netem: a program that passes packets between two TUN devices, late and not
 * all of them. Node.js cannot attach to such a device, so Perl does, which every Debian has, and hands
 * the descriptors on.
 */
const attach = `
  my @names = splice @ARGV, 0, 2;
  my @files;
  $^F = 100;
  for my $name (@names) {
    open(my $file, '+<', '/dev/net/tun') or die "/dev/net/tun: $!\\n";
    my $request = pack('a16 s x22', $name, 0x1001);
    ioctl($file, 0x400454ca, $request) or die "TUNSETIFF: $!\\n";
    push @files, $file;
  }
  exec @ARGV, map { fileno $_ } @files;
`

async function tunnel(
  stage: Stage,
  perl: string,
  programs: readonly [Program, Program],
  weather: Weather,
  why: string,
): Promise<Network> {
  const names = programs.map(device)
  let link: Program
  try {
    link = await stage.start('link', { wrapper: [perl, '-e', attach, ...names] })
  } catch (error) {
    stage.skip(`${why}, and TUN devices are not permitted (${(error as Error).message.trim()})`)
  }
  for (const program of programs) {
    await runCommand('ip', 'link', 'set', device(program), 'netns', String(program.pid))
  }
  await link.ask('weather', weather)
  await bringUp(programs)
  return {
    by: 'a program between two TUN devices, as the kernel has no netem',
    address: addresses[0],
    cut: async () => void (await link.ask('weather', { ...weather, loss: 100 })),
    heal: async () => void (await link.ask('weather', weather)),
    count: () => link.ask('count'),
  }
}

async function bringUp(programs: readonly [Program, Program]): Promise<void> {
  for (const [at, program] of programs.entries()) {
    const [own = '', other = ''] = at === 0 ? addresses : addresses.toReversed()
    const ip = ['nsenter', ...inside(program), 'ip'] as const
    await runCommand(...ip, 'address', 'add', own, 'peer', other, 'dev', device(program))
    await runCommand(...ip, 'link', 'set', device(program), 'mtu', '1500', 'up')
  }
}

function device(program: Program): string {
  return `hawser${program.pid}`
}

function inside(program: Program): readonly [string] {
  return [`--net=/proc/${program.pid}/ns/net`]
}

function discipline(verb: string, program: Program, { loss, delay }: Weather): string[] {
  const kind = ['netem', 'limit', '100000', 'delay', `${delay}ms`, 'loss', `${loss}%`]
  return ['qdisc', verb, 'dev', device(program), 'root', ...kind]
}
