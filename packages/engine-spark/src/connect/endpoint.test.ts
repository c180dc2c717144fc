import { expect, it } from 'vitest';
import { parseConnectUrl } from './endpoint.ts';

const KEY = 'kyuubi.engine.spark.connect.url';

it.each([
  ['sc://spark', { host: 'spark', port: 15_002, isSecure: false }],
  ['sc://spark:443/', { host: 'spark', port: 443, isSecure: false }],
  ['sc://[::1]:1/', { host: '[::1]', port: 1, isSecure: false }],
  ['sc://spark:443/;use_ssl=true', { host: 'spark', port: 443, isSecure: true }],
  // As Spark's own clients: whoever has a token wants it to stay one.
  ['sc://spark:443/;token=abc', { host: 'spark', port: 443, isSecure: true }],
  ['sc://127.0.0.1:443/;token=abc', { host: '127.0.0.1', port: 443, isSecure: false }],
])('%s', (url, expected) => {
  expect(parseConnectUrl(url, KEY)).toMatchObject(expected);
});

it('sends a token, and every parameter it does not know as a header', () => {
  const { headers, userId } = parseConnectUrl(
    'sc://h:1/;token=a%20b;use_ssl=true;user_id=anna;x-tenant=t%3D1;user_agent=me',
    KEY,
  );
  expect(Object.fromEntries(headers)).toEqual({ authorization: 'Bearer a b', 'x-tenant': 't=1' });
  expect(userId).toBe('anna');
});

it.each([
  ['http://spark', /expected sc:\/\//],
  ['sc://', /expected sc:\/\//],
  ['sc://h:70000/', /expected host:port/],
  ['sc://u:geheim@h:1/', /expected sc:\/\//],
  ['sc://h:1/;token', /expected name=value/],
  ['sc://h:1/;token=%zz', /not URL-encoded/],
  ['sc://h:1/;token=geheim;use_ssl=false', /a token needs use_ssl=true/],
])('refuses %s without quoting it', (url, problem) => {
  const parse = () => parseConnectUrl(url, KEY);
  expect(parse).toThrow(problem);
  expect(parse).not.toThrow(/geheim/);
});
