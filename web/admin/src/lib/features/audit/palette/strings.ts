/** Audit text in the palette: labels, and other words for them. */
export const own = {
  words: { audit: 'log logs history activity events security who changed' },
  export: { label: 'Export the audit trail', words: 'download csv json log save' },
  verify: { label: 'Verify the audit trail', words: 'check integrity seal tampered log' },
};
