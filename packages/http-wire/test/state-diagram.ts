/**
 * Draws the tables of state.ts as Mermaid diagrams, for the README: one for each side. What
 * stands there is drawn from the tables that run, so it cannot say anything else.
 */
import { SETTLEMENTS, type Settlement, type Side, TRANSITIONS } from '../src/state.ts';

/** The diagram of one side, without the fence around it. */
export function drawStates(side: Side): string {
  const lines = ['stateDiagram-v2', '  [*] --> idle'];
  for (const [from, occurrences] of Object.entries(TRANSITIONS[side])) {
    for (const [occurrence, to] of Object.entries(occurrences)) {
      lines.push(`  ${id(from)} --> ${id(to)}: ${occurrence}`);
    }
  }
  for (const settlement of SETTLEMENTS.filter((each) => each.side === side)) {
    lines.push(`  ${id(settlement.from)} --> ${id(settlement.to)}: (${condition(settlement)})`);
  }
  lines.push('  done --> idle: (next exchange)');
  return lines.join('\n');
}

function condition({ side, other, persists, switchOffered }: Settlement): string {
  const otherSide = side === 'request' ? 'response' : 'request';
  return [
    other === undefined ? '' : `${otherSide} ${other}`,
    persists === undefined ? '' : persists ? 'persists' : 'does not persist',
    switchOffered === undefined ? '' : switchOffered ? 'switch offered' : 'switch refused',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Mermaid takes no hyphen in a state's name. */
function id(state: string): string {
  return state.replaceAll('-', '_');
}
