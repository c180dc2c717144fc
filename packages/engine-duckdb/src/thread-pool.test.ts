import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { threadPoolEnv } from './thread-pool.ts';

describe('threadPoolEnv', () => {
  it('makes room for every statement and some more', () => {
    expect(threadPoolEnv(new Map(), undefined)).toEqual({ UV_THREADPOOL_SIZE: '128' });
    const conf = new Map([['kyuubi.backend.engine.exec.pool.size', '300']]);
    expect(threadPoolEnv(conf, undefined)).toEqual({ UV_THREADPOOL_SIZE: '328' });
  });

  it('stays within what libuv takes, and with what is set already', () => {
    const conf = new Map([['kyuubi.backend.engine.exec.pool.size', '5000']]);
    expect(threadPoolEnv(conf, undefined)).toEqual({ UV_THREADPOOL_SIZE: '1024' });
    expect(threadPoolEnv(new Map(), '9')).toEqual({ UV_THREADPOOL_SIZE: '9' });
    expect(threadPoolEnv(new Map([['kyuubi.backend.engine.exec.pool.size', 'many']]), undefined)).toEqual({
      UV_THREADPOOL_SIZE: '128',
    });
  });

  it('lets a short statement run beside eight long ones', () => {
    const script = `
      const { DuckDBInstance } = require(${JSON.stringify(createRequire(import.meta.url).resolve('@duckdb/node-api'))});
      (async () => {
        const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
        const connections = await Promise.all(Array.from({ length: 9 }, () => instance.connect()));
        const slow = connections.slice(0, 8).map((c) =>
          c.run('SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = 7').catch(() => 0));
        await connections[8].run('SELECT 1');
        console.log('answered');
        const stop = setInterval(() => connections.forEach((c) => c.interrupt()), 20);
        await Promise.all(slow);
        clearInterval(stop);
      })();`;
    const child = spawnSync(process.execPath, ['-e', script], {
      env: { ...process.env, ...threadPoolEnv(new Map(), undefined) },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(child.stdout.trim()).toBe('answered');
    expect(child.status).toBe(0);
  });
});
