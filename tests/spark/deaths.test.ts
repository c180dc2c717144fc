import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects } from '../support/dialects.ts';
import { engineNodes } from '../support/engine-nodes.ts';
import { type Client, openSession, query } from '../support/hive.ts';
import { sparkSuite } from '../support/spark-suite.ts';
import type { TaggedProcess } from '../support/tagged-processes.ts';

/** Spark itself takes a moment to go when it is asked to. */
const GONE_TIMEOUT_MS = 20_000;
/** From a death to the client's error, on a loaded machine. */
const TOLD_WITHIN_MS = 5_000;
/** Time for Spark to begin with a statement. */
const BEGIN_MS = 1_000;

const suite = sparkSuite();

const opened: Client[] = [];
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close().catch(() => undefined);
});

async function open(user: string, conf: Readonly<Record<string, string>> = {}): Promise<Client> {
  const client = await openSession(suite.gateway.binary, user, conf);
  opened.push(client);
  // OpenSession is answered before there is an engine.
  expect(await query(client.session, 'SELECT 1')).toEqual([[1]]);
  return client;
}

function processLike(text: string): TaggedProcess {
  const found = suite.home.engines().filter(({ command }) => command.includes(text));
  expect(found).toHaveLength(1);
  return found[0] as TaggedProcess;
}
/** Java itself: its supervisor is a shell, and names another program. */
const driver = () => processLike('org.apache.spark.deploy.SparkSubmit');

/** How a statement fails that would run for minutes, when `kill` has done its work. */
async function failureAfter({ session }: Client, kill: () => void): Promise<unknown> {
  const operation = await session.execute(dialects.spark.slow);
  const failure = operation.wait().then(
    () => null,
    (error: unknown) => error,
  );
  await delay(BEGIN_MS);
  const killed = performance.now();
  kill();
  const error = await failure;
  expect(performance.now() - killed).toBeLessThan(TOLD_WITHIN_MS);
  return error;
}

async function expectNothingLeft(): Promise<void> {
  const { zooKeeper } = suite.gateway;
  if (zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
  await expect.poll(() => suite.home.engines(), { timeout: GONE_TIMEOUT_MS }).toEqual([]);
  await expect.poll(async () => engineNodes(zooKeeper), { timeout: GONE_TIMEOUT_MS }).toEqual([]);
}

describe('kill -9', () => {
  it('of Spark in mid-query: the reason within seconds, nothing left, and a new Spark for the next session', async () => {
    const client = await open('anna');
    const victim = driver().pid;
    const error = await failureAfter(client, () => process.kill(victim, 'SIGKILL'));
    expect(error).toMatchObject({
      sqlState: '08S01',
      message: expect.stringMatching(/Spark has ended with exit code 137/),
    });
    await expectNothingLeft();
    await open('anna');
    expect(driver().pid).not.toBe(victim);
  });

  it('of the engine: its Spark goes with it', async () => {
    const client = await open('bert');
    const victims = suite.home.engines().filter(({ command }) => command.includes('engine-main.js'));
    const error = await failureAfter(client, () => {
      for (const { pid } of victims) process.kill(pid, 'SIGKILL');
    });
    expect(error).toMatchObject({ sqlState: expect.stringMatching(/^08/) });
    await expectNothingLeft();
  });
});

describe('a Spark that does not start', () => {
  it('fails the session with what Spark said, within seconds', async () => {
    const started = performance.now();
    const failure = open('carl', { 'spark.master': 'nonsense://nowhere' });
    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(/spark-submit ended with exit code 1 before it served: .*Master must/),
    });
    expect(performance.now() - started).toBeLessThan(30_000);
    await expectNothingLeft();
  });

  it.each([
    [{ 'kyuubi.engine.spark.home': '/nowhere' }, /no bin\/spark-submit in \/nowhere/],
    [{ 'kyuubi.engine.spark.connect.jar': '/nowhere.jar' }, /connect\.jar is \/nowhere\.jar, which does not/],
    [{ 'kyuubi.engine.spark.kind': 'thriftserver' }, /thriftserver/],
    [{ 'kyuubi.engine.spark.connect.url': 'http://spark' }, /expected sc:\/\//],
  ])('says what to set: %j', async (conf, problem) => {
    await expect(open('dora', conf)).rejects.toMatchObject({ message: expect.stringMatching(problem) });
    expect(engineNames()).toEqual([]);
  });
});

/** Engines, as opposed to what is on its way out. */
function engineNames(): readonly string[] {
  return suite.home.engines().map(({ command }) => command);
}
