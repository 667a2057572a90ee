/** Rules of a filter as an address holds them: `a~<~1,!(b~=~x|c~exists~)`; `,` is and, `|` is or, `!` turns around. */

import { columnOfToken, columnToken, escaped } from "./columns";
import { type Condition, type Group, isGroup, NO_RULES, OPERATORS, type Rule } from "./filters";

const DEEPEST = 8;

/** The text of the outermost group; empty without rules. */
export function rulesText(group: Group): string {
  if (group.rules.length === 0) return "";
  const text = group.rules.map(ruleToken).join(group.every ? "," : "|");
  return group.not ? `!(${text})` : group.every || group.rules.length > 1 ? text : `(${text}|)`;
}

function ruleToken(rule: Rule): string {
  const not = rule.not ? "!" : "";
  if (isGroup(rule)) {
    const text = rule.rules.map(ruleToken).join(rule.every ? "," : "|");
    return `${not}(${text}${rule.every || rule.rules.length > 1 ? "" : "|"})`;
  }
  return not + [columnToken(rule.column), rule.op, escaped(rule.value)].join("~");
}

/** What a text means; what nobody of us wrote is left out. */
export function rulesOfText(text: string | null): Group {
  if (!text) return NO_RULES;
  const reader = { text, place: 0 };
  const group = readGroup(reader, 0);
  const only = group.rules[0];
  // A negated or an any-of group of one stands alone in brackets, so that it comes back as it was.
  return group.rules.length === 1 && only && isGroup(only) && (only.not || !only.every) ? only : group;
}

type Reader = { text: string; place: number };

function readGroup(reader: Reader, depth: number): Group {
  const rules: Rule[] = [];
  let every = true;
  while (reader.place < reader.text.length && reader.text[reader.place] !== ")") {
    const rule = readRule(reader, depth);
    if (rule !== null) rules.push(rule);
    const sign = reader.text[reader.place];
    if (sign === "|") every = false;
    if (sign === "," || sign === "|") reader.place += 1;
    else if (sign !== ")") break;
  }
  return { every, rules };
}

function readRule(reader: Reader, depth: number): Rule | null {
  const isNot = reader.text[reader.place] === "!";
  if (isNot) reader.place += 1;
  const not = isNot ? { not: true } : {};
  if (reader.text[reader.place] === "(") {
    if (depth === DEEPEST) {
      reader.place = reader.text.length;
      return null;
    }
    reader.place += 1;
    const group = readGroup(reader, depth + 1);
    reader.place += 1;
    return group.rules.length > 0 ? { ...group, ...not } : null;
  }
  const end = reader.text.slice(reader.place).search(/[,|()]/);
  const atom = end < 0 ? reader.text.slice(reader.place) : reader.text.slice(reader.place, reader.place + end);
  reader.place += atom.length;
  const condition = conditionOfToken(atom);
  return condition && { ...condition, ...not };
}

function conditionOfToken(token: string): Condition | null {
  const [first = "", op, value = ""] = token.split("~");
  const column = columnOfToken(first);
  const known = OPERATORS.find((operator) => operator === op);
  if (column === null || known === undefined) return null;
  try {
    return { column, op: known, value: decodeURIComponent(value) };
  } catch {
    // A broken escape in an address: that condition is left out.
    return null;
  }
}
