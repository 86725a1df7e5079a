import type { Document, LineCounter, Node, YAMLMap } from "yaml";

/** Where a test stands in its config, from 1; null if it can't be told. To be asked once for each result, in order. */
export type TestLines = (testName: string) => number | null;

/** One test in the config: container-structure-test's two names for it, and where it is. */
type Item = { readonly names: readonly string[]; readonly line: number; used: boolean };

/** The lists of tests, in the order in which they are run, and what a result of theirs is called. */
const lists: readonly { readonly key: string; readonly prefix: string }[] = [
	{ key: "commandtests", prefix: "Command Test: " },
	{ key: "filecontenttests", prefix: "File Content Test: " },
	{ key: "fileexistencetests", prefix: "File Existence Test: " },
];

/** Measured: of what YAML can be made of, this much is parsed in three seconds at worst. */
const longestConfig = 256 * 1024;

/** Without them a minute and more goes into repeated keys and the beauty of errors that nobody will see. */
const cheap = { uniqueKeys: false, prettyErrors: false, logLevel: "silent" } as const;

/**
 * Reads a config, YAML or JSON, for where its tests are. A name that several tests have means one after the other;
 * a test that could not begin is called by its bare name. What can't be read has no lines, and nothing throws.
 */
export async function linesOfTests(text: string): Promise<TestLines> {
	if (text.length > longestConfig) return () => null;
	const byName = new Map<string, Item[]>();
	for (const item of await itemsOf(text)) {
		for (const name of new Set(item.names)) {
			const same = byName.get(name);
			if (same === undefined) byName.set(name, [item]);
			else same.push(item);
		}
	}
	return (testName) => {
		const same = byName.get(testName) ?? [];
		while (same[0]?.used) same.shift();
		const item = same.shift();
		if (item === undefined) return null;
		item.used = true;
		return item.line;
	};
}

async function itemsOf(text: string): Promise<Item[]> {
	const yaml = await import("yaml");
	const lineCounter = new yaml.LineCounter();
	try {
		const document = yaml.parseDocument(text, { lineCounter, ...cheap });
		// Like container-structure-test, which reads the first of several documents and no more.
		const broken = document.errors.some(({ code }) => code !== "MULTIPLE_DOCS");
		return broken ? [] : new Reader(yaml, document, lineCounter).items();
	} catch {
		// The nesting was too deep for the parser.
		return [];
	}
}

class Reader {
	readonly #yaml: typeof import("yaml");
	readonly #root: unknown;
	readonly #lineCounter: LineCounter;
	readonly #anchors = new Map<string, Node>();

	constructor(yaml: typeof import("yaml"), document: Document, lineCounter: LineCounter) {
		this.#yaml = yaml;
		this.#root = document.contents;
		this.#lineCounter = lineCounter;
		yaml.visit(document, {
			Node: (_key, node) => {
				if ("anchor" in node && node.anchor) this.#anchors.set(node.anchor, node);
			},
		});
	}

	items(): Item[] {
		const root = this.#root;
		if (!this.#yaml.isMap(root)) return [];
		const tests = lists.flatMap(({ key, prefix }) =>
			this.#listAt(root, key).map((node) => {
				const name = this.#nameOf(node);
				return this.#item(name === undefined ? [] : [`${prefix}${name}`, name], node);
			}),
		);
		const licenses = this.#listAt(root, "licensetests").map((node) => this.#item(["License Test"], node));
		const metadata = this.#pairAt(root, "metadatatest")?.key;
		return [...tests, ...licenses, ...(metadata ? [this.#item(["Metadata Test"], metadata)] : [])];
	}

	#item(names: readonly string[], node: unknown): Item {
		const start = this.#yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0;
		return { names, line: this.#lineCounter.linePos(start).line, used: false };
	}

	#listAt(map: YAMLMap, key: string): unknown[] {
		const list = this.#followed(this.#pairAt(map, key)?.value);
		return this.#yaml.isSeq(list) ? list.items : [];
	}

	#nameOf(node: unknown): string | undefined {
		const test = this.#followed(node);
		if (!this.#yaml.isMap(test)) return undefined;
		const name = this.#followed(this.#pairAt(test, "name")?.value);
		if (name === undefined || name === null) return "";
		// As written: to container-structure-test, 1.10 and yes are text here.
		return this.#yaml.isScalar(name) ? (name.source ?? "") : undefined;
	}

	// In JSON, container-structure-test takes keys in any case; in YAML it refuses other cases itself.
	#pairAt(map: YAMLMap, key: string) {
		return map.items.find(({ key: each }) => {
			return this.#yaml.isScalar(each) && String(each.value).toLowerCase() === key;
		});
	}

	#followed(node: unknown): unknown {
		return this.#yaml.isAlias(node) ? this.#anchors.get(node.source) : node;
	}
}
