interface ErrorRow {
  readonly message: string;
  readonly sqlState: string;
  readonly retryable: boolean;
}

function row(sqlState: string, retryable: boolean, message: string): ErrorRow {
  return { sqlState, retryable, message };
}

const catalogue = {
  URL_INVALID: row('08001', false, 'Bad JDBC URL at character {position}, "{part}": {problem}'),
  SETTING_INVALID: row('08001', false, 'Setting {key} has the invalid value "{value}": {problem}'),
  SETTING_UNSUPPORTED: row('0A000', false, 'Setting {key} is not supported: {problem}'),
  NO_SERVER: row('08001', true, 'No server is registered at {where}. {advice}'),
  DISCOVERY_FAILED: row('08001', true, 'Cannot look up servers at {where}: {problem}'),
  LOGIN_REFUSED: row('28000', false, '{server} refused the login of {user}: {problem}'),
  PARAMETER_COUNT: row(
    '07001',
    false,
    'Placeholders (?) in the statement: {placeholders}; parameters given: {parameters}',
  ),
  PARAMETER_INVALID: row('07006', false, 'Parameter {number} cannot be used: {problem}'),
  STATEMENT_AMBIGUOUS: row(
    '42000',
    false,
    'Engines differ on where this ends, at character {position}: {part}. Make the text in it a parameter too, or double the backslash',
  ),
  RESULT_READ: row(
    '24000',
    false,
    'The result has been read, or given back to the server: a result can be read once. Keep its rows (toArray), or run the statement again',
  ),
  COLUMN_NAMES: row(
    '42701',
    false,
    'Several columns are called {name}, and an object can hold one. Name them apart (AS), or read rows as arrays',
  ),
  CONNECT_FAILED: row('08S01', true, 'Cannot connect to {target}: {problem}'),
} as const satisfies Record<string, ErrorRow>;

export type ClientErrorCode = keyof typeof catalogue;

/**
 * What this client finds wrong by itself; what a server answers is a `HiveError`. It has the shape of the gateway's own
 * `SenbonError`, but a program that only wants to connect need not load the gateway for it.
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** As the JDBC drivers report it. */
  readonly sqlState: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: ClientErrorCode,
    details: Readonly<Record<string, string | number>>,
    options: ErrorOptions = {},
  ) {
    const { message, sqlState, retryable } = catalogue[code];
    super(
      message.replace(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole)),
      options,
    );
    this.code = code;
    this.sqlState = sqlState;
    this.retryable = retryable;
    this.details = details;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
