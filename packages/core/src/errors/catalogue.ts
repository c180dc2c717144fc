/**
 * Every error Senbon raises by itself. A row: message template, SQLSTATE, HTTP status, retryable.
 * `{name}` in a template is filled from the error's details. `docs/errors.md` is held to this table by a test.
 */
interface ErrorRow {
  readonly message: string;
  readonly sqlState: string;
  readonly httpStatus: number;
  readonly retryable: boolean;
}

function row(sqlState: string, httpStatus: number, retryable: boolean, message: string): ErrorRow {
  return { message, sqlState, httpStatus, retryable };
}

export const catalogue = {
  CONFIG_INVALID: row(
    'HY000',
    500,
    false,
    'Configuration key {key} has the invalid value {value} ({where}): {problem}',
  ),
  CONFIG_UNREADABLE: row('HY000', 500, false, 'Cannot read the configuration file {path}: {problem}'),
  CONFIG_CONFLICT: row('HY000', 500, false, 'Configuration keys {keys} contradict each other: {problem}'),
  PLUGIN_MISSING: row(
    'HY000',
    500,
    false,
    'Plugin package {package} for {role} cannot be loaded. Install it with: npm install {package}',
  ),
  PLUGIN_INVALID: row(
    'HY000',
    500,
    false,
    'Package {package} does not export {exportName}, which a plugin for {role} must',
  ),
  BIND_FAILED: row(
    'HY000',
    500,
    false,
    'Cannot listen on {address} for {frontend}: {problem}. Choose another port by {key}',
  ),
  FOLDER_UNUSABLE: row(
    'HY000',
    500,
    false,
    'Cannot use the folder {folder}: {problem}. Name another by {variable}',
  ),
  DATABASE_UNUSABLE: row(
    '58030',
    500,
    false,
    'Cannot open the database {database} (kyuubi.engine.duckdb.database): {problem}',
  ),
  UPGRADE_REFUSED: row('HY000', 409, false, 'Cannot take the place of the running gateway: {problem}'),

  AUTHENTICATION_FAILED: row('28000', 401, false, 'Authentication failed for user {user}: {problem}'),
  ADMIN_REQUIRED: row(
    '42501',
    403,
    false,
    '{user} is not an administrator of this gateway, or is asked for by another site',
  ),
  HANDLE_FORBIDDEN: row('42501', 403, false, 'User {user} may not use {handle}: it belongs to another user'),

  SESSION_NOT_FOUND: row(
    '08003',
    404,
    false,
    'Invalid SessionHandle [{id}]: no such session is open here; it was closed, has timed out, or belongs to another gateway',
  ),
  OPERATION_NOT_FOUND: row(
    '24000',
    404,
    false,
    'Invalid OperationHandle [{id}]: no such operation is open here; it was closed or has timed out',
  ),
  SESSION_OPEN_FAILED: row(
    '08001',
    500,
    false,
    'Error opening session for {user} client ip {ip}, due to {problem}',
  ),
  SESSION_CONF_RESTRICTED: row(
    '42000',
    403,
    false,
    '{key} is a restrict key according to the server-side configuration, please remove it and retry if you want to proceed',
  ),
  SESSION_CONF_FORBIDDEN: row('42000', 403, false, '{key} is forbidden, env:* variables can not be set.'),
  GROUP_UNKNOWN: row(
    '08004',
    403,
    false,
    'The group of user {user}, which share level GROUP needs, is not known by the group provider {provider} (kyuubi.session.group.provider): {problem}',
  ),
  SESSION_LIMIT: row('08004', 429, true, '{problem}'),
  SERVER_DRAINING: row(
    '08004',
    503,
    true,
    'This gateway ({instance}) is being drained and takes no new sessions. {advice}',
  ),
  DRAIN_REFUSED: row('HY000', 409, false, 'This gateway ({instance}) cannot {action}: {problem}'),
  SERVER_BUSY: row(
    '08004',
    503,
    true,
    'This server holds as many bytes of requests as it may ({limit}, {key}); there is no room for {bytes} more. Try again later',
  ),
  NEIGHBOUR_BUSY: row(
    'HYT00',
    503,
    true,
    'The process that may have this session, before or after an upgrade of this gateway, {problem}. Try again later',
  ),
  OPERATION_TIMEOUT: row('HYT00', 504, false, 'Query timed out after {seconds} seconds'),
  OPERATION_CANCELED: row('57014', 409, false, 'The operation was canceled'),
  OPERATION_STATE: row('HY010', 409, false, 'Operation [{id}] is in state {state}: {problem}'),
  FETCH_ORIENTATION: row(
    'HY106',
    400,
    false,
    'Fetch orientation {orientation} is not supported here: {problem}',
  ),
  FETCH_LIMIT: row(
    'HY000',
    400,
    false,
    'Max rows for fetching results operation should not exceed the limit: {limit}',
  ),
  FEATURE_UNSUPPORTED: row('0A000', 501, false, '{feature} is not supported'),
  REQUEST_INVALID: row('HY000', 400, false, '{method}: {problem}'),
  REQUEST_TOO_LARGE: row(
    'HY000',
    413,
    false,
    'The request has {bytes} bytes or more; at most {limit} are accepted (kyuubi.frontend.thrift.max.message.size)',
  ),
  STATEMENT_FAILED: row('HY000', 500, false, '{problem}'),

  ENGINE_TYPE_UNKNOWN: row(
    'HY000',
    400,
    false,
    'Engine type {type} is not available. Configured types: {known}',
  ),
  ENGINE_LAUNCH_FAILED: row(
    '08001',
    502,
    true,
    'The {type} engine could not be launched ({problem}). Its last lines:\n{log}',
  ),
  ENGINE_LAUNCH_TIMEOUT: row(
    '08001',
    504,
    true,
    'Timeout({ms} ms, you can modify {key} to change it) to launched {type} engine. Its last lines:\n{log}',
  ),
  ENGINE_LAUNCH_REFUSED: row(
    'HYT00',
    503,
    true,
    'The {type} engine was not launched: for {ms} ms this gateway was busy with {limit} other launches, as many as it may have at once (kyuubi.server.limit.engine.startup). Try again later',
  ),
  ENGINE_UNREACHABLE: row('08001', 502, true, 'Engine {engine} cannot be reached: {problem}'),
  ENGINE_LOST: row(
    '08003',
    502,
    true,
    'connection does not exist: engine {engine} went away while serving {call}. Open a new session to get a fresh engine',
  ),
  ENGINE_BUSY: row(
    'HYT00',
    503,
    true,
    'Engine {engine} has all {limit} connections busy for more than {ms} ms',
  ),
  ENGINE_REFUSED: row('08004', 502, false, 'Engine {engine} refused: {problem}'),

  DISCOVERY_UNREACHABLE: row(
    '08001',
    503,
    true,
    'Service discovery at {addresses} cannot be reached: {problem}',
  ),
  DISCOVERY_FAILED: row('HY000', 503, true, 'Service discovery failed at {path}: {problem}'),
  DISCOVERY_CONFLICT: row(
    'HY000',
    409,
    true,
    'Service discovery refused to write {path}: it was changed by somebody else',
  ),
  DISCOVERY_LOCK_TIMEOUT: row(
    'HYT00',
    503,
    true,
    'Timeout to lock on path [{path}] after {ms} ms. There would be some problem that other session may create engine timeout.',
  ),
  DISCOVERY_CLOSED: row('08003', 503, false, 'The service discovery client is closed'),

  INTERNAL: row('XX000', 500, false, 'Internal error: {problem}'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof catalogue;
