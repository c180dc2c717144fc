import { expect, it } from 'vitest';
import { parseCtlArguments } from './arguments.ts';

it('reads options before, between and after the words', () => {
  const args = parseCtlArguments(
    '-zk zk1:2181,zk2:2181 get -n space engine -s host --port=10009 -et DUCKDB -es reports --conf a.b=c=d -u ann -b'.split(
      ' ',
    ),
  );
  expect(args).toMatchObject({ action: 'get', resource: 'engine', conf: ['a.b=c=d'], wantsHelp: false });
  expect(Object.fromEntries(args.values)).toEqual({
    'zk-quorum': 'zk1:2181,zk2:2181',
    namespace: 'space',
    host: 'host',
    port: '10009',
    'engine-type': 'DUCKDB',
    'engine-subdomain': 'reports',
    user: 'ann',
    verbose: 'true',
  });
});

it('takes no second word for a server', () => {
  expect(parseCtlArguments(['list'])).toMatchObject({ action: 'list', resource: 'server' });
});

it('asks for help whatever else is said', () => {
  expect(parseCtlArguments(['-h']).wantsHelp).toBe(true);
  expect(parseCtlArguments(['delete', 'server', '--help']).wantsHelp).toBe(true);
});

it.each([
  ['', 'Must specify action command: [create|get|delete|list|log|submit].'],
  ['--verbose', 'Must specify action command: [create|get|delete|list|log|submit].'],
  ['create --unknown', 'Unknown option --unknown'],
  ['--unknown', 'Unknown option --unknown'],
  ['create --user ann', 'Unknown option --user'],
  ['get engine --user', 'Missing value after --user'],
  ['list extraArg1 extraArg2', "Unknown argument 'extraArg1'"],
  ['fly', "Unknown argument 'fly'"],
  ['create engine', "Unknown argument 'engine'"],
  ['toString', "Unknown argument 'toString'"],
  ['list server server', "Unknown argument 'server'"],
  ['list --conf abc', "Kyuubi config without '=': abc"],
  ['list --conf =secret', "Kyuubi config without '=': "],
  ['list session', 'kyuubi-ctl list session works through the REST API, which this release does not have'],
  ['log batch 1', 'kyuubi-ctl log works through the REST API, which this release does not have'],
])('refuses %j', (line, message) => {
  expect(() => parseCtlArguments(line.split(' ').filter((word) => word !== ''))).toThrow(
    expect.objectContaining({ name: 'ControlError', message }),
  );
});
