/** Written by `npm run gen` from api/asyncapi.json: do not edit. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What a client sends. */
        ClientFrame: {
            ticket: string;
            /** @enum {string} */
            type: "auth";
        } | {
            /** @description Such as `message`. */
            entity: string;
            /** Format: uuid */
            id?: string | null;
            /** @enum {string} */
            type: "viewing";
            /** @description The person is writing a reply or a note there. */
            writing?: boolean;
        } | {
            /** @enum {string} */
            type: "ping";
        };
        /**
         * @description Why a socket was closed.
         * @enum {string}
         */
        Goodbye: "signed_out" | "shutdown" | "unavailable" | "idle";
        /** @description What the server sends. */
        ServerFrame: {
            /** Format: uuid */
            staffId: string;
            /** @enum {string} */
            type: "ready";
        } | {
            entity: string;
            /** Format: uuid */
            id: string;
            staff: components["schemas"]["Viewer"][];
            /** @enum {string} */
            type: "viewing";
        } | {
            entity: string;
            /** Format: uuid */
            id?: string | null;
            kind: string;
            /** @enum {string} */
            type: "notice";
        } | {
            /** @enum {string} */
            type: "pong";
        } | {
            reason: components["schemas"]["Goodbye"];
            /** Format: int64 */
            retryAfter?: number | null;
            /** @enum {string} */
            type: "bye";
        } | {
            code: string;
            detail: string;
            /** @enum {string} */
            type: "error";
        };
        /** @description A person who is viewing something. */
        Viewer: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @description They are writing a reply or a note. */
            writing: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
