export { catalogue, type ErrorCode } from './errors/catalogue.ts';
export { SenbonError, messageOf, type ErrorDetails } from './errors/senbon-error.ts';
export type { Clock, Timer } from './ports/clock.ts';
export { ConnectionState, RegistrationEnd } from './ports/discovery.ts';
export type {
  CallOptions,
  Connection,
  DiscoveryClient,
  DiscoveryOptions,
  DiscoveryPlugin,
  DiscoverySupports,
  Locks,
  NodeSpec,
  PutOptions,
  RecordEntry,
  Records,
  Registration,
  Registry,
  ServiceNode,
  Subscription,
} from './ports/discovery.ts';
export type {
  EngineExit,
  EnginePlugin,
  EngineSupports,
  LaunchContext,
  LaunchedEngine,
  LaunchRequest,
} from './ports/engine.ts';
export type { Logger } from './ports/logger.ts';
