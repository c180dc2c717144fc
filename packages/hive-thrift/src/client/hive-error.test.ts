import { describe, expect, it } from 'vitest';
import { TOperationState, TStatusCode } from '../messages/enums.ts';
import { checkStatus, HiveError, operationError } from './hive-error.ts';
import { pause } from './pause.ts';

const success = { statusCode: TStatusCode.SUCCESS };

describe('checkStatus', () => {
  it.each([TStatusCode.SUCCESS, TStatusCode.SUCCESS_WITH_INFO, TStatusCode.STILL_EXECUTING])(
    'lets %i pass',
    (statusCode) => {
      expect(() => checkStatus({ statusCode }, 'X')).not.toThrow();
    },
  );

  it('throws all that the server said', () => {
    const status = {
      statusCode: TStatusCode.ERROR,
      errorMessage: 'm',
      sqlState: '42000',
      errorCode: 5,
      infoMessages: ['i'],
    };
    expect(() => checkStatus(status, 'X')).toThrow(new HiveError({ ...status, message: 'm' }));
  });

  it('finds words when the server has none', () => {
    expect(() => checkStatus({ statusCode: TStatusCode.ERROR, infoMessages: ['*stack'] }, 'X')).toThrow(
      '*stack',
    );
    expect(() => checkStatus({ statusCode: TStatusCode.ERROR }, 'GetInfo')).toThrow(
      'GetInfo failed: no reason given',
    );
    expect(() => checkStatus({ statusCode: TStatusCode.INVALID_HANDLE }, 'GetInfo')).toThrow(
      'the server does not know the handle',
    );
  });

  it('throws at a status that only a newer server knows', () => {
    expect(() => checkStatus({ statusCode: 9 as TStatusCode }, 'X')).toThrow(HiveError);
  });

  it('has null for what was not said', () => {
    expect(new HiveError({ message: 'm' })).toMatchObject({
      name: 'HiveError',
      sqlState: null,
      errorCode: null,
      infoMessages: [],
      statusCode: null,
      operationState: null,
    });
  });
});

describe('operationError', () => {
  it.each([
    [TOperationState.CANCELED, '57014', 'cancelled'],
    [TOperationState.TIMEDOUT, 'HYT00', 'timed out'],
    [TOperationState.CLOSED, '24000', 'closed'],
    [TOperationState.ERROR, null, 'gave no reason'],
    [TOperationState.UKNOWN, null, 'gave no reason'],
  ])('of state %i has SQLSTATE %s', (operationState, sqlState, words) => {
    const error = operationError({ status: success, operationState });
    expect(error).toMatchObject({ sqlState, operationState });
    expect(error.message).toContain(words);
  });

  it('prefers what the server says', () => {
    const status = {
      status: success,
      operationState: TOperationState.CANCELED,
      errorMessage: 'by root',
      sqlState: 'XX000',
      errorCode: 3,
    };
    expect(operationError(status)).toMatchObject({ message: 'by root', sqlState: 'XX000', errorCode: 3 });
  });

  it('does without a state', () => {
    expect(operationError({ status: success }).operationState).toBeNull();
  });
});

describe('pause', () => {
  it('ends by itself or by its signal', async () => {
    await expect(pause(1, undefined)).resolves.toBeUndefined();
    const controller = new AbortController();
    const paused = pause(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(paused).rejects.toThrow('enough');
    await expect(pause(60_000, controller.signal)).rejects.toThrow('enough');
    await expect(pause(1, new AbortController().signal)).resolves.toBeUndefined();
  });
});
