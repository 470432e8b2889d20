/** Short names for settings types, and types for composite values: the OpenAPI document has them as free JSON. */
import type { Schema } from '../../api/types';

export type SettingsSchema = Schema['SettingsSchema'];
export type SettingKey = Schema['Key'];
export type BlockChoice = Schema['BlockChoice'];
export type MailTrial = Schema['MailTrial'];
export type MailPreview = Schema['MailPreview'];
export type MailTest = Schema['MailTest'];
export type Expiring = Schema['Expiring'];

export type SiteTrial = Schema['SiteTrial'];
export type SitePage = Schema['SitePage'];
export type NewSitePage = Schema['NewSitePage'];
export type SitePagePatch = Schema['SitePagePatch'];
export type SitePageTrial = Schema['SitePageTrial'];

export type SettingValues = Record<string, unknown>;

export interface Opening {
  day: string;
  opens: string;
  closes: string;
}
export interface Holiday {
  from: string;
  until: string | null;
  name: string;
}
export interface SocialLink {
  name: string;
  url: string;
}
export interface Point {
  title: string;
  text: string;
}
export interface Block {
  block: string;
  shown: boolean;
}
export interface Service {
  /** Absent until it is saved. */
  id?: string;
  slug: string;
  name: string;
  summary: string;
  icon: string;
  intro: string;
  minutes: number | null;
  gets: string[];
  steps: Point[];
  startsFrom: string | null;
  startsAt: string;
  fits: string[];
  questions: { q: string; a: string }[];
}
