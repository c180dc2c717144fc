export { expireSession } from './expire-session.ts';
