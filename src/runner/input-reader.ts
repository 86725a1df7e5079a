import { lines, quotedItems, words } from "./lists.ts";

const LONGEST_VALUE = 80;

/** A value as a problem line shows it: JSON-quoted, cut, without the password of a URL. */
export function shown(value: string): string {
	const characters = [...value.replace(/(:\/\/)[^/?#\s]*@/g, "$1***@")];
	const cut = characters.slice(0, LONGEST_VALUE).join("");
	return JSON.stringify(characters.length > LONGEST_VALUE ? `${cut}…` : cut);
}

/** Reads raw inputs by name and collects, one line each, what is wrong with them. */
export class InputReader {
	readonly #get: (name: string) => string;
	readonly #problems = new Set<string>();

	/** How whoever gave an input knows it. */
	readonly shownAs: (name: string) => string;

	constructor(get: (name: string) => string, shownAs = (name: string) => name) {
		this.#get = get;
		this.shownAs = shownAs;
	}

	/** Everything found so far, without repetitions. */
	get problems(): readonly string[] {
		return [...this.#problems];
	}

	/** Notes a line that doesn't show the value. */
	problem(name: string, text: string): void {
		this.#problems.add(`${this.shownAs(name)}: ${text}`);
	}

	/** Notes that `value` is not one of what is allowed; never for secrets. */
	refuse(name: string, value: string, allowed: string, why = ""): void {
		this.problem(name, `${shown(value)}${why === "" ? "" : ` ${why}`}; allowed: ${allowed}`);
	}

	/** The input exactly as given; empty if it holds what no argument can carry. */
	raw(name: string): string {
		const value = this.#get(name);
		if (!value.includes("\0")) return value;
		this.problem(name, "contains a NUL character; allowed: text without it");
		return "";
	}

	/** The trimmed input, or undefined if it was not given. */
	text(name: string): string | undefined {
		const value = this.raw(name).trim();
		return value === "" ? undefined : value;
	}

	/** One of a few words, `fallback` if not given or refused. */
	oneOf<Word extends string>(name: string, allowed: readonly Word[], fallback: Word): Word {
		return this.optionalOneOf(name, allowed) ?? fallback;
	}

	/** One of a few words, undefined if not given or refused. */
	optionalOneOf<Word extends string>(name: string, allowed: readonly Word[]): Word | undefined {
		const value = this.text(name);
		if (value === undefined) return undefined;
		const word = allowed.find((candidate) => candidate === value);
		if (word === undefined) this.refuse(name, value, allowed.join(", "));
		return word;
	}

	/** A boolean of YAML 1.2's core schema, undefined if not given or refused. */
	flag(name: string): boolean | undefined {
		const value = this.text(name);
		if (value === undefined) return undefined;
		if (/^(true|True|TRUE)$/.test(value)) return true;
		if (/^(false|False|FALSE)$/.test(value)) return false;
		this.refuse(name, value, "true, false");
		return undefined;
	}

	/** A value that is kept if `parse` understands it. */
	parsed<Value>(name: string, parse: (text: string) => Value | undefined, form: string): Value | undefined {
		const text = this.text(name);
		if (text === undefined) return undefined;
		const value = parse(text);
		if (value === undefined) this.refuse(name, text, form);
		return value;
	}

	/** One item a line. */
	lines(name: string): readonly string[] {
		return lines(this.raw(name));
	}

	/** One item a line or between commas; those that `isValid` turns down are noted and dropped. */
	words(name: string, isValid: (word: string) => boolean = () => true, form = ""): readonly string[] {
		return this.#valid(name, words(this.raw(name)), isValid, form);
	}

	/** One item a line, validated like `words`. */
	validLines(name: string, isValid: (line: string) => boolean, form: string): readonly string[] {
		return this.#valid(name, this.lines(name), isValid, form);
	}

	/** One item a line, or in double quotes over several; nothing inside an item is trimmed. */
	quotedItems(name: string): readonly string[] {
		const { items, unclosed } = quotedItems(this.raw(name));
		if (unclosed === undefined) return items;
		this.problem(
			name,
			`line ${unclosed} opens with a double quote that no end of a line closes; ` +
				'allowed: "ITEM" with every quote inside it doubled',
		);
		return [];
	}

	#valid(name: string, items: readonly string[], isValid: (item: string) => boolean, form: string) {
		return items.filter((item) => {
			const valid = isValid(item);
			if (!valid) this.refuse(name, item, form);
			return valid;
		});
	}
}
