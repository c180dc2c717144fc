import { SenbonError } from '@senbon/core';
import { TGetInfoType, type TGetInfoValue } from '@senbon/hive-thrift';
import type { ExecutorInfo } from '../executor.ts';

/** What HiveServer2 and Kyuubi answer for the length of every name. */
const MAX_NAME_LENGTH = 128n;

/** Throws REQUEST_INVALID for a type that is not known here, in HiveServer2's words. */
export function infoValueOf(type: number, info: ExecutorInfo): TGetInfoValue {
  switch (type) {
    case TGetInfoType.SERVER_NAME:
      return { stringValue: info.serverName };
    case TGetInfoType.DBMS_NAME:
      return { stringValue: info.dbmsName };
    case TGetInfoType.DBMS_VER:
      return { stringValue: info.dbmsVersion };
    case TGetInfoType.ODBC_KEYWORDS:
      return { stringValue: (info.keywords ?? []).join(',') };
    case TGetInfoType.SEARCH_PATTERN_ESCAPE:
      return { stringValue: '\\' };
    case TGetInfoType.IDENTIFIER_QUOTE_CHAR:
      return { stringValue: info.identifierQuote ?? '`' };
    case TGetInfoType.MAX_COLUMN_NAME_LEN:
    case TGetInfoType.MAX_SCHEMA_NAME_LEN:
    case TGetInfoType.MAX_CATALOG_NAME_LEN:
    case TGetInfoType.MAX_TABLE_NAME_LEN:
    case TGetInfoType.MAX_IDENTIFIER_LEN:
    case TGetInfoType.MAX_USER_NAME_LEN:
      return { lenValue: MAX_NAME_LENGTH };
    case TGetInfoType.TXN_CAPABLE:
      // 0: no transactions, whatever the engine could do: HiveServer2 has no call to begin or end one.
      return { smallIntValue: 0 };
    default:
      throw new SenbonError('REQUEST_INVALID', {
        method: 'GetInfo',
        problem: `Unrecognized GetInfoType value: ${type}`,
      });
  }
}
