import { Fault } from '../../kernel/fault.ts';

const MARKER = /^[\w./:#-]{1,200}$/;

/** A marker as a comment of HTML, which readers do not see. Throws InvalidInput for one that could end its own hiding place. */
export function hiddenMarker(marker: string): string {
  if (!MARKER.test(marker)) throw new Fault('InvalidInput', `not a marker: ${marker}`);
  return `<!-- holdfast:${marker} -->`;
}
