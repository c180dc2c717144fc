import { SenbonError } from '@senbon/core';

/** Everything an engine process is told, as one JSON document on its standard input: secrets stay off command line and environment. */
export interface EngineSpec {
  /** As in `DUCKDB`. */
  readonly type: string;
  /** The engine space to register in. */
  readonly space: string;
  readonly refId: string;
  /** Who the engine runs for. */
  readonly user: string;
  /** Registered with the node. */
  readonly version: string;
  /** Shared secret of the server space. */
  readonly secret: Uint8Array;
  readonly conf: ReadonlyMap<string, string>;
  /** Where the engine may write: its logs, its scratch files. */
  readonly workDir: string;
}

const STRINGS = ['type', 'space', 'refId', 'user', 'version', 'secret', 'workDir'] as const;

export function encodeEngineSpec(spec: EngineSpec): string {
  return JSON.stringify({
    ...spec,
    secret: Buffer.from(spec.secret).toString('base64'),
    conf: Object.fromEntries(spec.conf),
  });
}

/** Throws CONFIG_INVALID, without quoting the document: it holds a secret. */
export function parseEngineSpec(document: string): EngineSpec {
  const value = parseJson(document);
  for (const name of STRINGS) {
    if (typeof value[name] !== 'string') throw invalid(`${name} is not a string`);
  }
  const { conf } = value;
  if (typeof conf !== 'object' || conf === null) throw invalid('conf is not an object');
  const entries = Object.entries(conf as Record<string, unknown>);
  const wrong = entries.find(([, item]) => typeof item !== 'string');
  if (wrong !== undefined) throw invalid(`conf value of ${wrong[0]} is not a string`);
  const strings = value as Record<(typeof STRINGS)[number], string>;
  return {
    type: strings.type,
    space: strings.space,
    refId: strings.refId,
    user: strings.user,
    version: strings.version,
    workDir: strings.workDir,
    secret: new Uint8Array(Buffer.from(strings.secret, 'base64')),
    conf: new Map(entries as [string, string][]),
  };
}

function parseJson(document: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    throw invalid('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('it is not an object');
  return value as Record<string, unknown>;
}

function invalid(problem: string): SenbonError {
  return new SenbonError('CONFIG_INVALID', {
    key: 'engine spec',
    value: '***',
    where: 'standard input of the engine process',
    problem,
  });
}
