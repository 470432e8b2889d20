/** Tokens with which programs call the API. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const tokens: Slice = {
  name: 'tokens',
  routes: ['tokens'],
  entries: [{ id: 'tokens', label: frame.tokens, icon: 'key', path: '/tokens', needs: 'settings' }],
  palette: () => import('./palette'),
  letters: { token_made: frame.letter },
  entities: { api_token: { name: frame.entity } },
};
