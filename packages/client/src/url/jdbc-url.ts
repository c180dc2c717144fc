import { ClientError } from '../client-error.ts';
import { parseHosts } from './hosts.ts';
import { parsePairs } from './pairs.ts';
import { UrlPart } from './url-part.ts';

export interface HostPort {
  readonly host: string;
  /** Null when the URL names none. */
  readonly port: number | null;
}

/** A HiveServer2 JDBC URL, taken apart: `jdbc:hive2://h1:p1,h2:p2/catalog/db;sessVars?hiveConfs#hiveVars`. */
export interface JdbcUrl {
  /** Servers, or with `serviceDiscoveryMode=zooKeeper` the ensemble. At least one. */
  readonly hosts: readonly HostPort[];
  readonly catalog: string | null;
  readonly database: string | null;
  /** For the driver, as `transportMode`. */
  readonly sessionVars: ReadonlyMap<string, string>;
  /** For the server, as `kyuubi.engine.type`. */
  readonly hiveConfs: ReadonlyMap<string, string>;
  readonly hiveVars: ReadonlyMap<string, string>;
}

/** Longer than any URL that a person wrote. */
const MAX_URL_CHARS = 64 * 1024;

/** Where the drivers once wanted these two; they stand among the confs of the server in old URLs. */
const MOVED: Readonly<Record<string, string>> = {
  'hive.server2.transport.mode': 'transportMode',
  'hive.server2.thrift.http.path': 'httpPath',
};

/** Throws ClientError URL_INVALID, which names the part and its position. Percent-escapes are decoded. */
export function parseJdbcUrl(text: string): JdbcUrl {
  const prefix = /^\s*jdbc:(?:hive2|kyuubi):\/\//i.exec(text)?.[0];
  if (prefix === undefined) {
    // No more than a scheme: behind it a name and a password may stand.
    const part = /^\s*[a-z][a-z\d+.:-]{0,30}:\/\/?/i.exec(text)?.[0] ?? '';
    const problem = 'it must begin with jdbc:hive2:// or jdbc:kyuubi://';
    throw new ClientError('URL_INVALID', { position: 1, part, problem });
  }
  const whole = new UrlPart(text.trimEnd().slice(0, MAX_URL_CHARS), 0);
  if (text.length > MAX_URL_CHARS)
    throw whole.from(0, prefix.length).invalid(`it is longer than ${MAX_URL_CHARS} characters`);
  const parts = divide(whole.from(prefix.length));
  const hiveConfs = parsePairs(parts.confs, { allowsSame: true });
  const sessionVars = parsePairs(parts.vars, { allowsSame: false });
  for (const [old, name] of Object.entries(MOVED)) {
    const value = hiveConfs.get(old);
    if (value === undefined) continue;
    hiveConfs.delete(old);
    if (!sessionVars.has(name)) sessionVars.set(name, value);
  }
  return {
    hosts: parseHosts(parts.authority),
    ...parsePath(parts.path),
    sessionVars,
    hiveConfs,
    hiveVars: parsePairs(parts.hiveVars, { allowsSame: true }),
  };
}

/** For prompts and messages: without variables, so without secrets. */
export function describeUrl(url: JdbcUrl): string {
  const hosts = url.hosts.map(({ host, port }) => {
    const name = host.includes(':') ? `[${host}]` : host;
    return port === null ? name : `${name}:${port}`;
  });
  const path = [url.catalog, url.database].filter((part) => part !== null).join('/');
  return `jdbc:hive2://${hosts.join(',')}/${path}`;
}

interface Parts {
  readonly authority: UrlPart;
  readonly path: UrlPart;
  readonly vars: UrlPart;
  readonly confs: UrlPart;
  readonly hiveVars: UrlPart;
}

function divide(rest: UrlPart): Parts {
  const [beforeHash, hiveVars] = rest.splitAt(/#/);
  const [beforeQuery, confs] = beforeHash.splitAt(/\?/);
  const [beforeVars, vars] = beforeQuery.splitAt(/;/);
  // A password before an @ may hold a / or a ? and so reach into any of these.
  const named = rest.text.includes('@') ? beforeVars.hidden() : beforeVars;
  const [authority, path] = named.splitAt(/\//);
  return { authority, path, vars, confs, hiveVars };
}

function parsePath(path: UrlPart): { catalog: string | null; database: string | null } {
  const names = path.split(/\//).filter((part) => !part.isEmpty);
  if (names.length > 2) throw path.invalid('a path is /database or /catalog/database');
  const [first = null, second = null] = names.map((part) => part.decoded());
  return second === null ? { catalog: null, database: first } : { catalog: first, database: second };
}
