export { NotifyError } from '../errors.js'
export { SystemdNotifier } from './notifier.js'
export { type NotifiedServer, notifySystemd, type SystemdOptions } from './notify-systemd.js'
