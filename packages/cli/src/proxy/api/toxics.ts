import { faultKinds } from '../faults/catalogue.js'
import type { Attributes, Fault, FaultKind } from '../faults/fault.js'
import { ApiError } from './api-error.js'
import { asFields, countField, type Fields, shareField, textField } from './fields.js'

/**
 * A toxic as toxiproxy's clients make one, as a fault.
 *
 * @throws ApiError
 */
export function readToxic(body: unknown): Fault {
  const fields = asFields(body)
  const type = textField(fields, 'type', '')
  const stream = textField(fields, 'stream', '') || 'downstream'
  const name = textField(fields, 'name', '') || `${type}_${stream}`
  if (stream !== 'upstream' && stream !== 'downstream') {
    throw new ApiError(400, 'stream was invalid, can be either upstream or downstream')
  }
  const kind = faultKinds.find((each) => each.type === type)
  if (kind === undefined) throw new ApiError(400, 'invalid toxic type')
  return {
    name,
    kind,
    way: stream === 'upstream' ? 'up' : 'down',
    toxicity: shareField(fields, 'toxicity', 1),
    attributes: readAttributes(kind, fields, kind.defaults),
  }
}

/**
 * The same with what a request changes: attributes that it leaves out stay as they are.
 *
 * @throws ApiError
 */
export function updateToxic(fault: Fault, body: unknown): Fault {
  const fields = asFields(body)
  return {
    ...fault,
    toxicity: shareField(fields, 'toxicity', fault.toxicity),
    attributes: readAttributes(fault.kind, fields, fault.attributes),
  }
}

/** A fault as toxiproxy's clients read it. */
export function showToxic({ name, kind, way, toxicity, attributes }: Fault): object {
  const stream = way === 'up' ? 'upstream' : 'downstream'
  return { attributes, name, type: kind.type, stream, toxicity }
}

function readAttributes(kind: FaultKind, fields: Fields, usual: Attributes): Attributes {
  const given = asFields(fields['attributes'] ?? {}, 'attributes')
  const names = Object.keys(kind.defaults)
  return Object.fromEntries(
    names.map((name) => {
      const read = kind.shares?.includes(name) === true ? shareField : countField
      return [name, read(given, name, usual[name] ?? 0)]
    }),
  )
}
