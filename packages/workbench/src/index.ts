export type { FramingCode, Tools, LentProxy, ProxyAround } from './tools.js'
export type { Workbench, WorkbenchOptions } from './workbench.js'
export { WorkbenchError, type WorkbenchErrorCode } from './workbench-error.js'
export type {
  ClientDefinition,
  Definition,
  FileDefinition,
  ProxyDefinition,
  ServerDefinition,
} from './protocol/definition.js'
export type {
  CertificateState,
  ConnectionState,
  SessionState,
  TlsState,
} from './protocol/session-state.js'
