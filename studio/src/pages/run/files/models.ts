/** What the heads of model files say: read as bytes, by rules that can run nothing. */

import { MODELS } from "@/texts/files";

export type Head = {
  kind: string;
  facts: readonly (readonly [name: string, value: string])[];
  /** Names of things inside: tensors, entries, or what a pickle would import. */
  names: readonly string[];
  namesTitle: string;
};

const MOST_NAMES = 2000;
const ascii = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const starts = (bytes: Uint8Array, ...mark: number[]) => mark.every((byte, at) => bytes[at] === byte);

/** `head`: the first bytes of the file, `tail`: its last. Null: nothing that is known. */
export function headOf(head: Uint8Array, tail: Uint8Array, sizeBytes: number): Head | null {
  if (starts(head, 0x80) && (head[1] ?? 0) <= 5) return pickleHead(head, sizeBytes);
  if (starts(head, 0x50, 0x4b, 0x03, 0x04)) return zipHead(head, tail);
  if (starts(head, 0x89, 0x48, 0x44, 0x46))
    return { kind: "HDF5", facts: [[MODELS.superblock, String(head[8])]], names: [], namesTitle: "" };
  if (starts(head, 0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return numpyHead(head);
  if (starts(head, 0x1f, 0x8b)) return { kind: "gzip", facts: [], names: [], namesTitle: "" };
  return safetensorsHead(head, sizeBytes) ?? onnxHead(head);
}

function numpyHead(head: Uint8Array): Head {
  const isLong = (head[6] ?? 1) > 1;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = isLong ? view.getUint32(8, true) : view.getUint16(8, true);
  const text = ascii(head.subarray(isLong ? 12 : 10, (isLong ? 12 : 10) + Math.min(length, 4000)));
  const facts = ["descr", "shape", "fortran_order"].flatMap((name) => {
    const value = new RegExp(`'${name}': (\\([^)]*\\)|'[^']*'|\\w+)`).exec(text)?.[1];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { kind: MODELS.array, facts, names: [], namesTitle: "" };
}

function safetensorsHead(head: Uint8Array, sizeBytes: number): Head | null {
  if (head.length < 9 || head[8] !== 0x7b) return null;
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  if (length + 8 > sizeBytes) return null;
  const isWhole = length + 8 <= head.length;
  const facts: [string, string][] = [[MODELS.header, MODELS.bytes(length)]];
  if (!isWhole) return { kind: "safetensors", facts: [...facts, ["", MODELS.tooLong]], names: [], namesTitle: "" };
  try {
    const told = JSON.parse(new TextDecoder().decode(head.subarray(8, 8 + length))) as Record<string, unknown>;
    const tensors = Object.entries(told).filter(([name]) => name !== "__metadata__");
    facts.push([MODELS.tensors, String(tensors.length)]);
    return {
      kind: "safetensors",
      facts,
      names: tensors.slice(0, MOST_NAMES).map(tensorText),
      namesTitle: MODELS.tensorNames,
    };
  } catch {
    // A file that only begins like one.
    return null;
  }
}

function tensorText([name, about]: [string, unknown]): string {
  const { dtype, shape } = (typeof about === "object" && about !== null ? about : {}) as Record<string, unknown>;
  return `${name}  ${String(dtype)}  [${Array.isArray(shape) ? shape.join(", ") : ""}]`;
}

/** Fields of the first level of an ONNX file (protobuf): version and producer come first. */
function onnxHead(head: Uint8Array): Head | null {
  const facts: [string, string][] = [];
  const names = new Map([
    [1, MODELS.irVersion],
    [2, MODELS.producer],
    [3, MODELS.producerVersion],
    [4, MODELS.domain],
    [5, MODELS.modelVersion],
  ]);
  for (let at = 0; at < head.length; ) {
    const field = (head[at] ?? 0) >> 3;
    const wire = (head[at] ?? 0) & 7;
    const value = varint(head, at + 1);
    const name = names.get(field);
    if (name === undefined || value === null || (wire !== 0 && wire !== 2)) break;
    if (wire === 2 && value.number > 1000) break;
    const end = wire === 2 ? value.end + value.number : value.end;
    facts.push([name, wire === 0 ? String(value.number) : ascii(head.subarray(value.end, end))]);
    at = end;
  }
  const isOnnx = facts[0]?.[0] === MODELS.irVersion && facts.length > 1;
  return isOnnx ? { kind: MODELS.onnx, facts, names: [], namesTitle: "" } : null;
}

function varint(bytes: Uint8Array, from: number): { number: number; end: number } | null {
  let number = 0;
  for (let at = from; at < Math.min(bytes.length, from + 7); at += 1) {
    const byte = bytes[at] ?? 0;
    number += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { number, end: at + 1 };
  }
  return null;
}

/** Names of a zip's entries (PyTorch, NumPy's .npz, Keras), from the list at its end. */
function zipHead(head: Uint8Array, tail: Uint8Array): Head {
  const names: string[] = [];
  for (let at = 0; at + 46 <= tail.length && names.length < MOST_NAMES; at += 1) {
    if (!starts(tail.subarray(at, at + 4), 0x50, 0x4b, 0x01, 0x02)) continue;
    const view = new DataView(tail.buffer, tail.byteOffset + at, 46);
    const length = view.getUint16(28, true);
    names.push(
      `${new TextDecoder().decode(tail.subarray(at + 46, at + 46 + length))}  ${view.getUint32(24, true)} bytes`,
    );
    at += 45 + length;
  }
  const isTorch = names.some((name) => /(^|\/)data\.pkl /.test(name));
  const imports = isTorch ? importsOf(head.subarray(0, 1 << 20)) : [];
  const facts: [string, string][] = [[MODELS.entries, String(names.length)]];
  if (imports.length > 0) facts.push([MODELS.wouldImport, imports.join(", ")]);
  return { kind: isTorch ? MODELS.torch : "zip", facts, names, namesTitle: MODELS.entryNames };
}

function pickleHead(head: Uint8Array, sizeBytes: number): Head {
  const isPart = head.length < sizeBytes;
  const facts: [string, string][] = [[MODELS.protocol, String(head[1])]];
  if (isPart) facts.push([MODELS.read, MODELS.firstBytes(head.length)]);
  return { kind: "pickle", facts, names: importsOf(head), namesTitle: MODELS.imports };
}

/**
 * What a pickle names as `module.name`: by the opcodes GLOBAL (c) and INST (i), or by STACK_GLOBAL after two short texts.
 * The opcodes are looked for, not followed: a hostile file can hide names or make some up, but nothing runs.
 */
export function importsOf(bytes: Uint8Array): string[] {
  const found = new Set<string>();
  const text = ascii(bytes);
  for (const [, module, name] of text.matchAll(/[ci]([A-Za-z_][\w.]{0,100})\n([A-Za-z_][\w.]{0,100})\n/g))
    found.add(`${module}.${name}`);
  const texts: { value: string; end: number }[] = [];
  for (let at = 0; at < bytes.length && found.size < MOST_NAMES; at += 1) {
    const length = bytes[at + 1] ?? 0;
    const value = text.slice(at + 2, at + 2 + length);
    if (bytes[at] === 0x8c && length > 0 && /^[A-Za-z_][\w.]*$/.test(value)) {
      texts.push({ value, end: at + 2 + length });
      at += 1 + length;
    } else if (bytes[at] === 0x93) {
      const [module, name] = texts.slice(-2);
      // Between the texts and the opcode stand at most the marks of the memo.
      if (module && name && at - name.end < 8) found.add(`${module.value}.${name.value}`);
    }
  }
  return [...found].sort();
}
