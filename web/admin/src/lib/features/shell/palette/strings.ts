/** Other words for the commands of the shell, by their ids. */
export const own = {
  words: {
    'theme-system': 'appearance colour color mode automatic',
    'theme-light': 'appearance colour color mode bright day white',
    'theme-dark': 'appearance colour color mode night black',
    help: 'keys hotkeys',
    site: 'website homepage visit',
    out: 'log out logout sign off exit leave quit end session',
  },
};
