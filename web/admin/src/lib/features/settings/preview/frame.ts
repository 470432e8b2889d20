/** Shows a document of the site in a frame of the dashboard. */
import { api as floor } from '../../../api/client';
import { pictureOf } from '../../../ui/pictures';
import { api } from '../api';
import { trusted } from '../letter';

/** Pictures that are not public yet need the access token, so the frame cannot load them by itself. */
const PICTURE = / src="(?:\/|&#x2f;)(pictures|people)(?:\/|&#x2f;)([^"]+)"/g;

export const withoutPictures = (html: string): string => html.replace(PICTURE, ' data-$1="$2"');

/**
 * Draws the document. Scripts do not run in the frame: its sandbox forbids them. What a click would open or send does
 * nothing here either.
 */
export function draw(html: string, frame: HTMLIFrameElement): void {
  frame.addEventListener('load', () => {
    const page = frame.contentDocument;
    if (!page) return;
    // Keys that are pressed in the frame do not reach the dialog around it.
    page.addEventListener('keydown', ({ key }) => key === 'Escape' && frame.closest('dialog')?.close());
    for (const event of ['click', 'auxclick', 'submit'])
      page.addEventListener(event, (happened) => {
        const at = happened.target as Element | null;
        if (event === 'submit' || at?.closest('a, button, input')) happened.preventDefault();
      });
    for (const picture of page.querySelectorAll<HTMLImageElement>('img[data-pictures], img[data-people]')) {
      const { pictures, people } = picture.dataset;
      const asked = pictures
        ? pictureOf(pictures, api.picture)
        : pictureOf(`/api/admin/avatars/${people}`, floor.picture);
      void asked.then((src) => {
        if (src) picture.src = src;
      });
    }
  });
  frame.srcdoc = trusted(withoutPictures(html));
}
