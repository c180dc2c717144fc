import { ClientError } from '../client-error.ts';

/** Session variables that this client acts on. */
const HONOURED = [
  'user',
  'password',
  'auth',
  'jwt',
  'ssl',
  'sslTrustStore',
  'twoWay',
  'sslKeyStore',
  'keyStorePassword',
  'transportMode',
  'httpPath',
  'serviceDiscoveryMode',
  'zooKeeperNamespace',
  'fetchSize',
  'initFile',
  'wmPool',
  'applicationName',
  'ApplicationName',
  'connectTimeout',
  'socketTimeout',
  'thrift.client.max.message.size',
  'retries',
  'clientProtocolVersion',
  'hive.server2.proxy.user',
] as const;
export type SessionVariable = (typeof HONOURED)[number];

/** Of the drivers in Java; what they ask for holds here anyway, or does not matter to this client. */
const HARMLESS: ReadonlySet<string> = new Set([
  'cookieAuth',
  'cookieName',
  'serverSelectStrategy',
  'trustStorePassword',
  'storePasswordPath',
  'kerberosEnableCanonicalHostnameCheck',
  'driver',
  'url',
]);

/** What a URL must not ask for in vain: it would be less safe than its author thinks. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  principal: 'Kerberos is not available here; use user and password, or a token by auth=jwt over HTTP',
  kyuubiServerPrincipal: 'Kerberos is not available here; use user and password, or auth=jwt over HTTP',
  kyuubiClientPrincipal: 'Kerberos is not available here; use user and password, or auth=jwt over HTTP',
  kyuubiClientKeytab: 'Kerberos is not available here; use user and password, or auth=jwt over HTTP',
  kerberosAuthType: 'Kerberos is not available here; use user and password, or auth=jwt over HTTP',
};

const PREFIXES = ['http.header.', 'http.cookie.'] as const;
const known = new Map<string, string>([...HONOURED, ...HARMLESS].map((name) => [name.toLowerCase(), name]));

/** The session variables of a URL, read with their types. */
export class SessionVariables {
  readonly #vars: ReadonlyMap<string, string>;

  /** Throws ClientError SETTING_UNSUPPORTED. */
  constructor(vars: ReadonlyMap<string, string>) {
    this.#vars = vars;
    for (const [key, problem] of Object.entries(UNSUPPORTED)) {
      if (vars.has(key)) throw new ClientError('SETTING_UNSUPPORTED', { key, problem });
    }
    const qop = (vars.get('saslQop') ?? vars.get('sasl.qop') ?? 'auth').toLowerCase();
    if (qop !== 'auth') {
      const problem = `SASL PLAIN neither signs nor encrypts, so ${qop} cannot be had; use ssl=true`;
      throw new ClientError('SETTING_UNSUPPORTED', { key: 'saslQop', problem });
    }
  }

  /** Undefined when absent or empty. */
  text(name: SessionVariable): string | undefined {
    return this.#vars.get(name) || undefined;
  }

  flag(name: SessionVariable): boolean {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined || value === 'false') return false;
    if (value === 'true') return true;
    throw invalid(name, value, 'it must be true or false');
  }

  /** A whole number of at least `min`. */
  number(name: SessionVariable, min: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= 0x7fffffff) return number;
    throw invalid(name, value, `it must be a whole number from ${min} to ${0x7fffffff}`);
  }

  /** One of the values, compared without case; null when absent. */
  oneOf<const Values extends readonly string[]>(
    name: SessionVariable,
    values: Values,
  ): Values[number] | null {
    const value = this.text(name);
    if (value === undefined) return null;
    const found = values.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
    if (found !== undefined) return found;
    throw invalid(name, value, `it must be one of ${values.join(', ')}`);
  }

  /** `http.header.X=v` as `{ X: v }`. */
  below(prefix: (typeof PREFIXES)[number]): Record<string, string> {
    const found = [...this.#vars].filter(([key]) => key.startsWith(prefix) && key.length > prefix.length);
    return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
  }

  /** What was written for nothing, in words. */
  warnings(): readonly string[] {
    return [...this.#vars.keys()].filter(isUnknown).map((key) => {
      const meant = known.get(key.toLowerCase());
      if (meant !== undefined) return `session variable ${key} is ignored: did you mean ${meant}?`;
      return `session variable ${key} is ignored: a setting of the server stands behind ? (as in ?${key}=...)`;
    });
  }
}

function isUnknown(key: string): boolean {
  if (known.get(key.toLowerCase()) === key || key === 'saslQop' || key === 'sasl.qop') return false;
  return !PREFIXES.some((prefix) => key.startsWith(prefix));
}

function invalid(key: string, value: string, problem: string): ClientError {
  return new ClientError('SETTING_INVALID', { key, value, problem });
}
