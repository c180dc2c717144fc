import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions as TlsOptions, connect as connectTls } from 'node:tls';
import { SaslError } from '../sasl/frame.ts';
import { SaslPlainClient } from '../sasl/plain-client.ts';
import { abortReason, ConnectionError, DEFAULT_CONNECT_TIMEOUT_MS } from './transport.ts';

export type ClientAuth =
  | { readonly mechanism: 'PLAIN'; readonly user: string; readonly password: string }
  | { readonly mechanism: 'NOSASL' };

export interface OpenSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly auth: ClientAuth;
  /** TCP, TLS and SASL together; default 15 seconds. */
  readonly connectTimeoutMs?: number;
  /** Present = TLS. */
  readonly tls?: TlsOptions;
  readonly signal?: AbortSignal;
}

export interface OpenedSocket {
  /** Paused and without listeners of ours. */
  readonly socket: Socket;
  /** Bytes that came behind the handshake. */
  readonly rest: Uint8Array;
}

/** Seconds of silence before the kernel asks whether the peer lives; a call may take hours. */
const KEEP_ALIVE_MS = 60_000;

/** Connects and authenticates. Throws ConnectionError (`unreachable`, `refused`, `timeout`) or the signal's reason. */
export function openSocket(options: OpenSocketOptions): Promise<OpenedSocket> {
  const { host, port, auth, tls, signal, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const socket = tls === undefined ? connectTcp({ host, port }) : connectTls({ ...tls, host, port });
    const sasl = auth.mechanism === 'PLAIN' ? new SaslPlainClient(auth) : null;
    let connected = false;

    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.pause();
      for (const event of ['connect', 'secureConnect', 'data', 'error', 'close']) {
        socket.removeAllListeners(event);
      }
    };
    const fail = (error: Error): void => {
      settle();
      // A socket may still report an error after destroy; without a listener that would end the process.
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const succeed = (rest: Uint8Array): void => {
      settle();
      resolve({ socket, rest });
    };
    const onAbort = (): void => fail(abortReason(signal));
    const onConnect = (): void => {
      connected = true;
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      if (sasl === null) succeed(new Uint8Array(0));
      else socket.write(sasl.start());
    };
    const onData = (chunk: Uint8Array): void => {
      try {
        const step = sasl?.push(chunk);
        if (step?.done === true) succeed(step.rest);
      } catch (error) {
        fail(refusal(`${host}:${port}`, error));
      }
    };
    const timer = setTimeout(() => {
      const what = connected ? 'connects but does not answer the SASL handshake' : 'does not answer';
      fail(new ConnectionError('timeout', `${host}:${port} ${what} within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);

    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once(tls === undefined ? 'connect' : 'secureConnect', onConnect);
    socket.on('data', onData);
    socket.once('error', (cause) => {
      fail(
        new ConnectionError('unreachable', `cannot connect to ${host}:${port}: ${cause.message}`, { cause }),
      );
    });
    socket.once('close', () => {
      const hint = 'is it a HiveServer2 port with this authentication?';
      fail(
        new ConnectionError('refused', `${host}:${port} closed the connection during the handshake; ${hint}`),
      );
    });
  });
}

function refusal(where: string, error: unknown): Error {
  if (!(error instanceof SaslError)) return error instanceof Error ? error : new Error(String(error));
  return new ConnectionError('refused', `${where} refused the login: ${error.message}`, { cause: error });
}
