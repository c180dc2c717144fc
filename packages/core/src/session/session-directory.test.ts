import { beforeEach, describe, expect, it } from 'vitest';
import { nowhere, sessionOf } from '../testing/sessions.ts';
import { createHandle } from './handle.ts';
import { Operation } from './operation.ts';
import type { Session } from './session.ts';
import { SessionDirectory } from './session-directory.ts';

let directory: SessionDirectory;
let session: Session;

beforeEach(() => {
  directory = new SessionDirectory();
  session = sessionOf();
  directory.addSession(session);
});

function operationOf(of: Session): Operation {
  const operation = new Operation(of, createHandle(), 0);
  directory.addOperation(operation);
  return operation;
}

describe('a session', () => {
  it('is found by handle and user', () => {
    expect(directory.sessionOf(session.spec.handle, 'alice')).toBe(session);
    expect(directory.find(session.id)).toBe(session);
    expect(directory.size).toBe(1);
  });

  it('counts in its engine space until it is removed, once', () => {
    const { path } = session.spec.space;
    directory.addSession(sessionOf());
    expect(directory.countIn(path)).toBe(2);
    directory.removeSession(session);
    directory.removeSession(session);
    expect(directory.countIn(path)).toBe(1);
    expect(directory.countIn('/elsewhere')).toBe(0);
  });

  it('does not exist for who has the id but not the secret', () => {
    const guessed = { guid: session.spec.handle.guid, secret: createHandle().secret };
    expect(() => directory.sessionOf(guessed, 'alice')).toThrow(
      expect.objectContaining({
        code: 'SESSION_NOT_FOUND',
        sqlState: '08003',
        message: expect.stringContaining(`Invalid SessionHandle [${session.id}]`),
      }),
    );
  });

  it.each(['bob', 'ALICE', null])('is of no use to %s, who has its whole handle', (user) => {
    expect(() => directory.sessionOf(session.spec.handle, user)).toThrow(
      expect.objectContaining({ code: 'HANDLE_FORBIDDEN', sqlState: '42501', httpStatus: 403 }),
    );
  });

  it('of an unauthenticated client is for those alone', () => {
    const anonymous = sessionOf({ authenticatedUser: null });
    directory.addSession(anonymous);
    expect(directory.sessionOf(anonymous.spec.handle, null)).toBe(anonymous);
    expect(() => directory.sessionOf(anonymous.spec.handle, 'alice')).toThrow(/belongs to another user/);
  });

  it('is gone with everything of it', () => {
    const operation = operationOf(session);
    directory.removeSession(session);
    expect(directory.size).toBe(0);
    expect(() => directory.sessionOf(session.spec.handle, 'alice')).toThrow(/Invalid SessionHandle/);
    expect(() => directory.operationOf(operation.handle, 'alice')).toThrow(/Invalid OperationHandle/);
    expect(() => directory.operationOf(session.launch.handle, 'alice')).toThrow(/Invalid OperationHandle/);
  });
});

describe('an operation', () => {
  it('is found by handle and user, and so is a launch', () => {
    const operation = operationOf(session);
    expect(directory.operationOf(operation.handle, 'alice')).toEqual({ kind: 'engine', session, operation });
    expect(directory.operationOf(session.launch.handle, 'alice')).toEqual({ kind: 'launch', session });
  });

  it('is of no use with another secret or for another user', () => {
    const { handle } = operationOf(session);
    for (const { guid, secret } of [handle, session.launch.handle]) {
      expect(() => directory.operationOf({ guid, secret: new Uint8Array(16) }, 'alice')).toThrow(
        expect.objectContaining({ code: 'OPERATION_NOT_FOUND', sqlState: '24000' }),
      );
      expect(() => directory.operationOf({ guid, secret }, 'bob')).toThrow(
        expect.objectContaining({ code: 'HANDLE_FORBIDDEN' }),
      );
    }
  });

  it('cancels its deadline when it is removed', () => {
    const operation = operationOf(session);
    let canceled = 0;
    operation.deadline = { cancel: () => void canceled++ };
    directory.removeOperation(operation);
    expect(canceled).toBe(1);
    expect(session.operations.size).toBe(0);
  });

  it('cannot be added to a session that was closed meanwhile', () => {
    session.attach(nowhere);
    directory.removeSession(session);
    const operation = new Operation(session, createHandle(), 0);
    expect(() => directory.addOperation(operation)).toThrow(
      expect.objectContaining({ code: 'SESSION_NOT_FOUND' }),
    );
    expect(session.operations.size).toBe(0);
  });
});
