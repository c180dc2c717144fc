export {
  issueGatewayToken,
  newGatewayId,
  type IssueOptions,
  type TokenAudience,
  verifyGatewayToken,
  type VerifyOptions,
} from './auth/gateway-token.ts';
export { CARD_SUFFIX, type EngineCard, encodeEngineCard } from './engine/engine-card.ts';
export {
  type Area,
  type AreaConfig,
  bool,
  duration,
  int,
  interval,
  key,
  type Key,
  list,
  oneOf,
  port,
  readArea,
  readKey,
  secretKey,
  text,
} from './config/area.ts';
export { Conf, type ConfEntry } from './config/conf.ts';
export { KeyCheck } from './config/key-check.ts';
export { kyuubiKeys } from './config/kyuubi-keys.ts';
export { formatDuration, parseDuration } from './config/duration.ts';
export { DEFAULTS_FILE, loadConf, type LoadedConf, parseArguments, parseProperties } from './config/load.ts';
export { trimSlashes } from './config/trim-slashes.ts';
export {
  engineAddressArea,
  engineArea,
  enginePoolArea,
  launchLimitArea,
  securityArea,
  SHARE_LEVELS,
  type ShareLevel,
} from './engine/config.ts';
export { type EngineSpace, type EngineSpaceInput, engineSpaceOf } from './engine/engine-space.ts';
export { loadDiscoveryPlugin, loadEnginePlugin, loadGroupProvider } from './engine/plugin-loader.ts';
export { catalogue, type ErrorCode } from './errors/catalogue.ts';
export { type ErrorDetails, messageOf, SenbonError } from './errors/senbon-error.ts';
export { authArea } from './frontend/auth.ts';
export { BinaryConnection, type BinaryConnectionOptions } from './frontend/binary-connection.ts';
export { checkConfiguration } from './gateway-parts.ts';
export { makeFolder } from './observe/make-folder.ts';
export { frontendArea } from './frontend/config.ts';
export { RequestMemory } from './frontend/request-memory.ts';
export { Gateway, GatewayState } from './gateway.ts';
export type { GatewayOptions } from './gateway-options.ts';
export { guardDiscovery, type GuardDiscoveryOptions } from './guard/guard-discovery.ts';
export type { Doors } from './handover/handover.ts';
export { type Inheritance, type ListeningSocket, parseInheritance } from './handover/inheritance.ts';
export { listenPrivately } from './handover/listen-privately.ts';
export { advertisedHostOf, localIp, withDefaultPort } from './lifecycle/addresses.ts';
export { spaceOf } from './lifecycle/advertised-servers.ts';
export { haArea, lifecycleArea } from './lifecycle/config.ts';
export {
  type DrainReport,
  drainReportPath,
  type DrainRequest,
  drainRequestPath,
  encodeDrainRecord,
  parseDrainReport,
} from './lifecycle/drain-record.ts';
export type { ServerAddress } from './lifecycle/server-address.ts';
export { collectGarbage } from './memory/collect-garbage.ts';
export { HeapRelief, type HeapReliefOptions } from './memory/heap-relief.ts';
export { IdleGrowth } from './memory/idle-growth.ts';
export { usedBytes } from './memory/used-bytes.ts';
export { LineBuffer } from './observe/line-buffer.ts';
export { LineLogger, type LineLoggerOptions, LogLevel, silentLogger } from './observe/logger.ts';
export { systemClock } from './observe/system-clock.ts';
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
export type { GroupProvider } from './ports/groups.ts';
export type { Logger } from './ports/logger.ts';
export { type ReplySink, send } from './relay/reply-sink.ts';
export { profileArea, sessionArea } from './session/config.ts';
export { createHandle, guidOf, type Handle, idOf, isSameSecret, type NamedHandle } from './session/handle.ts';
export { normalizeSessionConf, stripPrefixes } from './session/session-conf.ts';
export { timedOutState } from './session/timed-out-state.ts';
