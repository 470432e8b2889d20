/** Written by `npm run gen` from api/asyncapi.json: do not edit. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A person who may take chats. */
        ChatColleague: {
            /** @description The active sessions that they have. */
            active: number;
            /** @description They take chats, and there was a sign of life of them lately. */
            available: boolean;
            name: string;
            staffId: string;
        };
        /**
         * @description What a line of the system is about.
         * @enum {string}
         */
        ChatEvent: "claimed" | "released" | "transferred" | "given" | "requeued" | "closed_by_staff" | "closed_by_visitor" | "closed_by_silence" | "reopened";
        /**
         * @description Who speaks in a line.
         * @enum {string}
         */
        ChatFrom: "visitor" | "staff" | "system";
        /** @description A line. */
        ChatLine: {
            clientId?: string | null;
            /** @description As written; empty if there are only files, if it was redacted, and in a line of the system, which `event` describes. */
            content: string;
            createdAt: string;
            event?: components["schemas"]["ChatEvent"] | null;
            /** @description What was sent with it; missing if there is nothing. */
            files?: components["schemas"]["SentFile"][];
            from: components["schemas"]["ChatFrom"];
            id: string;
            /** @description Its text was removed. */
            redacted?: boolean;
            /** @description Its place in the session, without gaps. */
            seq: number;
            sessionId: string;
            /** @description Who wrote it or did it, for staff only. */
            staffId?: string | null;
            staffName?: string | null;
        };
        /** @description A note of staff in a session, which visitors never see. */
        ChatNote: {
            clientId?: string | null;
            content: string;
            createdAt: string;
            id: string;
            /** @description Its place among the notes of the session. */
            noteSeq: number;
            sessionId: string;
            staffId?: string | null;
            staffName?: string | null;
        };
        /** @description The page on which a visitor is. */
        ChatPage: {
            referrer?: string | null;
            title?: string | null;
            url: string;
        };
        /**
         * @description Whether a visitor has the site open.
         * @enum {string}
         */
        ChatPresence: "online" | "offline";
        /** @description Which session to go on with. */
        ChatResume: {
            /** @description The last line that the client has; 0: none. All after it follow. */
            lastSeq?: number;
            sessionId: string;
            /**
             * @description As `welcome` gave it, or as it stands in the address of a mailed link; with the latter, what is written reopens
             *     a session of any age.
             */
            token: string;
        };
        /** @description A session, for staff. */
        ChatSession: {
            endedAt?: string | null;
            feedback?: string | null;
            isSpam: boolean;
            lastActivity: string;
            lastFrom?: components["schemas"]["ChatFrom"] | null;
            /** @description The beginning of the newest line that somebody wrote; the name of its first file if it has only files. */
            lastLine?: string | null;
            lastSeq: number;
            /** @description Who wrote it, if that was one of the staff. */
            lastStaffName?: string | null;
            /** @description It was closed before staff wrote anything. */
            missed: boolean;
            /** @description The visitor has the site open. */
            online: boolean;
            page?: components["schemas"]["ChatPage"] | null;
            rating?: number | null;
            sessionId: string;
            staffId?: string | null;
            staffName?: string | null;
            staffReadSeq: number;
            startedAt: string;
            status: components["schemas"]["ChatStatus"];
            tags: string[];
            /** @description The address of a service. */
            topic?: string | null;
            /** @description Lines of the visitor beyond what staff have read. */
            unread: number;
            /** @description Increases with every change: of two states of a session, the higher one is newer. */
            version: number;
            visitorEmail?: string | null;
            visitorName?: string | null;
            visitorReadSeq: number;
            /** @description The same in seconds, at the time of this response. */
            waitingSeconds?: number | null;
            /** @description Since when the visitor waits for words of staff; none: they do not. */
            waitingSince?: string | null;
        };
        /**
         * @description A side of a session.
         * @enum {string}
         */
        ChatSide: "visitor" | "staff";
        /**
         * @description Where a session stands.
         * @enum {string}
         */
        ChatStatus: "waiting" | "active" | "closed";
        /** @description What a client sends. */
        ClientFrame: {
            ticket: string;
            /** @enum {string} */
            type: "auth";
        } | {
            /** @description Such as `message`. */
            entity: string;
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
        /** @description A file as it is shown. */
        SentFile: {
            fileId: string;
            height?: number;
            name: string;
            /** @description In bytes. */
            size: number;
            /** @description Its media type, detected from its bytes. */
            type: string;
            /** @description In pixels, if it is a picture that can be shown. */
            width?: number;
        };
        /** @description What the server sends. */
        ServerFrame: {
            staffId: string;
            /** @enum {string} */
            type: "ready";
        } | {
            entity: string;
            id: string;
            staff: components["schemas"]["Viewer"][];
            /** @enum {string} */
            type: "viewing";
        } | {
            entity: string;
            id?: string | null;
            kind: string;
            /** @enum {string} */
            type: "notice";
        } | {
            /** @enum {string} */
            type: "pong";
        } | {
            reason: components["schemas"]["Goodbye"];
            retryAfter?: number | null;
            /** @enum {string} */
            type: "bye";
        } | {
            clientId?: string | null;
            code: string;
            detail: string;
            /** @description Seconds after which it can be tried again. */
            retryAfter?: number | null;
            /** @description The session and the line of the frame, if it named them. */
            sessionId?: string | null;
            /** @enum {string} */
            type: "error";
        };
        /** @description What a dashboard sends about chats. */
        StaffFrame: {
            on: boolean;
            /** @enum {string} */
            type: "available";
        } | {
            sessionId: string;
            /** @enum {string} */
            type: "claim";
        } | {
            sessionId: string;
            /** @enum {string} */
            type: "release";
        } | {
            note?: string | null;
            sessionId: string;
            staffId: string;
            /** @enum {string} */
            type: "transfer";
        } | {
            lastNoteSeq?: number;
            lastSeq?: number;
            sessionId: string;
            /** @enum {string} */
            type: "open";
        } | {
            sessionId: string;
            /** @enum {string} */
            type: "leave";
        } | {
            /** @description The client's own name of the line, 1 to 64 characters. */
            clientId: string;
            /** @description At most 4,000 characters; can be empty if there are files. */
            content: string;
            /** @description At most 5, uploaded before with `POST /api/admin/files?for=chat`. */
            files?: string[];
            sessionId: string;
            /** @enum {string} */
            type: "message";
        } | {
            clientId: string;
            content: string;
            sessionId: string;
            /** @enum {string} */
            type: "note";
        } | {
            beforeSeq: number;
            /** @description 1 to 200. */
            limit: number;
            sessionId: string;
            /** @enum {string} */
            type: "history";
        } | {
            on: boolean;
            sessionId: string;
            /** @enum {string} */
            type: "typing";
        } | {
            seq: number;
            sessionId: string;
            /** @enum {string} */
            type: "read";
        } | {
            sessionId: string;
            /** @enum {string} */
            type: "close";
        };
        /** @description What a dashboard gets about chats. */
        StaffServerFrame: {
            /** @description There is no further frame of this list. */
            complete: boolean;
            sessions: components["schemas"]["ChatSession"][];
            /** @enum {string} */
            type: "sessions";
        } | (components["schemas"]["ChatSession"] & {
            /** @enum {string} */
            type: "session";
        }) | {
            staff: components["schemas"]["ChatColleague"][];
            /** @enum {string} */
            type: "staff";
        } | {
            complete: boolean;
            messages: components["schemas"]["ChatLine"][];
            sessionId: string;
            /** @enum {string} */
            type: "history";
        } | (components["schemas"]["ChatLine"] & {
            /** @enum {string} */
            type: "message";
        }) | (components["schemas"]["ChatNote"] & {
            /** @enum {string} */
            type: "note";
        }) | {
            clientId: string;
            noteSeq?: number | null;
            seq?: number | null;
            sessionId: string;
            /** @enum {string} */
            type: "ack";
        } | {
            from: components["schemas"]["ChatSide"];
            on: boolean;
            sessionId: string;
            staffId?: string | null;
            staffName?: string | null;
            /** @enum {string} */
            type: "typing";
        } | {
            by: components["schemas"]["ChatSide"];
            seq: number;
            sessionId: string;
            /** @enum {string} */
            type: "read";
        } | {
            page?: components["schemas"]["ChatPage"] | null;
            sessionId: string;
            /** @enum {string} */
            type: "presence";
            visitor: components["schemas"]["ChatPresence"];
        };
        /** @description A person who is viewing something. */
        Viewer: {
            id: string;
            name: string;
            /** @description They are writing a reply or a note. */
            writing: boolean;
        };
        /** @description What the page of a visitor sends. */
        VisitorFrame: {
            email?: string | null;
            /** @description At most 120 characters. */
            name?: string | null;
            referrer?: string | null;
            resume?: components["schemas"]["ChatResume"] | null;
            /** @description IANA name, such as `Europe/Berlin`. */
            timezone?: string | null;
            /** @description The address of a service. */
            topic?: string | null;
            /** @enum {string} */
            type: "hello";
            /** @description The page on which the visitor is, and from where they came to it. */
            url?: string | null;
            /** @description As an earlier `welcome` named it. It authorises nothing. */
            visitorId?: string | null;
        } | {
            /** @description The client's own name of the line, 1 to 64 characters. */
            clientId?: string | null;
            /** @description At most 4,000 characters; can be empty if there are files. */
            content: string;
            /** @description At most 5, uploaded before with `POST /api/chat/files`. */
            files?: string[];
            sessionId: string;
            /** @enum {string} */
            type: "message";
        } | {
            email?: string | null;
            name?: string | null;
            sessionId: string;
            topic?: string | null;
            /** @enum {string} */
            type: "details";
        } | {
            beforeSeq: number;
            /** @description 1 to 200. */
            limit: number;
            sessionId: string;
            /** @enum {string} */
            type: "history";
        } | {
            on: boolean;
            sessionId: string;
            /** @enum {string} */
            type: "typing";
        } | {
            seq: number;
            sessionId: string;
            /** @enum {string} */
            type: "read";
        } | {
            referrer?: string | null;
            title?: string | null;
            /** @enum {string} */
            type: "page";
            url: string;
        } | {
            sessionId: string;
            /** @enum {string} */
            type: "close";
        } | {
            /** @description At most 2,000 characters. */
            feedback?: string | null;
            /** @description 1 to 5. */
            rating: number;
            sessionId: string;
            /** @enum {string} */
            type: "rate";
        } | {
            email: string;
            sessionId: string;
            /** @enum {string} */
            type: "copy";
        } | {
            /** @enum {string} */
            type: "ping";
        };
        /** @description What the page of a visitor gets. */
        VisitorServerFrame: {
            /** @description It was resumed. */
            resumed: boolean;
            serverTime: string;
            sessionId: string;
            /** @description Opens the session; belongs in frames only. */
            token: string;
            /** @enum {string} */
            type: "welcome";
            visitorId: string;
        } | {
            feedback?: string | null;
            lastActivity: string;
            lastSeq: number;
            rating?: number | null;
            sessionId: string;
            staffName?: string | null;
            staffReadSeq: number;
            startedAt: string;
            status: components["schemas"]["ChatStatus"];
            /** @enum {string} */
            type: "session";
            /** @description Lines of staff beyond what the visitor has read. */
            unread: number;
            visitorEmail?: string | null;
            visitorName?: string | null;
            /** @description What the visitor has read, and what staff have read. */
            visitorReadSeq: number;
        } | {
            complete: boolean;
            messages: components["schemas"]["ChatLine"][];
            sessionId: string;
            /** @enum {string} */
            type: "history";
        } | (components["schemas"]["ChatLine"] & {
            /** @enum {string} */
            type: "message";
        }) | {
            clientId?: string | null;
            seq: number;
            sessionId: string;
            /** @enum {string} */
            type: "ack";
        } | {
            from: components["schemas"]["ChatSide"];
            on: boolean;
            sessionId: string;
            staffName?: string | null;
            /** @enum {string} */
            type: "typing";
        } | {
            by: components["schemas"]["ChatSide"];
            seq: number;
            sessionId: string;
            /** @enum {string} */
            type: "read";
        } | {
            email: string;
            sessionId: string;
            /** @enum {string} */
            type: "copied";
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
