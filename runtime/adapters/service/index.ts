// What every long-running process has in common: strict settings, a log that keeps secrets, health
// and metrics over HTTP, and an orderly end. The servers behind a probe are the caller's business.

export {
  ConfigError,
  type EnvReader,
  type EnvSource,
  parseConfig,
  parseConfigOrExit,
} from './env.ts'
export { createLogger, type Logger } from './logger.ts'
export type { DependencyState, Probe, Readiness } from './probes.ts'
export { installProcessGuards } from './process-guards.ts'
export {
  addServiceRoutes,
  createServiceServer,
  type ServiceOptions,
  type ServiceServer,
} from './server.ts'
