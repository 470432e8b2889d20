// Before the first paint: the theme that was chosen on this device. A file of its own, so that the policy needs no extra hash.
try {
  var theme = localStorage.getItem('tekvwarho:theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch (e) {
  // Storage may be blocked: the system's choice holds then.
}
