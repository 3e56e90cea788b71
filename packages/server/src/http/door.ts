import type { FastifyRequest } from 'fastify';

/** Guessing is damped per account and address by the kernel; this only keeps one address from flooding. */
export const door = { rateLimit: { max: 300, timeWindow: '1 minute' } };

/** Secure wherever the browser came by TLS, to us or to the proxy before us. */
export function cookieOptions(request: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'lax' as const, secure: request.protocol === 'https' };
}
