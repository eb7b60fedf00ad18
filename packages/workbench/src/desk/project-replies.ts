import type { Project } from '../project/project.js'
import type { ReplyValues } from '../protocol/replies.js'
import type { RequestOf } from '../protocol/requests.js'
import { WorkbenchError } from '../workbench-error.js'
import type { DeskRoom } from './desk-room.js'

type ProjectRequest = 'save' | 'read-project' | 'start-all' | 'trust' | 'untrust' | 'script'

type ProjectHandlers = {
  readonly [Do in ProjectRequest]: (
    request: RequestOf<Do>,
    work: { readonly room: DeskRoom },
  ) => Promise<ReplyValues[Do]>
}

/** What is done with the folder of the project. */
export const projectHandlers: ProjectHandlers = {
  save: async ({ session }, { room }) => ({ file: await needed(room).save(session) }),
  'read-project': async (_, { room }) => {
    const project = needed(room)
    await project.read()
    room.saved.take(project.saved)
    return null
  },
  'start-all': async (_, { room }) => {
    await needed(room).startAll()
    return null
  },
  trust: async ({ hash }, { room }) => {
    await needed(room).trust(hash)
    return null
  },
  untrust: async (_, { room }) => {
    await needed(room).untrust()
    return null
  },
  script: async ({ session, script }, { room }) => {
    await room.sessions.setScript(session, script)
    return null
  },
}

function needed({ project }: DeskRoom): Project {
  if (project !== undefined) return project
  const text = 'no folder is open: start hawser workbench FOLDER'
  throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
}
