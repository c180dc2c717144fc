import { describe, expect, it } from 'vitest';
import { TProtocolVersion, TStatusCode } from './enums.ts';
import { print } from './print.ts';
import * as t from './tables.ts';

const secret = Buffer.from('0123456789abcdef');
const handle = { sessionId: { guid: Buffer.alloc(16, 0xaa), secret } };

describe('print', () => {
  it('shows a request on a line', () => {
    const shown = print(t.TGetTablesReq, {
      sessionHandle: handle,
      schemaName: '%',
      tableTypes: ['TABLE', 'VIEW'],
    });
    expect(shown).toBe(
      `TGetTablesReq { sessionHandle: TSessionHandle { sessionId: THandleIdentifier { guid: ${'aa'.repeat(16)}, secret: *** } }, schemaName: "%", tableTypes: ["TABLE", "VIEW"] }`,
    );
  });

  it('shows names of enums', () => {
    expect(print(t.TStatus, { statusCode: TStatusCode.INVALID_HANDLE })).toBe(
      'TStatus { statusCode: INVALID_HANDLE }',
    );
  });

  it('does not show passwords, handle secrets and tokens', () => {
    const shown = [
      print(t.TOpenSessionReq, {
        clientProtocol: TProtocolVersion.V10,
        username: 'ann',
        password: 'hunter2',
        configuration: new Map([
          ['use:database', 'sales'],
          ['my.password', 'hunter2'],
          ['fs.s3a.secret.key', 'hunter2'],
          ['auth.TOKEN', 'hunter2'],
          ['kyuubi.engine.credentials', 'hunter2'],
          ['kyuubi.session.user.sign', 'hunter2'],
        ]),
      }),
      print(t.TGetDelegationTokenResp, { status: { statusCode: 0 }, delegationToken: 'hunter2' }),
      print(t.TCancelDelegationTokenReq, { sessionHandle: handle, delegationToken: 'hunter2' }),
      print(t.TRenewDelegationTokenReq, { sessionHandle: handle, delegationToken: 'hunter2' }),
    ].join('\n');
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain(secret.toString('hex'));
    expect(shown).toContain('username: "ann"');
    expect(shown).toContain('use:database="sales"');
  });

  it('shows the size of data, not the data', () => {
    const shown = print(t.TUploadDataReq, { sessionHandle: handle, values: Buffer.alloc(5000) });
    expect(shown).toContain('values: binary(5000 bytes)');
  });

  it('shows the one field of a union', () => {
    expect(print(t.TGetInfoValue, { lenValue: 128n })).toBe('TGetInfoValue { lenValue: 128 }');
  });
});
