import { FetchType } from '@senbon/hive-thrift';
import type { AreaConfig } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineRelay } from '../relay/engine-relay.ts';
import { readReply } from '../relay/read-reply.ts';
import { send } from '../relay/reply-sink.ts';
import type { sessionArea } from '../session/config.ts';
import type { OperationRef } from '../session/session-directory.ts';
import type { SessionManager } from '../session/session-manager.ts';
import type { Call } from './call.ts';
import { FetchSink } from './fetch-sink.ts';
import { launchFetch, launchSchema, launchStatus } from './launch-replies.ts';
import { OK } from './thrift-status.ts';

export interface OperationCallsOptions {
  readonly manager: SessionManager;
  readonly relay: EngineRelay;
  readonly config: AreaConfig<typeof sessionArea>;
  readonly clock: Clock;
}

/** A call with an operation handle. */
type OperationCall = Call<
  | 'GetOperationStatus'
  | 'CancelOperation'
  | 'CloseOperation'
  | 'GetResultSetMetadata'
  | 'FetchResults'
  | 'GetQueryId'
>;

/** The calls about an operation that was started before. */
export class OperationCalls {
  readonly #options: OperationCallsOptions;

  constructor(options: OperationCallsOptions) {
    this.#options = options;
  }

  async status(call: Call<'GetOperationStatus'>): Promise<void> {
    const { relay, config } = this.#options;
    const ref = this.#resolve(call);
    if (ref.kind === 'launch') {
      await ref.session.launch.waitForEnd(config.statusPollMs);
      return call.reply(launchStatus(ref.session.launch));
    }
    const { operation, session } = ref;
    // A final one needs no engine.
    const known = operation.finalReply(call.seqId);
    if (known !== null) return send(call.sink, known);
    const reply = await relay.ask(session, call.method, () => call.patched(operation.engineHandle));
    operation.remember(readReply(session.engineName, call.method, reply));
    await send(call.sink, operation.finalReply(call.seqId) ?? reply);
  }

  async cancel(call: Call<'CancelOperation'>): Promise<void> {
    const ref = this.#resolve(call);
    // A launch serves every session that waits for the engine; one of them cannot call it off.
    if (ref.kind === 'launch') return call.reply({ status: OK });
    try {
      await this.#forward(ref, call);
    } finally {
      ref.operation.forget();
    }
  }

  async close(call: Call<'CloseOperation'>): Promise<void> {
    const ref = this.#resolve(call);
    if (ref.kind === 'engine') this.#options.manager.closeOperation(ref.operation);
    await call.reply({ status: OK });
  }

  async resultSetMetadata(call: Call<'GetResultSetMetadata'>): Promise<void> {
    const ref = this.#resolve(call);
    if (ref.kind === 'launch') return call.reply({ status: OK, schema: launchSchema });
    await this.#forward(ref, call);
  }

  async fetch(call: Call<'FetchResults'>): Promise<void> {
    const ref = this.#resolve(call);
    if (ref.kind === 'launch') return send(call.sink, launchFetch(ref.session, call.request(), call.seqId));
    this.#checkFetchSize(call);
    // Before it is over there is no status to forget.
    if (ref.operation.finalStatus === null) return this.#forward(ref, call);
    const sink = new FetchSink(call.sink);
    try {
      await this.#forward(ref, call, sink);
    } finally {
      if (!sink.hasSucceeded) ref.operation.forget();
    }
  }

  async queryId(call: Call<'GetQueryId'>): Promise<void> {
    const ref = this.#resolve(call);
    if (ref.kind === 'launch') return call.reply({ queryId: ref.session.launch.handle.id });
    await this.#forward(ref, call);
  }

  #resolve(call: OperationCall): OperationRef {
    const ref = this.#options.manager.directory.operationOf(call.handle(), call.client.user);
    if (ref.kind === 'engine') ref.operation.lastAccessMs = this.#options.clock.now();
    return ref;
  }

  #forward(ref: OperationRef & { kind: 'engine' }, call: OperationCall, sink = call.sink): Promise<void> {
    const { method } = call;
    return this.#options.relay.forward(ref.session, { method, sink }, () =>
      call.patched(ref.operation.engineHandle),
    );
  }

  #checkFetchSize(call: Call<'FetchResults'>): void {
    const limit = this.#options.config.fetchMaxRows;
    if (limit === null) return;
    const { maxRows, fetchType } = call.request();
    if (maxRows > BigInt(limit) && fetchType !== FetchType.LOG)
      throw new SenbonError('FETCH_LIMIT', { limit });
  }
}
