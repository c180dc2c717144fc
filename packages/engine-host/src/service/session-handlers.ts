import { SenbonError } from '@senbon/core';
import {
  type Handlers,
  type TOpenSessionReq,
  type TOpenSessionResp,
  TProtocolVersion,
} from '@senbon/hive-thrift';
import { infoValueOf } from './info.ts';
import type { Caller } from './service.ts';
import { errorStatus, SUCCESS } from './status.ts';

const MAX_PROTOCOL = TProtocolVersion.V11;

/** The calls about a session itself. */
export const sessionHandlers: Handlers<Caller> = {
  OpenSession: async (request, caller) => {
    const protocol = Math.min(request.clientProtocol, MAX_PROTOCOL) as TProtocolVersion;
    try {
      return await openSession(request, protocol, caller);
    } catch (error) {
      return { status: errorStatus(error), serverProtocolVersion: protocol, configuration: new Map() };
    }
  },

  CloseSession: async ({ sessionHandle }, { service }) => {
    try {
      const session = service.sessions.find(sessionHandle.sessionId);
      await service.sessions.close(session, 'closed by the client');
      return { status: SUCCESS };
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  GetInfo: async ({ sessionHandle, infoType }, { service }) => {
    try {
      service.sessions.find(sessionHandle.sessionId);
      return { status: SUCCESS, infoValue: infoValueOf(infoType, service.info) };
    } catch (error) {
      return { status: errorStatus(error), infoValue: { stringValue: '' } };
    }
  },

  SetClientInfo: async ({ sessionHandle }, { service }) => {
    try {
      service.sessions.find(sessionHandle.sessionId);
      return { status: SUCCESS };
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  /** Kyuubi's server renews an engine's Hadoop credentials with it before each statement. */
  RenewDelegationToken: async () => ({ status: SUCCESS }),
  GetDelegationToken: async () => ({ status: unsupported('Delegation token') }),
  CancelDelegationToken: async () => ({ status: unsupported('Delegation token') }),
  UploadData: async () => ({ status: unsupported('UploadData') }),
  DownloadData: async () => ({ status: unsupported('DownloadData') }),
};

async function openSession(
  request: TOpenSessionReq,
  protocol: TProtocolVersion,
  caller: Caller,
): Promise<TOpenSessionResp> {
  const { sessions, config, identity } = caller.service;
  const session = await sessions.open({
    user: caller.user,
    protocol,
    configuration: request.configuration,
    peer: caller,
  });
  return {
    status: SUCCESS,
    serverProtocolVersion: protocol,
    sessionHandle: { sessionId: { guid: session.handle.guid, secret: session.handle.secret } },
    configuration: new Map([
      ...identity,
      ['hive.server2.thrift.resultset.default.fetch.size', String(config.defaultFetchSize)],
    ]),
  };
}

function unsupported(feature: string) {
  return errorStatus(new SenbonError('FEATURE_UNSUPPORTED', { feature }));
}
