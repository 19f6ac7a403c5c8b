import type { ShortcutGroup } from '../ShortcutSheet'

export const shortcuts: readonly ShortcutGroup[] = [
  {
    title: 'Anywhere',
    keys: [
      [['/'], 'Search'],
      [['L'], 'Change rows, or stop it'],
      [['X'], 'Clear the search and all filters'],
      [['?'], 'This sheet'],
    ],
  },
  {
    title: 'In the search field',
    keys: [
      [['Esc'], 'Clear it, then leave it'],
      [['↓'], 'Go to the table'],
    ],
  },
  {
    title: 'In the table',
    keys: [
      [['↑', '↓'], 'Scroll by rows'],
      [['Page ↑', 'Page ↓'], 'Scroll by pages'],
      [['Home', 'End'], 'First and last row'],
    ],
  },
]
