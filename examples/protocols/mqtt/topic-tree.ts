// Which members a topic has, by filters with `+` for one level and `#` for all that follow.
// MQTT 3.1.1 section 4.7

/** A level of the filters: who subscribed to what ends here, and the levels below. */
interface Level<Member> {
  readonly members: Map<Member, number>
  readonly below: Map<string, Level<Member>>
}

export class TopicTree<Member> {
  readonly #root: Level<Member> = createLevel()

  /** @param value what `find` gives for it: a QoS */
  add(filter: string, member: Member, value: number): void {
    let level = this.#root
    for (const name of filter.split('/')) {
      const known = level.below.get(name)
      const next = known ?? createLevel<Member>()
      if (known === undefined) level.below.set(name, next)
      level = next
    }
    level.members.set(member, value)
  }

  delete(filter: string, member: Member): void {
    const path: [Level<Member>, string][] = []
    let level = this.#root
    for (const name of filter.split('/')) {
      const next = level.below.get(name)
      if (next === undefined) return
      path.push([level, name])
      level = next
    }
    level.members.delete(member)
    // Levels that nothing needs any more go, so that the tree is as large as what is subscribed to.
    for (const [above, name] of path.toReversed()) {
      const { members, below } = above.below.get(name) as Level<Member>
      if (members.size > 0 || below.size > 0) return
      above.below.delete(name)
    }
  }

  /** The members of a topic, each once, with the highest of its values. */
  find(topic: string): ReadonlyMap<Member, number> {
    return this.findBy(topic.split('/'))
  }

  /** `find`, for a topic whose levels were split before. */
  findBy(names: readonly string[]): ReadonlyMap<Member, number> {
    const found: ReadonlyMap<Member, number>[] = []
    // `#` and `+` do not match what belongs to the broker itself.
    collect(this.#root, names, 0, names[0]?.startsWith('$') === true, found)
    const [only = none] = found
    if (found.length < 2) return only
    const all = new Map<Member, number>()
    for (const members of found) {
      for (const [member, value] of members)
        all.set(member, Math.max(value, all.get(member) ?? value))
    }
    return all
  }
}

function collect<Member>(
  level: Level<Member>,
  names: readonly string[],
  at: number,
  isLiteral: boolean,
  found: ReadonlyMap<Member, number>[],
): void {
  const rest = isLiteral ? undefined : level.below.get('#')
  if (rest !== undefined) found.push(rest.members)
  const name = names[at]
  if (name === undefined) {
    if (level.members.size > 0) found.push(level.members)
    return
  }
  const next = level.below.get(name)
  if (next !== undefined) collect(next, names, at + 1, false, found)
  const any = isLiteral ? undefined : level.below.get('+')
  if (any !== undefined) collect(any, names, at + 1, false, found)
}

/** Whether `#` stands alone at the end, and `+` alone between slashes. */
export function isFilter(filter: string): boolean {
  const names = filter.split('/')
  return (
    filter !== '' &&
    names.every((name, at) =>
      name === '#' ? at === names.length - 1 : name === '+' || !/[+#]/.test(name),
    )
  )
}

function createLevel<Member>(): Level<Member> {
  return { members: new Map(), below: new Map() }
}

const none: ReadonlyMap<never, number> = new Map<never, number>()
