import { fromDecimal } from '../../kernel/index.ts';
import type { RiskBand } from './bands.ts';
import { type DecideDeploymentOutcome, decideDeployment } from './decide-deployment.ts';
import { fateOf, reachOf } from './fate.ts';
import { outcomeEdits } from './outcome-edits.ts';
import type { OutcomeEdit, Situation, Step } from './situation.ts';

export type NearestOutcome = {
  /** What would have to be otherwise: one thing, or two where no single one does it. */
  readonly facts: readonly string[];
  /** "after the freeze year-end, which ends at ... (27 h later)", "without the migration". */
  readonly text: string;
  /** "it would have been cleared" */
  readonly would: string;
  readonly to: DecideDeploymentOutcome['to'];
  /** Whether the change would have come further, rather than less far. */
  readonly better: boolean;
  /** The risk as it would have been. */
  readonly score: string;
  readonly band: RiskBand;
  /** The inputs that it was decided from anew. */
  readonly situation: Situation;
};
export type NearestOutcomes = {
  /** "it was blocked by freeze-windows" */
  readonly was: string;
  readonly to: DecideDeploymentOutcome['to'];
  readonly nearest: readonly NearestOutcome[];
};

const MOST = 5;

/**
 * The smallest changes that would have altered what was decided: of one thing, or for a change that did not get through
 * of two where no single one lets it through. Each is weighed and decided anew by the rules themselves, so none is named
 * that alters nothing. First what would have let the change come further; of those what the change or the time does,
 * by how far the score moves, then what people set, then the glass. At most five. Of one that a person approved
 * it is told what would have altered that a person was asked.
 */
export function nearestOutcomes(recorded: Situation): NearestOutcomes {
  const { outcome, situation } = asAsked(recorded);
  const edits = outcomeEdits().map((edit) => ({ ...edit, tries: triesOf(edit, situation) }));
  const first = (alters: (found: Found) => boolean) =>
    edits.flatMap(({ tries }) => firstOf(tries, alters) ?? []);
  const reached = reachOf(outcome);
  const further = (found: Found) => found.reach > reached && isThrough(found);
  const singles = first(further);
  const pairs = outcome.to === 'Cleared' ? [] : pairsThat(further, { edits, situation, outcome, singles });
  const through = ranked(situation, [...singles, ...pairs]);
  const was = `it was ${fateOf(outcome)}`;
  const told = (found: readonly Found[]) => ({
    ...{ was, to: outcome.to },
    nearest: found.slice(0, MOST).map((each) => said(outcome, each)),
  });
  if (outcome.to !== 'Blocked')
    return told([
      ...through,
      ...ranked(
        situation,
        first(({ reach }) => reach < reached),
      ),
    ]);
  // By what else it would have been blocked is told only where nothing lets it through.
  return told(
    through.length > 0
      ? through
      : ranked(
          situation,
          first(({ reach }) => reach > reached),
        ),
  );
}

type Found = {
  readonly steps: readonly (Step & Pick<OutcomeEdit, 'fact' | 'by'>)[];
  readonly situation: Situation;
  readonly outcome: DecideDeploymentOutcome;
  readonly reach: number;
};
type Try = () => Found;

/** What comes of each value of an edit, computed once it is asked for. */
function triesOf({ fact, by, values }: OutcomeEdit, situation: Situation): readonly Try[] {
  return values(situation).map((value) => {
    let known: Found | undefined;
    return () => {
      if (known !== undefined) return known;
      const step = value();
      const outcome = decideDeployment.decide(step.situation.decided);
      known = {
        ...{ steps: [{ ...step, fact, by }], situation: step.situation },
        ...{ outcome, reach: reachOf(outcome) },
      };
      return known;
    };
  });
}

function firstOf(tries: readonly Try[], is: (found: Found) => boolean): Found | undefined {
  for (const each of tries) if (is(each())) return each();
  return undefined;
}

/** An approval hides that somebody was asked: then it is taken away, and the question is what asked. */
function asAsked(recorded: Situation): {
  readonly outcome: DecideDeploymentOutcome;
  readonly situation: Situation;
} {
  const outcome = decideDeployment.decide(recorded.decided);
  if (outcome.event !== 'ApprovalGiven') return { outcome, situation: recorded };
  const situation = { ...recorded, decided: { ...recorded.decided, approval: null } };
  return { outcome: decideDeployment.decide(situation.decided), situation };
}

type Tried = OutcomeEdit & { readonly tries: readonly Try[] };
type Searched = {
  readonly edits: readonly Tried[];
  readonly situation: Situation;
  readonly outcome: DecideDeploymentOutcome;
  /** What one thing alone does. */
  readonly singles: readonly Found[];
};

/**
 * Two things, where no single one but the glass does it. The first of them lifts something alone, or is what a change is
 * or is not and makes it less risky; of the other as little as need be.
 */
function pairsThat(does: (found: Found) => boolean, searched: Searched): readonly Found[] {
  const alone = searched.singles.flatMap(({ steps }) => steps);
  if (alone.some(({ by }) => by !== 'glass')) return [];
  const helping = searched.edits
    .filter(({ fact }) => !alone.some((step) => step.fact === fact))
    .flatMap((edit) => helpOf(edit, searched));
  return helping.flatMap(({ edit, first }, index) => {
    if (first === undefined) return [];
    return helping
      .filter((second, at) => at > index || second.first === undefined)
      .filter((second) => second.edit.fact !== edit.fact)
      .flatMap((second) => firstOf(triesOf(second.edit, first.situation), does) ?? [])
      .map((found) => ({ ...found, steps: [...first.steps, ...found.steps] }));
  });
}

/** Whether an edit does anything for the change, and with which value it can stand first. */
function helpOf(
  edit: Tried,
  { situation, outcome }: Searched,
): readonly { readonly edit: Tried; readonly first: Found | undefined }[] {
  const against = ({ policies }: DecideDeploymentOutcome) => [...policies.blockedBy, ...policies.approvalFor];
  const lifts = (found: Found) => {
    const still = against(found.outcome);
    return found.reach > reachOf(outcome) || against(outcome).some((each) => !still.includes(each));
  };
  const calms = (found: Found) => scoreOf(found.situation) < scoreOf(situation);
  const calming = firstOf(edit.tries, calms);
  const first = firstOf(edit.tries, lifts) ?? (edit.tries.length === 1 ? calming : undefined);
  return first === undefined && calming === undefined ? [] : [{ edit, first }];
}

function isThrough({ outcome }: Found): boolean {
  return outcome.to !== 'Blocked';
}

const BY: readonly OutcomeEdit['by'][] = ['change', 'setting', 'glass'];

function ranked(situation: Situation, found: readonly Found[]): readonly Found[] {
  const hardest = ({ steps }: Found) => Math.max(...steps.map(({ by }) => BY.indexOf(by)));
  const moved = (each: Found) => Math.abs(scoreOf(each.situation) - scoreOf(situation));
  return found.toSorted((one, other) => hardest(one) - hardest(other) || moved(one) - moved(other));
}

function scoreOf({ decided }: Situation): number {
  return fromDecimal(decided.autonomy.score);
}

function said(before: DecideDeploymentOutcome, { steps, situation, outcome, reach }: Found): NearestOutcome {
  const { score, band } = situation.decided.autonomy;
  return {
    facts: steps.map(({ fact }) => fact),
    text: steps.map(({ text }) => text).join(' and '),
    would: `it would have been ${fateOf(outcome)}`,
    ...{ to: outcome.to, better: reach > reachOf(before), score, band, situation },
  };
}
