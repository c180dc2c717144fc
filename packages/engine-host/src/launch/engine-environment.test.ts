import { describe, expect, it } from 'vitest';
import { engineEnvironment } from './engine-environment.ts';

function of(inherited: Record<string, string>, conf: Record<string, string> = {}, own = {}) {
  return engineEnvironment({ inherited, own, conf: new Map(Object.entries(conf)) });
}

describe('an engine’s environment', () => {
  it('has what a program needs, and what Java and Hadoop look for', () => {
    const needed = {
      PATH: '/bin',
      HOME: '/home/a',
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      JAVA_HOME: '/jdk',
      HADOOP_CONF_DIR: '/conf',
      SPARK_HOME: '/spark',
      KYUUBI_WORK_DIR_ROOT: '/work',
    };
    expect(of(needed)).toEqual(needed);
  });

  it('has nothing else of its launcher’s, and nothing that is called a secret', () => {
    const kept = { PATH: '/bin' };
    const secrets = {
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_SESSION_TOKEN: 'x',
      DATABASE_URL: 'postgres://u:p@h/d',
      GITHUB_TOKEN: 'x',
      KYUUBI_LDAP_PASSWORD: 'x',
      SPARK_AUTH_SECRET: 'x',
    };
    expect(of({ ...kept, ...secrets })).toEqual(kept);
  });

  it('inherits what the administrator names, and secrets only by their full names', () => {
    const env = { AWS_PROFILE: 'p', AWS_ACCESS_KEY_ID: 'i', AWS_SECRET_ACCESS_KEY: 's', OTHER: 'o' };
    const inherit = { 'kyuubi.engine.env.inherit': 'AWS_*, AWS_ACCESS_KEY_ID' };
    expect(of(env, inherit)).toEqual({ AWS_PROFILE: 'p', AWS_ACCESS_KEY_ID: 'i' });
  });

  it('is laid over by the plugin, and that by kyuubi.engineEnv', () => {
    const conf = { 'kyuubi.engineEnv.A': 'conf', 'kyuubi.engineEnv.NEW': 'yes' };
    expect(of({ PATH: '/bin' }, conf, { A: 'plugin', B: 'plugin' })).toEqual({
      PATH: '/bin',
      A: 'conf',
      B: 'plugin',
      NEW: 'yes',
    });
  });
});
