import { TGetInfoType, TProtocolVersion, TStatusCode } from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { client, gateway, open, restart, session, start, stop } from '../testing/served.ts';
import { openRequest } from '../testing/test-gateway.ts';

beforeEach(() => start());
afterEach(stop);

describe('OpenSession', () => {
  it('answers with what every driver wants to find there', async () => {
    const response = await client.call('OpenSession', openRequest());
    expect(response.serverProtocolVersion).toBe(TProtocolVersion.V10);
    const { configuration } = response;
    expect(configuration?.get('kyuubi.session.engine.launch.support.result')).toBe('true');
    expect(configuration?.get('hive.server2.thrift.resultset.default.fetch.size')).toBe('1000');
    for (const part of ['guid', 'secret']) {
      const text = configuration?.get(`kyuubi.session.engine.launch.handle.${part}`) ?? '';
      expect(Buffer.from(text, 'base64')).toHaveLength(16);
    }
  });

  it.each([
    ['10', '10'],
    ['5000', '1000'],
  ])('proposes no more rows a fetch than are allowed: %s', async (limit, proposed) => {
    await restart({ 'kyuubi.server.limit.client.fetch.max.rows': limit });
    const { configuration } = await client.call('OpenSession', openRequest());
    expect(configuration?.get('hive.server2.thrift.resultset.default.fetch.size')).toBe(proposed);
  });

  it.each([
    [TProtocolVersion.V1, TProtocolVersion.V1],
    [TProtocolVersion.V6, TProtocolVersion.V6],
    [TProtocolVersion.V11, TProtocolVersion.V11],
    [40 as TProtocolVersion, TProtocolVersion.V11],
  ])('speaks %d with a client of %d at most', async (clientProtocol, agreed) => {
    const response = await client.call('OpenSession', { clientProtocol });
    expect(response.serverProtocolVersion).toBe(agreed);
  });

  it('gives each handle a secret of its own', async () => {
    const secrets = [session, await open(), await open()].map(({ sessionId }) =>
      Buffer.from(sessionId.secret).toString('hex'),
    );
    expect(new Set(secrets).size).toBe(3);
  });

  it('that fails says why, with a SQLSTATE and a configuration', async () => {
    const response = await client.call('OpenSession', openRequest({ 'set:env:PATH': 'x' }));
    expect(response.status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '42000',
      errorMessage:
        'Error opening session for alice client ip 127.0.0.1, due to env:PATH is forbidden, env:* variables can not be set.',
      infoMessages: [expect.stringMatching(/^\*org\.apache\.kyuubi\.KyuubiSQLException:.*:0:-1$/)],
    });
    expect(response.configuration).toEqual(new Map());
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('waits for the engine when told to, and fails with its launch', async () => {
    await restart({ 'kyuubi.session.engine.launch.async': 'false' });
    expect(gateway.engine().sessions.size).toBe(1);
    gateway.plugin.onLaunch = (launch) => launch.exit({ code: 3, signal: null });
    const response = await client.call(
      'OpenSession',
      openRequest({ 'kyuubi.engine.share.level': 'CONNECTION' }),
    );
    expect(response.status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '08001',
      errorMessage: expect.stringContaining('it exited with code 3'),
    });
    expect(gateway.gateway.openSessions).toBe(1);
  });
});

describe('GetInfo', () => {
  it.each([
    [TGetInfoType.SERVER_NAME, { stringValue: 'Apache Kyuubi' }],
    [TGetInfoType.DBMS_NAME, { stringValue: 'Apache Kyuubi' }],
    [TGetInfoType.DBMS_VER, { stringValue: '0.0.0-test' }],
    [TGetInfoType.ODBC_KEYWORDS, { stringValue: 'Unimplemented' }],
    [TGetInfoType.MAX_COLUMN_NAME_LEN, { lenValue: 128n }],
  ])('%d is answered by the server when so configured', async (infoType, infoValue) => {
    await restart({ 'kyuubi.server.info.provider': 'SERVER' });
    const response = await client.call('GetInfo', { sessionHandle: session, infoType });
    expect(response.infoValue).toEqual(infoValue);
    const unknown = await client.call('GetInfo', {
      sessionHandle: session,
      infoType: TGetInfoType.XOPEN_CLI_YEAR,
    });
    expect(unknown.status.errorMessage).toContain('Unrecognized GetInfoType value: 10000');
  });
});
