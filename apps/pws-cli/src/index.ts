export { startServer, type RunningServer, type ServerOptions } from './server.ts';
export { Readiness, type ReadinessState } from './readiness.ts';
export type { Exchange, ExchangeEnd, Observer, Peer } from './exchange.ts';
export { CommandError, type ExitCode } from './command-error.ts';
// What a root that cannot be served is told by.
export { FileSourceError, type FileSourceErrorKind } from '@pws/static-fs';
