/**
 * Placeholder until `api/openapi.json` is there: `npm run gen` overwrites this file.
 * Until then the client accepts any path, and the answers are typed in `web/admin/src/lib/api/types.ts`.
 */
/* eslint-disable @typescript-eslint/no-explicit-any */
export type paths = any;
export type components = any;
