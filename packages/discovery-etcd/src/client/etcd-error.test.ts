import { describe, expect, it } from 'vitest';
import { discoveryError } from '../errors.ts';
import { EtcdError, isFault, toEtcdError } from './etcd-error.ts';

describe('toEtcdError', () => {
  it.each([
    ['5 NOT_FOUND: etcdserver: requested lease not found', false, 'leaseGone'],
    ['9 FAILED_PRECONDITION: etcdserver: lease already exists', false, 'leaseExists'],
    ['16 UNAUTHENTICATED: etcdserver: invalid auth token', false, 'connection'],
    [
      '3 INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password',
      true,
      'credentials',
    ],
    ['3 INVALID_ARGUMENT: etcdserver: user name is empty', false, 'credentials'],
    ['7 PERMISSION_DENIED: etcdserver: permission denied', false, 'denied'],
    ['14 UNAVAILABLE: etcdserver: leader changed', false, 'connection'],
    ['8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded', true, 'refused'],
    ['11 OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted', false, 'compacted'],
    ['14 UNAVAILABLE: No connection established', true, 'connection'],
    ['3 INVALID_ARGUMENT: etcdserver: key is not provided', false, 'refused'],
  ])('%s', (message, isTransient, fault) => {
    const error = toEtcdError(new Error(message), isTransient);
    expect(isFault(error, fault as EtcdError['fault'])).toBe(true);
    expect(toEtcdError(error, true)).toBe(error);
  });

  it('takes what is no error', () => {
    expect(toEtcdError('broken', false)).toMatchObject({ fault: 'refused', message: 'broken' });
  });
});

describe('discoveryError', () => {
  it('says what to do about a refusal', () => {
    const error = new EtcdError('denied', 'etcdserver: permission denied');
    expect(discoveryError(error, '/kyuubi')).toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(/\/kyuubi.*permission denied; the user of kyuubi\.ha\.etcd\.user/),
    });
    expect(discoveryError('other', '/kyuubi')).toBe('other');
  });
});
