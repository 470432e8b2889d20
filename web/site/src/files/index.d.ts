/** The types of `index.js`, for the dashboard. */

/** What is known of a file without its bytes. */
export interface FileMeta {
  /** The browser's name for it. */
  key: string;
  name: string;
  type: string;
  size: number;
  width?: number | null;
  height?: number | null;
  /** The server's name for it, once it is there, and the place for which it counts. */
  fileId?: string;
  place?: string;
}

/** A file that the server has. */
export interface StoredFile {
  fileId: string;
  name: string;
  type: string;
  size: number;
  width?: number | null;
  height?: number | null;
}

export interface Job {
  key: string;
  file: File | null;
  state: 'waiting' | 'sending' | 'done' | 'refused';
  /** How much has gone out, from 0 to 1. */
  part: number;
  tries: number;
  why: { code: string; detail: string } | null;
  answer?: StoredFile | null;
  place?: string;
}

export interface Progress {
  progress: (part: number) => void;
  signal: AbortSignal;
}

export class Kept {
  constructor(name: string | null);
  static nameAt(now: number, uuid: string): string;
  set(key: string, file: File): Promise<unknown>;
  get(key: string): Promise<File | undefined>;
  drop(key: string): Promise<unknown>;
  clear(): Promise<unknown>;
}

export class Refused extends Error {
  constructor(code: string, detail?: string);
  code: string;
  detail: string;
}

export class Later extends Error {
  constructor(status: number, wait: number);
  status: number;
  wait: number;
}

export function postFile(
  file: File,
  to: { url: string; headers: Record<string, string> } & Progress,
): Promise<StoredFile>;

export function alone(key: string, act: () => Promise<void>): Promise<boolean>;

export class Uploads {
  constructor(parts: {
    post: (file: File, on: Progress) => Promise<StoredFile>;
    place: () => string | null;
    kept: Pick<Kept, 'set' | 'get' | 'drop'>;
    changed: (key: string) => void;
    env: {
      now: () => number;
      uuid: () => string;
      setTimeout: (act: () => void, ms: number) => unknown;
      clearTimeout: (timer: never) => void;
      alone: typeof alone;
    };
  });
  add(file: File, why?: string): FileMeta;
  want(file: Pick<FileMeta, 'key' | 'fileId'>): void;
  of(key: string): Job | null;
  lost(key: string, fileId: string): void;
  again(key: string): void;
  drop(key: string, options?: { keep?: boolean }): void;
  end(options?: { keep?: boolean }): void;
  back(): void;
  cut(): void;
  go(): void;
}

export class Pictures {
  constructor(load: (id: string) => Promise<Blob>);
  take(id: string): Promise<string>;
  give(id: string): void;
}

export function whenNear(element: Element, act: () => void): () => void;

export function isPicture(file: { type: string }): boolean;
export function sizeInWords(bytes: number): string;
export function endingOf(file: { name: string }): string;
export function whyNot(
  file: { name: string; type: string; size: number },
  limits: { types: readonly string[]; maxSize: number },
): '' | 'type' | 'empty' | 'size';
export function fitted(
  file: { width?: number | null; height?: number | null },
  most: { width: number; height: number },
): { width: number; height: number };
export function pastedFiles(data: DataTransfer | null, name: string): File[];
export function hasFiles(data: DataTransfer | null): boolean;
