import { getPriority, setPriority } from 'node:os';

/** Far enough behind that a cloud is hardly disturbed, near enough that a test beside two of them gets its share. */
const BEHIND = 5;

// never in front of what whoever runs the tests asked for: that would not be allowed
setPriority(Math.max(getPriority(), BEHIND));
