import { toJsonSchema } from '@valibot/to-json-schema'
import { projectFiles, type ProjectFolder } from '../../src/protocol/project.js'

/** What a check by hand says, where it is that one of some fields is needed. */
const oneOf = /^write one of (?<names>.+)$/

/** The JSON schema of the files of a folder, as the validator has it. */
export function schemaOf(folder: ProjectFolder): object {
  const schema = toJsonSchema(projectFiles[folder], {
    typeMode: 'input',
    errorMode: 'ignore',
    overrideAction: ({ valibotAction, jsonSchema }) => {
      if (valibotAction.type !== 'check') return undefined
      const { message } = valibotAction as { readonly message?: unknown }
      const names = oneOf.exec(String(message))?.groups?.['names']?.split(/, | and /)
      if (names === undefined) return jsonSchema
      return { ...jsonSchema, oneOf: names.map((name) => ({ required: [name] })) }
    },
  })
  return { ...schema, title: `A file of ${folder}/ of a project of Hawser's workbench` }
}
