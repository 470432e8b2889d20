/** Text of the audit pages. */
import { plural } from '../../format/plural';

export const own = {
  title: 'Audit trail',
  intro: 'Who did what, when and from where. Any change to these entries shows up in the tamper check.',
  search: 'Search actions',
  searchHint: 'For example “wrong password”',
  filters: 'Filters',
  filter: 'Filter',
  /** After the number of filters. */
  inUse: 'active',
  actor: 'Who',
  action: 'What',
  type: 'About',
  address: 'Network address',
  any: 'Any',
  everything: 'Everything',
  group: (name: string) => `All of “${name}”`,
  tokens: 'API tokens',
  people: 'People',
  clear: 'Clear filters',
  only: (what: string) => `Only the history of one ${what}`,
  total: (n: number, more: boolean) =>
    `${n.toLocaleString('en-GB')}${more ? '+' : ''} ${n === 1 && !more ? 'entry' : 'entries'}`,
  loadMore: 'Load more',
  emptyTitle: 'No matching entries',
  emptyText: 'Nothing in the trail matches these filters.',
  list: 'Entries',
  withToken: (token: string) => `using the API token ${token}`,

  changes: 'What changed',
  field: 'Field',
  before: 'Before',
  after: 'After',
  nothing: 'nothing',
  yes: 'Yes',
  no: 'No',
  noChanges: 'This entry changed no fields.',
  facts: {
    seq: 'Position in the chain',
    notSealed: 'Not sealed yet',
    at: 'Time',
    action: 'Action',
    entity: 'About',
    address: 'Network address',
    agent: 'User agent',
    request: 'Request',
    id: 'Entry',
  },

  export: 'Export',
  exportCsv: 'Export as CSV',
  exportJson: 'Export as JSON lines',

  seal: 'Tamper check',
  sealText: 'Save a checkpoint elsewhere: it reveals whether the end was ever cut off.',
  head: 'Current checkpoint',
  noHead: 'The first entry is being sealed.',
  copyHead: 'Copy checkpoint',
  entries: (n: number) => plural(n, 'sealed entry', 'sealed entries'),
  verify: 'Verify',
  stop: 'Stop',
  verifying: (done: number, total: number) =>
    `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} entries checked`,
  starting: 'Starting',
  keptHead: 'Saved checkpoint',
  keptHint: 'Paste it, or choose the email that contains it.',
  chooseFile: 'Choose a file',
  noHeadInFile: 'This file contains no checkpoint.',
  holds: (n: number, waiting: number) =>
    `Nothing was altered: ${plural(n, 'entry', 'entries')} checked${waiting ? `, ${waiting} not sealed yet` : ''}.`,
  holdsWithHead: 'It matches your saved checkpoint.',
  broken: (seq: number, reason: string) =>
    `The trail was altered at entry ${seq.toLocaleString('en-GB')}: ${reason}.`,
  brokenText: (n: number) =>
    n === 1
      ? 'The one entry before it is intact.'
      : `The ${n.toLocaleString('en-GB')} entries before it are intact.`,
  failed: 'The trail could not be read to the end. Try again in a moment.',
  stopped: 'Stopped',

  history: 'History',
  historyNone: 'No changes yet.',
  openTrail: 'Open in the audit trail',
};
