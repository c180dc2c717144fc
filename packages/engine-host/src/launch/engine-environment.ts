import { engineHostArea } from '../config.ts';

/** `kyuubi.engineEnv.NAME=v` sets NAME in an engine's environment, as in Kyuubi. */
const SET_PREFIX = 'kyuubi.engineEnv.';

/** What a program needs to run at all, and what tells Java, Hadoop and Spark where they are. */
const NEEDED: readonly string[] = [
  'PATH HOME USER LOGNAME SHELL PWD HOSTNAME TMPDIR TMP TEMP LANG LANGUAGE LC_* TZ TZDIR LD_LIBRARY_PATH XDG_*',
  'NODE_OPTIONS NODE_EXTRA_CA_CERTS NODE_V8_COVERAGE UV_* SSL_CERT_*',
  'HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy',
  'JAVA_* JDK_* SPARK_* PYSPARK_* HADOOP_* YARN_* HIVE_* KRB5* KYUUBI_* AWS_REGION',
].flatMap((names) => names.split(' '));
/** Never by a pattern: what is called so is a secret, whatever program it is for. */
const SECRET = /SECRET|PASSW|TOKEN|CREDENTIAL|(ACCESS|PRIVATE|API)_?KEY/i;

export interface EnvironmentSources {
  /** The launcher's own environment. */
  readonly inherited: Readonly<NodeJS.ProcessEnv>;
  /** The plugin's additions. */
  readonly own: Readonly<Record<string, string>>;
  readonly conf: ReadonlyMap<string, string>;
}

/**
 * The environment of an engine process. It runs other people's SQL as the gateway's account, so it gets what it needs
 * and not whatever the gateway was started with.
 */
export function engineEnvironment({ inherited, own, conf }: EnvironmentSources): Record<string, string> {
  const more = (conf.get(engineHostArea.inheritedEnvironment.name) ?? '')
    .split(',')
    .map((name) => name.trim());
  const isWanted = (name: string) =>
    more.includes(name) || ([...NEEDED, ...more].some((p) => matches(name, p)) && !SECRET.test(name));
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && isWanted(name)) environment[name] = value;
  }
  Object.assign(environment, own);
  for (const [key, value] of conf) {
    if (key.startsWith(SET_PREFIX)) environment[key.slice(SET_PREFIX.length)] = value;
  }
  return environment;
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
