import { Fault } from '../kernel/index.ts';

const MARKER = /^[\w./:#-]{1,200}$/;
const HIDDEN = /^<!-- holdfast:([\w./:#-]{1,200}) -->/;

/** What the markers of issues begin with that ask for a person. */
export const ESCALATION = 'escalation/';

/** A marker as a comment of HTML, which readers do not see. Throws InvalidInput for one that could end its own hiding place. */
export function hiddenMarker(marker: string): string {
  if (!MARKER.test(marker)) throw new Fault('InvalidInput', `not a marker: ${marker}`);
  return `<!-- holdfast:${marker} -->`;
}

/** The marker that a text begins with. One further on does not count: that is how texts are quoted. */
export function markerOf(text: string): string | undefined {
  return HIDDEN.exec(text)?.[1];
}
