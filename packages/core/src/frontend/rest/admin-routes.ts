import { parseDuration } from '../../config/duration.ts';
import { SenbonError } from '../../errors/senbon-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { HttpApp, HttpContext } from '../http-listener.ts';
import type { Callers } from './callers.ts';
import type { GatewayAdmin } from './gateway-admin.ts';

export interface AdminRoutesOptions {
  readonly admin: GatewayAdmin;
  readonly callers: Callers;
  readonly logger: Logger;
}

/** Below `/api/v1/admin`: Kyuubi's list of servers, and the drain of this gateway, which is ours. */
export function addAdminRoutes(app: HttpApp, { admin, callers, logger }: AdminRoutesOptions): void {
  const administrator = (context: HttpContext) => callers.administratorOf((name) => context.req.header(name));

  app.get('/api/v1/admin/server', async (context) => {
    administrator(context);
    const spaces = [...(await admin.servers())];
    return context.json(
      spaces.flatMap(([namespace, nodes]) =>
        nodes.map(({ name: nodeName, host, port, attributes }) => {
          const instance = `${host}:${port}`;
          return { nodeName, namespace, instance, host, port, attributes, status: 'Running' };
        }),
      ),
    );
  });

  app.get('/api/v1/admin/drain', (context) => {
    administrator(context);
    return context.json(admin.status());
  });

  app.post('/api/v1/admin/drain', (context) => {
    const user = administrator(context);
    const deadlineMs = deadlineOf(context.req.query('deadline'));
    logger.info(`${user} asks for a drain by REST`);
    admin.drain(deadlineMs);
    return context.json(admin.status(), 202);
  });

  app.post('/api/v1/admin/undrain', async (context) => {
    const user = administrator(context);
    logger.info(`${user} asks by REST for the end of the drain`);
    await admin.undrain();
    return context.json(admin.status());
  });
}

function deadlineOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseDuration(text);
  if (ms !== null && ms >= 0) return ms;
  const problem = `deadline=${text} is no duration; write it as PT10M, or in milliseconds`;
  throw new SenbonError('REQUEST_INVALID', { method: 'POST /api/v1/admin/drain', problem });
}
