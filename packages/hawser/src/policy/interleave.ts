/**
 * The order in which the addresses of one host are tried: the families take turns, beginning with
 * the one that the resolver put first, and each family keeps the resolver's order (RFC 8305
 * section 4, with a First Address Family Count of 1). So a host whose IPv6 is broken costs one wait.
 *
 * @param familyOf tells the families apart
 */
export function interleaveFamilies<Address>(
  addresses: readonly Address[],
  familyOf: (address: Address) => unknown,
): Address[] {
  const [first] = addresses
  if (first === undefined) return []
  const preferred = familyOf(first)
  const ours = addresses.filter((address) => familyOf(address) === preferred)
  const others = addresses.filter((address) => familyOf(address) !== preferred)
  const order: Address[] = []
  for (let turn = 0; turn < Math.max(ours.length, others.length); turn += 1) {
    order.push(...ours.slice(turn, turn + 1), ...others.slice(turn, turn + 1))
  }
  return order
}
