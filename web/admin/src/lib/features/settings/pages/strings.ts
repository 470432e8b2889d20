/** Text of the firm's own pages: their list and their editor. */
export const own = {
  title: 'Pages',
  intro:
    'Pages you write yourself, such as a legal notice or your fees. Visitors see a page once you publish it.',
  add: 'New page',
  emptyTitle: 'No pages yet',
  emptyText: 'Write one, look at the preview, and publish it when you are happy with it.',
  moved: (title: string, place: number) => `${title} is now number ${place}`,
  draft: 'Draft',
  published: 'Published',
  places: { menu: 'In the menu', footer: 'At the foot of every page', nowhere: 'Not linked' },
  changedBy: (who: string | null) => (who ? `Changed by ${who}` : 'Changed'),

  all: 'All pages',
  newTitle: 'New page',
  notFound: 'This page no longer exists.',
  name: 'Title',
  nameHint: 'The heading of the page, and its name in the menu.',
  slug: 'Address',
  slugHint: {
    draft: 'The part after /p/. It changes with the title until you publish the page.',
    published: 'The part after /p/. If you change it, old links still lead here.',
  },
  body: 'Text',
  description: 'Description for search engines',
  descriptionHint: 'One or two sentences. If empty, search engines show the start of the text.',
  place: 'Where it is linked',
  placeHint:
    'Legal notices usually go at the foot. A page that is not linked can still be opened by anyone who has its address.',
  preview: 'Preview',
  saveDraft: 'Save draft',
  save: 'Save changes',
  publish: 'Publish',
  withdraw: 'Take off the website',
  see: 'See it on the website',
  savedDraft: 'Draft saved',
  nowPublished: 'Published',
  nowWithdrawn: 'Taken off the website. It is a draft again.',
  unsaved: 'Unsaved changes',
  isDraft: 'Draft: visitors do not see it',
  isPublished: 'Published',
  remove: 'Delete page',
  removeTitle: 'Delete this page?',
  removeText: (title: string, published: boolean) =>
    published
      ? `“${title}” disappears from the website, and links to it lead nowhere. This cannot be undone.`
      : `“${title}” and its text are deleted. This cannot be undone.`,
  removed: 'Page deleted',
  mergeTitle: 'Someone changed this page too',
  mergeText: 'While you were editing, someone else saved these as well. Choose which to keep.',
  empty: 'Nothing',
};
