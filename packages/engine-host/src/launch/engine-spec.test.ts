import { expect, it } from 'vitest';
import { encodeEngineSpec, type EngineSpec, parseEngineSpec } from './engine-spec.ts';

const spec: EngineSpec = {
  type: 'DUCKDB',
  space: '/kyuubi_v_USER_DUCKDB/älice/default',
  refId: 'ref',
  user: 'älice',
  version: '1',
  secret: Uint8Array.of(0, 255, 7),
  conf: new Map([
    ['a', 'b=c\n"d"'],
    ['__proto__', 'x'],
  ]),
  workDir: '/tmp',
};

it('comes back as it was', () => {
  expect(parseEngineSpec(encodeEngineSpec(spec))).toEqual(spec);
});

it.each([
  ['{', 'not JSON'],
  ['[]', 'not an object'],
  ['null', 'not an object'],
  ['{"type":"X"}', 'space is not a string'],
  [encodeEngineSpec(spec).replace(/"conf":\{.*?\}/, '"conf":7'), 'conf is not an object'],
  [encodeEngineSpec({ ...spec, conf: new Map() }).replace('"conf":{}', '"conf":{"k":1}'), 'conf value of k'],
])('refuses %s without quoting it', (document, problem) => {
  try {
    parseEngineSpec(document);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(problem) });
    expect((error as Error).message).not.toContain(Buffer.from(spec.secret).toString('base64'));
  }
});
