/** A rule as a form and as a sentence. Pure. */
import { frame } from '../strings.frame';
import type { MessageRule, MessageStatus, NewMessageRule } from '../types';
import { own as text } from './strings';

/** The statuses that a rule can set. */
export const SETTABLE = ['in_progress', 'converted', 'archived', 'spam'] as const satisfies MessageStatus[];

export interface RuleForm {
  name: string;
  service: string;
  words: string;
  hours: string;
  assignTo: string;
  tags: string;
  status: string;
}

export function formOf(rule: MessageRule | null): RuleForm {
  return {
    name: rule?.name ?? '',
    service: rule?.service ?? '',
    words: rule?.words.join('\n') ?? '',
    hours: rule?.hours ?? '',
    assignTo: rule?.assignTo?.id ?? '',
    tags: rule?.tags.join(', ') ?? '',
    status: rule?.status ?? '',
  };
}

const parts = (content: string, separator: string) =>
  content
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean);

export function ruleOf(form: RuleForm): NewMessageRule {
  return {
    name: form.name.trim(),
    service: form.service || null,
    words: parts(form.words, '\n'),
    hours: (form.hours || null) as NewMessageRule['hours'],
    assignTo: form.assignTo || null,
    tags: parts(form.tags, ','),
    status: (form.status || null) as NewMessageRule['status'],
  };
}

const sentence = (start: string) => start.charAt(0).toUpperCase() + start.slice(1);

/** "About Web design, during opening hours". */
export function conditions(rule: MessageRule, serviceName: (slug: string) => string): string {
  const says = [
    rule.service && text.says.service(serviceName(rule.service)),
    rule.words.length && text.says.words(rule.words.map((phrase) => `“${phrase}”`)),
    rule.hours && text.says[rule.hours],
  ].filter((part): part is string => Boolean(part));
  return says.length ? sentence(says.join(', ')) : text.all;
}

/** "Assign to Ben, tag urgent". */
export function actions(rule: MessageRule): string {
  const does = [
    rule.assignTo && text.says.assign(rule.assignTo.name),
    rule.tags.length && text.says.tags(rule.tags),
    rule.status && text.says.status(frame.status[rule.status]),
  ].filter((part): part is string => Boolean(part));
  return sentence(does.join(', '));
}
