import { beforeEach, describe, expect, it } from 'vitest';
import { at, authenticating, creating, reading } from '../testing/bodies.ts';
import type { Body } from '../testing/bodies.ts';
import { ProcessorHarness } from '../testing/processor-harness.ts';
import { OPEN_ACL, Permission } from '../tree/acl.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';
import { AclResponse, SetAclRequest, SetDataRequest } from '../wire/records.ts';
import type { Acl, Id } from '../wire/records.ts';

let h: ProcessorHarness;

beforeEach(() => {
  h = new ProcessorHarness();
});

describe('permissions', () => {
  const ANN: Id = { scheme: 'digest', id: 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=' };

  it('keep a node from all but its creator', () => {
    h.send(OpCode.auth, authenticating('digest', 'ann:secret'));
    h.send(OpCode.create, creating('/a', 0, [{ perms: Permission.all, id: { scheme: 'auth', id: '' } }]));
    expect(h.database.tree.need('/a').acl).toEqual([{ perms: Permission.all, id: ANN }]);
    const requests: (readonly [number, Body])[] = [
      [OpCode.exists, reading('/a')],
      [OpCode.getData, reading('/a')],
      [OpCode.getChildren, reading('/a')],
      [OpCode.getChildren2, reading('/a')],
      [OpCode.getAllChildrenNumber, at('/a')],
      [OpCode.getAcl, at('/a')],
      [OpCode.create, creating('/a/b')],
      [OpCode.setData, (writer) => SetDataRequest.write(writer, { path: '/a', data: null, version: -1 })],
      [OpCode.setAcl, (writer) => SetAclRequest.write(writer, { path: '/a', acl: OPEN_ACL, version: -1 })],
    ];
    const own = [...h.client.identities];
    h.client.identities.length = 0;
    for (const [type, body] of requests)
      expect([type, h.send(type, body).err]).toEqual([type, ErrorCode.noAuth]);
    h.client.identities.push(...own);
    for (const [type, body] of requests) expect([type, h.send(type, body).err]).toEqual([type, ErrorCode.ok]);
  });

  it('show hashes to those only who may change the list', () => {
    const acl: Acl[] = [
      { perms: Permission.all, id: ANN },
      { perms: Permission.read, id: { scheme: 'world', id: 'anyone' } },
    ];
    h.send(OpCode.create, creating('/a', 0, acl));
    const seen = () => AclResponse.read(h.send(OpCode.getAcl, at('/a')).body).acl[0]?.id.id;
    expect(seen()).toBe('ann:x');
    h.client.identities.push(ANN);
    expect(seen()).toBe(ANN.id);
  });

  it.each(['sasl', 'world', 'auth', ''])('end the connection on the scheme %j', (scheme) => {
    const reply = h.send(OpCode.auth, authenticating(scheme, 'x'));
    expect(reply).toMatchObject({ err: ErrorCode.authFailed, zxid: 0, isLast: true });
  });

  it('end the connection when there are too many identities', () => {
    for (let i = 0; i < 4; i += 1)
      expect(h.send(OpCode.auth, authenticating('digest', `u${i}:x`)).isLast).toBe(false);
    expect(h.send(OpCode.auth, authenticating('digest', 'u5:x'))).toMatchObject({
      err: ErrorCode.authFailed,
      isLast: true,
    });
  });
});
