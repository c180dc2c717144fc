import {
  type MethodName,
  type ResponseOf,
  TProtocolVersion,
  TStatusCode,
  type TStatus,
} from '@senbon/hive-thrift';
import type { SenbonError } from '../errors/senbon-error.ts';

export const OK: TStatus = { statusCode: TStatusCode.SUCCESS };

/** The one translation of our errors to Thrift. Unknown handles are plain errors, as in Kyuubi. */
export function toThriftStatus(error: SenbonError): TStatus {
  return {
    statusCode: TStatusCode.ERROR,
    sqlState: error.sqlState,
    errorCode: error.vendorCode,
    errorMessage: error.message,
    // Hive's encoding of a stack, `*class:message:length:index`; drivers rebuild a cause from it.
    infoMessages: [`*org.apache.kyuubi.KyuubiSQLException:${error.message}:0:-1`],
  };
}

export function isSuccess(status: TStatus): boolean {
  return status.statusCode === TStatusCode.SUCCESS || status.statusCode === TStatusCode.SUCCESS_WITH_INFO;
}

/** A response that says no more than that the call failed: its status, and what the IDL requires beside it. */
export function failedResponse<M extends MethodName>(method: M, status: TStatus): ResponseOf<M> {
  switch (method) {
    case 'OpenSession':
      return {
        status,
        serverProtocolVersion: TProtocolVersion.V11,
        configuration: new Map(),
      } as ResponseOf<M>;
    case 'GetInfo':
      return { status, infoValue: { stringValue: '' } } as ResponseOf<M>;
    default:
      return { status } as ResponseOf<M>;
  }
}
