/** Text of the audit pages. */
import { plural } from '../../format/plural';

export const own = {
  title: 'Audit trail',
  intro: 'Who did what, when and from where. Nothing here can be changed without the seal showing it.',
  search: 'Search actions',
  searchHint: 'Such as “wrong password”',
  filters: 'Filters',
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
  emptyTitle: 'No entry fits',
  emptyText: 'Nothing was done that these filters ask for.',
  list: 'Entries',
  withToken: (token: string) => `with the API token ${token}`,

  changes: 'What changed',
  field: 'Field',
  before: 'Before',
  after: 'After',
  nothing: 'nothing',
  noChanges: 'This entry changed no field.',
  facts: {
    seq: 'Place in the chain',
    notSealed: 'Sealed within a second',
    at: 'Time',
    action: 'Action',
    entity: 'About',
    address: 'Network address',
    agent: 'Program',
    request: 'Request',
    id: 'Entry',
  },

  export: 'Export',
  exportCsv: 'Export as CSV',
  exportJson: 'Export as JSON lines',

  seal: 'Seal',
  sealText: 'Keep the head somewhere else: it proves if the end is ever cut off.',
  head: 'Head of the chain',
  noHead: 'The first entry is being sealed.',
  copyHead: 'Copy the head',
  entries: (n: number) => plural(n, 'sealed entry', 'sealed entries'),
  verify: 'Verify',
  stop: 'Stop',
  verifying: (done: number, total: number) =>
    `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} entries checked`,
  starting: 'Starting',
  keptHead: 'A head that you kept',
  keptHint: 'Paste it, or choose the mail that holds it.',
  chooseFile: 'Choose a file',
  noHeadInFile: 'There is no head in this file.',
  holds: (n: number, waiting: number) =>
    `The trail holds: ${plural(n, 'entry', 'entries')} checked${waiting ? `, ${waiting} wait for their seal` : ''}.`,
  holdsWithHead: 'The head that you kept is on it.',
  broken: (seq: number, reason: string) =>
    `The trail is broken at entry ${seq.toLocaleString('en-GB')}: ${reason}.`,
  brokenText: (n: number) =>
    n === 1 ? 'The one entry before it holds.' : `The ${n.toLocaleString('en-GB')} entries before it hold.`,
  failed: 'The trail could not be read to its end. Try again in a moment.',
  stopped: 'Stopped',

  history: 'History',
  openTrail: 'Open in the audit trail',
};
