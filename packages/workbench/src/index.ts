export type {
  FramingCode,
  LentProgram,
  LentProxy,
  LentServer,
  ProgramAround,
  ProxyAround,
  Tools,
} from './tools.js'
export { startWorkbench, type Workbench, type WorkbenchOptions } from './workbench.js'
export { runProject, type RunProjectOptions } from './project-run/run-project.js'
export type { Outcome, RunEvent, RunReport } from './project-run/run-report.js'
export { WorkbenchError, type WorkbenchErrorCode } from './workbench-error.js'
export type {
  ClientDefinition,
  Definition,
  FileDefinition,
  ProgramDefinition,
  ProxyDefinition,
  ReplayDefinition,
  ServerDefinition,
} from './protocol/definition.js'
export type { ExportForm, RenderedForm } from './protocol/export-form.js'
export type {
  CertificateState,
  ConnectionState,
  SessionState,
  TlsState,
} from './protocol/session-state.js'
