import * as messages from '../proto/connect-messages.ts';
import type { Message } from '../proto/message.ts';
import type { Call } from './connect-channel.ts';

function call<Request, Response>(
  method: string,
  request: Message<Request>,
  response: Message<Response>,
): Call<Request, Response> {
  return { method, request, response };
}

/** The methods of `spark.connect.SparkConnectService` that are used. */
export const calls = {
  executePlan: call('ExecutePlan', messages.executePlanRequest, messages.executePlanResponse),
  reattachExecute: call('ReattachExecute', messages.reattachExecuteRequest, messages.executePlanResponse),
  releaseExecute: call('ReleaseExecute', messages.releaseExecuteRequest, messages.releaseExecuteResponse),
  analyzePlan: call('AnalyzePlan', messages.analyzePlanRequest, messages.analyzePlanResponse),
  config: call('Config', messages.configRequest, messages.configResponse),
  interrupt: call('Interrupt', messages.interruptRequest, messages.interruptResponse),
  releaseSession: call('ReleaseSession', messages.releaseSessionRequest, messages.releaseSessionResponse),
  fetchErrorDetails: call(
    'FetchErrorDetails',
    messages.fetchErrorDetailsRequest,
    messages.fetchErrorDetailsResponse,
  ),
} as const;
