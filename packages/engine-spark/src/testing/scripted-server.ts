import { Metadata, Server, ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js';
import { calls } from '../connect/calls.ts';
import { ConnectChannel } from '../connect/connect-channel.ts';
import { ConnectSession, type ServerFate } from '../connect/connect-session.ts';
import type { ExecutePlanResponse } from '../proto/connect-messages.ts';

type Method = keyof typeof calls;
export type Stream = ServerWritableStream<unknown, ExecutePlanResponse>;
/** What happens at a call: a unary call's answer, or what is done with a stream. */
export type Script = Partial<
  Record<Method, (request: Record<string, unknown>, stream: Stream) => object | void | Promise<object | void>>
>;

const STREAMS: readonly Method[] = ['executePlan', 'reattachExecute'];

export function rpcError(code: number, details: string, metadata = new Metadata()): Error {
  return Object.assign(new Error(details), { code, details, metadata });
}

/** The service of Spark Connect in this process, doing as it is told. */
export class ScriptedServer {
  /** Methods in the order in which they were called, with their requests. */
  readonly seen: { readonly method: Method; readonly request: Record<string, unknown> }[] = [];
  readonly #server = new Server();
  #port = 0;

  constructor(script: Script) {
    for (const name of Object.keys(calls) as Method[]) {
      const { method, request, response } = calls[name];
      const isStream = STREAMS.includes(name);
      this.#server.register(
        `/spark.connect.SparkConnectService/${method}`,
        isStream ? this.#stream(name, script) : this.#unary(name, script),
        (value: never) => (response as { encode(value: never): Buffer }).encode(value),
        (bytes) => request.decode(bytes) as never,
        isStream ? 'serverStream' : 'unary',
      );
    }
  }

  async start(): Promise<void> {
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  connect(headers: ReadonlyMap<string, string> = new Map()): ConnectChannel {
    return new ConnectChannel({
      host: '127.0.0.1',
      port: this.#port,
      isSecure: false,
      headers,
      userId: null,
    });
  }

  session(given: Partial<ServerFate> = {}): ConnectSession {
    const fate = { ending: null, isReattachable: true, ...given };
    return new ConnectSession({ channel: this.connect(), fate, sessionId: 'session', userId: 'anna' });
  }

  methods(): readonly Method[] {
    return this.seen.map(({ method }) => method);
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #stream(method: Method, script: Script) {
    return ((stream: Stream) => {
      const request = stream.request as Record<string, unknown>;
      this.seen.push({ method, request });
      stream.on('error', () => undefined);
      void Promise.resolve(script[method]?.(request, stream)).catch((error: Error) =>
        stream.emit('error', error),
      );
    }) as never;
  }

  #unary(method: Method, script: Script) {
    return ((call: { request: Record<string, unknown> }, done: (error: unknown, value?: object) => void) => {
      this.seen.push({ method, request: call.request });
      const answer = script[method];
      if (answer === undefined) {
        done(rpcError(status.UNIMPLEMENTED, `no ${method}`));
        return;
      }
      try {
        done(null, answer(call.request, undefined as never) ?? {});
      } catch (error) {
        done(error);
      }
    }) as never;
  }
}
