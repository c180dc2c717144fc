import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endTagged, survivors } from '../support/tagged-processes.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Installing, building, starting; an empty npm cache on a slow registry. */
const START_TIMEOUT_MS = 600_000;
const GONE_WITHIN_MS = 15_000;

/** Without what the npm that runs this suite has set for its own scripts. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|KYUUBI_|SPARK_|INIT_CWD)/.test(name)),
);

const anyPorts = ['thrift.binary', 'thrift.http'].map((name) => `kyuubi.frontend.${name}.bind.port=0`);
/** The engine of the self-check ends soon after the embedded ZooKeeper it is registered in. */
const endsSoon = 'kyuubi.engine.discovery.lost.timeout=PT2S';
const settings = [...anyPorts, 'kyuubi.zookeeper.embedded.client.port=0', endsSoon].flatMap((setting) => [
  '--conf',
  setting,
]);

let work: string;
let clone: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'senbon-clone-'));
  clone = join(work, 'senbon');
  await run('git', ['clone', '--quiet', root, clone]);
});

afterAll(async () => {
  const left = await endTagged(work, GONE_WITHIN_MS);
  await rm(work, { recursive: true, force: true });
  expect(left).toEqual([]);
});

describe('npm start on a clean clone', () => {
  test(
    'installs, builds, serves, asks itself and says where to connect',
    async () => {
      const { stdout } = await run('npm', ['start', '--', '--exit-after-self-check', ...settings], {
        cwd: clone,
        env: { ...environment, npm_config_cache: join(work, 'npm-cache') },
        timeout: START_TIMEOUT_MS,
        maxBuffer: 64 << 20,
      });
      expect(stdout).toMatch(/jdbc:hive2:\/\/[^:/]+:\d+\//);
      expect(stdout).toMatch(/jdbc:hive2:\/\/\S+transportMode=http;httpPath=cliservice/);
      expect(stdout).toMatch(/serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi/);
      expect(await survivors(work, GONE_WITHIN_MS)).toEqual([]);
    },
    START_TIMEOUT_MS,
  );
});
