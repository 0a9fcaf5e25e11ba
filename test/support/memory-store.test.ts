import { memoryStore } from './memory-store.ts';
import { memoryWork } from './memory-work.ts';
import { storeContract } from './store-contract.ts';
import { workContract } from './work-contract.ts';

storeContract('in memory', memoryStore);
workContract('in memory', memoryWork);
