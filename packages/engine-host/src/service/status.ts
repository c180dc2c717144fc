import { SenbonError } from '@senbon/core';
import { type TStatus, TStatusCode } from '@senbon/hive-thrift';

export const SUCCESS: TStatus = { statusCode: TStatusCode.SUCCESS };

/**
 * An error as clients get it. Never INVALID_HANDLE, not even for an unknown handle: Kyuubi does not send it
 * either.
 */
export function errorStatus(error: unknown): TStatus {
  const { sqlState, vendorCode, message } = SenbonError.from(error);
  return { statusCode: TStatusCode.ERROR, sqlState, errorCode: vendorCode, errorMessage: message };
}
