// Before the first paint: applies the theme chosen on this device. A separate file, so that the content security policy
// needs no extra hash.
try {
  var theme = localStorage.getItem('tekvwarho:theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch (e) {
  // Storage may be blocked: the system's preference then applies.
}
