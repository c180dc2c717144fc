import type { MessageOf } from './codec.ts';
import { statusOnly, TSessionHandle, TStatus } from './common.ts';
import { map } from './containers.ts';
import { TGetInfoType, TProtocolVersion } from './enums.ts';
import { enumeration, i16, i32, i64, string } from './scalars.ts';
import { field, struct, union } from './struct.ts';

export const TOpenSessionReq = struct('TOpenSessionReq', {
  clientProtocol: field(1, enumeration(TProtocolVersion), 'required'),
  /** JDBC leaves user and password out when SASL or HTTP carries them. */
  username: field(2, string, 'optional'),
  password: field(3, string, 'optional', 'secret'),
  configuration: field(4, map(string), 'optional'),
});
export type TOpenSessionReq = MessageOf<typeof TOpenSessionReq>;

export const TOpenSessionResp = struct('TOpenSessionResp', {
  status: field(1, TStatus, 'required'),
  serverProtocolVersion: field(2, enumeration(TProtocolVersion), 'required'),
  sessionHandle: field(3, TSessionHandle, 'optional'),
  /** Optional in the IDL, but JDBC drivers dereference it: send one, if empty. */
  configuration: field(4, map(string), 'optional'),
});
export type TOpenSessionResp = MessageOf<typeof TOpenSessionResp>;

export const TCloseSessionReq = struct('TCloseSessionReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
});
export type TCloseSessionReq = MessageOf<typeof TCloseSessionReq>;

export const TCloseSessionResp = struct('TCloseSessionResp', statusOnly);
export type TCloseSessionResp = MessageOf<typeof TCloseSessionResp>;

/** Hive 4. */
export const TSetClientInfoReq = struct('TSetClientInfoReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  configuration: field(2, map(string), 'optional'),
});
export type TSetClientInfoReq = MessageOf<typeof TSetClientInfoReq>;

export const TSetClientInfoResp = struct('TSetClientInfoResp', statusOnly);
export type TSetClientInfoResp = MessageOf<typeof TSetClientInfoResp>;

export const TGetInfoReq = struct('TGetInfoReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  infoType: field(2, enumeration(TGetInfoType), 'required'),
});
export type TGetInfoReq = MessageOf<typeof TGetInfoReq>;

export const TGetInfoValue = union('TGetInfoValue', {
  stringValue: field(1, string, 'optional'),
  smallIntValue: field(2, i16, 'optional'),
  integerBitmask: field(3, i32, 'optional'),
  integerFlag: field(4, i32, 'optional'),
  binaryValue: field(5, i32, 'optional'),
  lenValue: field(6, i64, 'optional'),
});
export type TGetInfoValue = MessageOf<typeof TGetInfoValue>;

export const TGetInfoResp = struct('TGetInfoResp', {
  status: field(1, TStatus, 'required'),
  /** Required by clients even when the status is an error. */
  infoValue: field(2, TGetInfoValue, 'required'),
});
export type TGetInfoResp = MessageOf<typeof TGetInfoResp>;

export const TGetDelegationTokenReq = struct('TGetDelegationTokenReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  owner: field(2, string, 'required'),
  renewer: field(3, string, 'required'),
});
export type TGetDelegationTokenReq = MessageOf<typeof TGetDelegationTokenReq>;

export const TGetDelegationTokenResp = struct('TGetDelegationTokenResp', {
  status: field(1, TStatus, 'required'),
  delegationToken: field(2, string, 'optional', 'secret'),
});
export type TGetDelegationTokenResp = MessageOf<typeof TGetDelegationTokenResp>;

export const TCancelDelegationTokenReq = struct('TCancelDelegationTokenReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  delegationToken: field(2, string, 'required', 'secret'),
});
export type TCancelDelegationTokenReq = MessageOf<typeof TCancelDelegationTokenReq>;

export const TCancelDelegationTokenResp = struct('TCancelDelegationTokenResp', statusOnly);
export type TCancelDelegationTokenResp = MessageOf<typeof TCancelDelegationTokenResp>;

export const TRenewDelegationTokenReq = struct('TRenewDelegationTokenReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  delegationToken: field(2, string, 'required', 'secret'),
});
export type TRenewDelegationTokenReq = MessageOf<typeof TRenewDelegationTokenReq>;

export const TRenewDelegationTokenResp = struct('TRenewDelegationTokenResp', statusOnly);
export type TRenewDelegationTokenResp = MessageOf<typeof TRenewDelegationTokenResp>;
