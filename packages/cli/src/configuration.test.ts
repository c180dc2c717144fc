import { Conf } from '@senbon/core';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RecordingLogger } from '../../core/src/testing/recording-logger.ts';
import { chapters, keyCheck, warnOfUselessKeys } from './configuration.ts';

const names = chapters.flatMap(({ area }) => Object.values(area).map(({ name }) => name));

it('knows every key that it honours', () => {
  const check = keyCheck();
  for (const name of names) expect([name, check.problemOf(name)]).toEqual([name, null]);
});

it('says at the start what has no effect, and nothing of what has', () => {
  const logger = new RecordingLogger();
  warnOfUselessKeys(
    Conf.of({
      'kyuubi.frontend.bind.port': '0',
      'kyuubi.metrics.enabled': 'true',
      'kyuubi.sesion.idle.timeout': 'PT1H',
      'spark.master': 'local',
    }),
    logger,
  );
  expect(logger.lines).toEqual([
    'warn: kyuubi.metrics.enabled (code) is a key of Kyuubi that is not supported yet; it has no effect',
    'warn: kyuubi.sesion.idle.timeout (code) is an unknown key; it has no effect. Did you mean kyuubi.session.idle.timeout?',
  ]);
});

it('comes with a template whose keys and defaults are the true ones', () => {
  const template = readFileSync(
    new URL('../../../conf/kyuubi-defaults.conf.template', import.meta.url),
    'utf8',
  );
  // Engines have keys of the same name with defaults of their own, in a later chapter.
  const defaults = new Map(
    chapters
      .flatMap(({ area }) => Object.values(area).map(({ name, fallback }) => [name, fallback] as const))
      .reverse(),
  );
  const lines = [...template.matchAll(/^# (kyuubi\S+)[ ]+(.*)$/gm)];
  expect(lines.length).toBeGreaterThan(20);
  for (const [, name = '', value = ''] of lines) {
    expect([name, keyCheck().problemOf(name)]).toEqual([name, null]);
    const fallback = defaults.get(name);
    // Without a default, the template shows an example.
    if (fallback) expect([name, value]).toEqual([name, fallback]);
  }
  // Whoever copies it has changed nothing yet.
  expect(template.replace(/^#.*$/gm, '').trim()).toBe('');
});
